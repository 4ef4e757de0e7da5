// Judges that need no model, to see what re-ranking can do and what it cannot: one that knows the label is
// the most any judge could reach, one that guesses and one that always agrees are what it must beat. They
// answer through everything a model's answer goes through.

import type { RunStep, RunTree } from '@onset/collector/model'
import type { ChatAnswer, JudgeClient } from '../judge/index.ts'
import type { Case } from './cases.ts'
import type { Question } from './judged.ts'
import { createRandom } from './random.ts'

export const STUB_KINDS = ['oracle', 'random', 'first'] as const
export type StubKind = (typeof STUB_KINDS)[number]

export const STUB_NOTES: Readonly<Record<StubKind, string>> = {
  oracle:
    'The oracle knows the label: no judge can do more by re-ranking. It is not a result of any model.',
  random: 'A judge that names a suspect at random in each sample. It is not a result of any model.',
  first: 'A judge that always names the first suspect. It is not a result of any model.'
}

export function createStubJudge(
  kind: StubKind,
  questions: readonly Question[],
  { seed, suspects }: { readonly seed: number; readonly suspects: number }
): JudgeClient {
  const byRun = new Map<string, Question>(
    questions.map((question) => [question.one.analyzed.tree.run.runId, question])
  )
  const random = createRandom(seed)
  return {
    model: kind,
    // Asynchronous like every client.
    // oxlint-disable-next-line typescript/require-await
    complete: async (_, { runId }) => {
      const question = byRun.get(runId)
      if (question === undefined) return say({ claims: [], ranking: [], category: 'other' })
      const { one, localization } = question
      const ranked = localization.onsets
        .toSorted((a, b) => a.rank - b.rank)
        .slice(0, suspects)
        .map(({ stepIndex }) => stepIndex)
      const at = kind === 'random' ? Math.floor(random() * ranked.length) : 0
      const chosen = kind === 'oracle' ? findLabelled(ranked, one) : ranked[at]
      const { tree } = one.analyzed
      return say({
        claims: chosen === undefined ? [] : [claimOn(tree, chosen)],
        ranking: chosen === undefined ? [] : [chosen],
        category: kind === 'oracle' ? one.label.category : undefined
      })
    }
  }
}

/** The labelled onset, else one as good, else the first. */
function findLabelled(ranked: readonly number[], { label, analyzed }: Case): number | undefined {
  const last = analyzed.run.numbered.length
  const isOnset = (index: number) => Math.min(index, last) === label.stepIndex
  const isAccepted = (index: number) => label.acceptable.includes(Math.min(index, last))
  return ranked.find(isOnset) ?? ranked.find(isAccepted) ?? ranked[0]
}

function claimOn({ steps }: RunTree, index: number) {
  const step = steps[index - 1]
  return { step: index, quote: step === undefined ? '' : quotable(step), claim: '' }
}

const QUOTE_CHARS = 80

/** Some line of the step that is long enough to count. */
function quotable(step: RunStep): string {
  for (const text of [step.thought, step.action, step.arguments, step.observation]) {
    const line = text.split('\n').find((each) => each.trim().length >= 8)
    if (line !== undefined) return line.trim().slice(0, QUOTE_CHARS).toWellFormed()
  }
  return ''
}

function say(value: object): ChatAnswer {
  const content = JSON.stringify(value)
  return { content, toolCalls: [], finishReason: 'stop', usage: undefined, model: 'stub' }
}

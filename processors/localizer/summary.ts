// One sentence an on-call engineer can act on: which step, what it did, why it is suspected, what failed.

import { shorten } from './step-text.ts'
import type { RunSigns } from './features.ts'
import { FEATURES } from './features.ts'
import type { RankedStep } from './rank.ts'
import type { StepFacts } from './run-facts.ts'

const ACTION_CHARS_MAX = 80
const FAILURE_CHARS_MAX = 120

export function summarize(ranked: RankedStep, signs: RunSigns): string {
  const facts = signs.facts.steps[ranked.at]
  if (facts === undefined) return ''
  const what = `Step ${facts.step.index} (${describeAction(facts)}) ${describeReason(ranked, signs)}`
  const failed = describeCrash(ranked, signs) ?? describeFailure(signs)
  return failed === '' ? `${what}.` : `${what}; ${failed}.`
}

function describeAction({ step, act }: StepFacts): string {
  const [file] = step.effects.filesWritten
  if (act === 'write' && file !== undefined)
    return `${step.tool ?? 'write'} ${shorten(file, ACTION_CHARS_MAX)}`
  const action = shorten(step.action, ACTION_CHARS_MAX)
  if (act === 'plan') return step.tool ?? 'plan'
  return action === '' ? (step.tool ?? step.name) : action
}

function describeReason(ranked: RankedStep, { findings, lineage }: RunSigns): string {
  // Detectors are listed strongest first; those that weigh nothing explain only when nothing else does.
  const here = findings.flatMap(({ detector, found }) => {
    const finding = found.find(({ at }) => at === ranked.at)
    return finding === undefined ? [] : [{ detector, says: finding.says ?? detector.says }]
  })
  const telling = here.find(({ detector }) => detector.role !== 'evidence')
  if (telling !== undefined) return telling.says
  const share = lineage.survivingShare[ranked.at] ?? 0
  const strongest = strongestFeature(ranked)
  if (strongest === 'surviving_share' || (strongest === 'write' && share > 0)) {
    return `wrote ${Math.round(share * 100)} % of the lines the run ended with`
  }
  const means = FEATURES.find(({ name }) => name === strongest)?.means
  return means ?? here[0]?.says ?? 'is the likeliest place where the run went wrong'
}

function strongestFeature({ contributions }: RankedStep): string | undefined {
  let strongest: string | undefined
  let most = 0
  for (const [column, contribution] of contributions.entries()) {
    if (contribution <= most) continue
    most = contribution
    strongest = FEATURES[column]?.name
  }
  return strongest
}

function describeCrash({ at }: RankedStep, { facts }: RunSigns): string | undefined {
  const { crash } = facts
  return crash?.calls.includes(at) === true ? `then the program crashed: ${crash.error}` : undefined
}

function describeFailure({ facts }: RunSigns): string {
  const { failure } = facts
  const [name] = failure.failingNames
  const others = failure.failedCount > 1 ? ` and ${failure.failedCount - 1} more` : ''
  const message = shorten(messageOf(failure.text), FAILURE_CHARS_MAX)
  if (name !== undefined) {
    const said = message === '' ? '' : `: ${message}`
    return `later ${shorten(name, FAILURE_CHARS_MAX)}${others} failed${said}`
  }
  if (failure.source === 'run' && message !== '') return `the last check failed: ${message}`
  return ''
}

const SAYS_WHAT = /error\b|expected|assert|!==?|not found|no such|(?:does|did) not/i

function messageOf(text: string): string {
  const all = text.split('\n')
  // Of pytest's marks, `E` is what was found and `>` the line of the test that found it.
  const found = all.filter((line) => /^E\s/.test(line))
  const lines = (found.length > 0 ? found : all).map((line) => line.replace(/^[E>]\s+/, '').trim())
  const at = lines.findIndex((line) => SAYS_WHAT.test(line))
  const line = lines[at] ?? lines.at(-1) ?? ''
  // What was found stands on the line after `…:`, when the runner has more than one line to say.
  const next = line.endsWith(':') ? lines.slice(at + 1).find((each) => each !== '') : undefined
  return next === undefined ? line : `${line} ${next}`
}

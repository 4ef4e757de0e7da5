// What a model answers, and how much of it counts. The schema is asked for; what comes is checked as if it
// had not been: nothing of an answer is used that was not found in the run.

import type { Evidence, OnsetCategory, RunTree } from '@onset/collector/model'
import { ONSET_CATEGORIES } from '@onset/collector/model'
import { JudgeFailure } from './chat.ts'
import { ANSWER_CHARS_MAX, CLAIMS_MAX, RANKING_MAX } from './limits.ts'
import { findQuote } from './quotes.ts'

/** As https://json-schema.org, in the part that strict structured outputs allow. */
export const VERDICT_SCHEMA = {
  type: 'object',
  additionalProperties: false,
  required: ['claims', 'ranking', 'category'],
  properties: {
    claims: {
      type: 'array',
      items: {
        type: 'object',
        additionalProperties: false,
        required: ['step', 'quote', 'claim'],
        properties: {
          step: { type: 'integer', description: 'Number of the step.' },
          quote: { type: 'string', description: 'Copied letter by letter from one line of it.' },
          claim: { type: 'string', description: 'What it shows, in one sentence.' }
        }
      }
    },
    ranking: { type: 'array', items: { type: 'integer' }, description: 'Suspects, best first.' },
    category: { type: 'string', enum: ONSET_CATEGORIES }
  }
}

/** One sample's answer after everything that could not be verified was taken away. */
export interface Verdict {
  /** Suspects that a verified claim speaks of, best first; never empty. */
  readonly ranking: readonly number[]
  readonly category: OnsetCategory | undefined
  /** Verified quotes, of any step. */
  readonly evidence: readonly Evidence[]
}

export interface Refusals {
  /** Quotes that the step they cite does not contain. */
  readonly quotes: number
  /** Steps that are not in the tree, or ranked without being a suspect. */
  readonly steps: number
}

export interface VerifiedAnswer {
  /** Undefined when nothing of the answer counts. */
  readonly verdict: Verdict | undefined
  readonly refused: Refusals
}

/** @throws JudgeFailure when the text is no answer at all. */
export function readVerdict(
  content: string,
  tree: RunTree,
  suspects: ReadonlySet<number>
): VerifiedAnswer {
  const fields = parseFields(content)
  const claims = readClaims(fields.get('claims'))
  const evidence: Evidence[] = []
  let quotes = 0
  let steps = 0
  for (const { step: index, quote } of claims) {
    const step = tree.steps[index - 1]
    const found = step === undefined ? undefined : findQuote(step, quote)
    if (step === undefined) steps += 1
    else if (found === undefined) quotes += 1
    else evidence.push({ stepIndex: step.index, detector: 'judge', quote: found, weight: 0 })
  }
  const proven = new Set(evidence.map(({ stepIndex }) => stepIndex))
  const named = readRanking(fields.get('ranking'))
  steps += named.filter((index) => !suspects.has(index)).length
  const ranking = [...new Set(named)].filter((index) => suspects.has(index) && proven.has(index))
  const category = ONSET_CATEGORIES.find((known) => known === fields.get('category'))
  const verdict = ranking.length === 0 ? undefined : { ranking, category, evidence }
  return { verdict, refused: { quotes, steps } }
}

/** The outermost object; models put fences and greetings around it where no schema holds them. */
function parseFields(content: string): ReadonlyMap<string, unknown> {
  if (content.length > ANSWER_CHARS_MAX) {
    const message = `an answer of ${content.length} characters; at most ${ANSWER_CHARS_MAX} are read`
    throw new JudgeFailure('answer_too_large', message)
  }
  const text = content.slice(content.indexOf('{'), content.lastIndexOf('}') + 1)
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value === 'object' && value !== null) return new Map(Object.entries(value))
  } catch (cause) {
    throw new JudgeFailure('answer_invalid', 'the answer is no JSON object', { cause })
  }
  throw new JudgeFailure('answer_invalid', 'the answer is no JSON object')
}

interface Claim {
  /** 0 for what cannot be the number of a step. */
  readonly step: number
  readonly quote: string
}

function readClaims(value: unknown): readonly Claim[] {
  if (!Array.isArray(value)) return []
  return value.slice(0, CLAIMS_MAX).map((item: unknown) => {
    const fields = new Map<string, unknown>(
      typeof item === 'object' && item !== null ? Object.entries(item) : []
    )
    const quote = fields.get('quote')
    return { step: readStep(fields.get('step')), quote: typeof quote === 'string' ? quote : '' }
  })
}

function readRanking(value: unknown): readonly number[] {
  return Array.isArray(value) ? value.slice(0, RANKING_MAX).map(readStep) : []
}

function readStep(value: unknown): number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value > 0 ? value : 0
}

// How much of the run arrived, 0..1, and what is missing in words a person can act on. It lowers the
// confidence of every onset, so each factor is the share of the run that cannot be trusted times how
// much that hurts.

import type { NumberedStep } from './number-steps.ts'
import type { SpanForest } from './span-forest.ts'

export interface Completeness {
  readonly completeness: number
  readonly incompleteReasons: readonly string[]
}

/** What is lost when everything is affected: 1 would say that nothing can be concluded. */
const COST_OF_ORPHANS = 0.5
/** The top span's parent is usually a service that does not report here. */
const COST_OF_FOREIGN_ROOT = 0.1
const COST_OF_MISSING_ROOT = 0.3
const COST_OF_TRUNCATION = 0.2
const COST_OF_DROPS = 0.3
/** Only the first steps of the run were read, and errors are often told at its end. */
const COST_OF_CAP = 0.5
/** Steps without arguments and results leave only names and times to reason about. */
const COST_OF_NO_CONTENT = 0.5

interface Loss {
  /** Share of the run affected, 0..1. */
  readonly share: number
  readonly cost: number
  readonly reason: string
}

export function rateCompleteness(
  forest: SpanForest,
  numbered: readonly NumberedStep[],
  capped: boolean
): Completeness {
  const losses: readonly Loss[] = [
    ...lookAtTops(forest),
    ...lookAtTexts(forest, numbered),
    {
      share: capped ? 1 : 0,
      cost: COST_OF_CAP,
      reason: `only the first ${forest.length} spans of the run were read`
    }
  ].filter(({ share }) => share > 0)
  const completeness = losses.reduce((left, { share, cost }) => left * (1 - share * cost), 1)
  return {
    completeness: Math.round(completeness * 1000) / 1000,
    incompleteReasons: losses.map(({ reason }) => reason)
  }
}

function lookAtTops(forest: SpanForest): Loss[] {
  const tops = forest.filter(({ parent }) => parent === undefined)
  const orphans = tops.filter(({ orphan }) => orphan)
  const isRootless = !tops.some(({ step }) => step.parentSpanId === undefined)
  if (isRootless && tops.length === 1) {
    const reason = 'the parent of the top span is not in this run; it may belong to another service'
    return [{ share: 1, cost: COST_OF_FOREIGN_ROOT, reason }]
  }
  // Children of one missing parent miss the root alone: the rest of the tree is known.
  const missing = new Set(orphans.map(({ step }) => step.parentSpanId))
  const lost = isRootless && missing.size === 1 ? 0 : orphans.length
  return [
    {
      share: isRootless ? 1 : 0,
      cost: COST_OF_MISSING_ROOT,
      reason: 'the root span never arrived'
    },
    {
      share: lost / forest.length,
      cost: COST_OF_ORPHANS,
      reason: `${lost} of ${forest.length} spans name a parent that never arrived`
    }
  ]
}

function lookAtTexts(forest: SpanForest, numbered: readonly NumberedStep[]): Loss[] {
  const truncated = forest.filter(({ step }) => step.truncated).length
  const dropping = forest.filter(({ step }) => step.droppedCount > 0)
  const dropped = dropping.reduce((sum, { step }) => sum + step.droppedCount, 0)
  const tools = numbered.filter(({ step }) => step.kind === 'tool')
  const silent = tools.filter(({ step }) => step.arguments === '' && step.observation === '').length
  return [
    {
      share: truncated / forest.length,
      cost: COST_OF_TRUNCATION,
      reason: `texts of ${truncated} of ${forest.length} spans were cut`
    },
    {
      share: dropping.length / forest.length,
      cost: COST_OF_DROPS,
      reason: `the producer's SDK dropped ${dropped} attributes, events or links`
    },
    {
      share: silent / Math.max(1, tools.length),
      cost: COST_OF_NO_CONTENT,
      reason: `${silent} of ${tools.length} tool steps carry no arguments and no result; is content capture on?`
    }
  ]
}

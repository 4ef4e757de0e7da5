// Whether to speak at all. A run that succeeded has no onset, however strange it looks; of a run nobody
// judged only what no success could follow from is said.

import { findExoneration } from './exoneration.ts'
import type { RunSigns } from './features.ts'

export type GateVerdict =
  | { readonly kind: 'abstain'; readonly reason: string }
  | { readonly kind: 'rank'; readonly ceiling: number }
  /** Only these steps may be suspected. */
  | { readonly kind: 'only'; readonly positions: ReadonlySet<number>; readonly ceiling: number }

/** Nobody said that the run failed: at most one suspicion in three may be trusted. */
const UNJUDGED_CONFIDENCE_MAX = 0.33
/** The next step may mend it. */
const PROVISIONAL_CONFIDENCE_MAX = 0.5

/** Signs strong enough without knowing the outcome. */
const ALONE = new Set(['failing_loop', 'contradicted_success', 'garbled_write'])
/** Signs that are cheap and hold while the run is open. */
export const WHILE_OPEN: ReadonlySet<string> = new Set([
  'failing_loop',
  'repetition',
  'no_progress',
  'test_regression'
])

export function judge(signs: RunSigns, provisional: boolean): GateVerdict {
  const { run, steps } = signs.facts.tree
  if (steps.length === 0) return { kind: 'abstain', reason: 'The run has no steps.' }
  if (provisional) {
    const reason = 'Nothing suspicious so far.'
    return onlyFound(signs, WHILE_OPEN, { reason, ceiling: PROVISIONAL_CONFIDENCE_MAX })
  }
  if (run.outcome === 'ok') return { kind: 'abstain', reason: 'The run succeeded.' }
  if (run.outcome === 'error') return judgeFailure(signs)
  const what = run.outcome === 'cancelled' ? 'The run was cancelled' : 'The outcome is unknown'
  const reason = `${what} and nothing in it is suspicious by itself.`
  return onlyFound(signs, ALONE, { reason, ceiling: UNJUDGED_CONFIDENCE_MAX })
}

function judgeFailure({ facts }: RunSigns): GateVerdict {
  const reason = findExoneration(facts)
  return reason === undefined ? { kind: 'rank', ceiling: 1 } : { kind: 'abstain', reason }
}

function onlyFound(
  { findings }: RunSigns,
  names: ReadonlySet<string>,
  otherwise: { readonly reason: string; readonly ceiling: number }
): GateVerdict {
  const found = findings.filter(({ detector }) => names.has(detector.name))
  const positions = new Set(found.flatMap((each) => each.found.map(({ at }) => at)))
  if (positions.size === 0) return { kind: 'abstain', reason: otherwise.reason }
  return { kind: 'only', positions, ceiling: otherwise.ceiling }
}

// When a run is taken as complete: the whole rule, as a function of what is known of the run.

import type { RunState } from '@onset/collector/model'

import type { CompletionLimits } from './limits.ts'
import type { RunSigns } from './run-signs.ts'

export type SettledBy = 'structure' | 'end' | 'quiet' | 'pending_tool' | 'age' | 'steps'

export interface RunTimes {
  /** All in milliseconds since 1970. */
  readonly firstSeenAt: number
  readonly lastSeenAt: number
  /** When the run was last analyzed as complete. */
  readonly completedAt: number | undefined
  /** When the steps reached the cap. */
  readonly fullAt: number | undefined
}

export interface Settling {
  readonly at: number
  readonly by: SettledBy
  readonly state: Exclude<RunState, 'complete'>
  readonly partial: boolean
}

export function settlingOf(times: RunTimes, signs: RunSigns, limits: CompletionLimits): Settling {
  const own = ownEnd(times, signs, limits)
  const cap = capOf(times, limits)
  const { completedAt } = times
  if (completedAt !== undefined && completedAt >= cap.at) {
    // Not put off by what arrives: a run beyond its cap may never be quiet.
    const at = completedAt + limits.cappedIntervalMs
    return { at, by: cap.by, state: own.state, partial: true }
  }
  return cap.at < own.at ? { ...cap, state: own.state, partial: true } : own
}

function ownEnd(times: RunTimes, signs: RunSigns, limits: CompletionLimits): Settling {
  const { by, delayMs } = delayOf(signs, limits)
  const isReopened = times.completedAt !== undefined
  const wait = isReopened ? Math.max(delayMs, limits.reopenDebounceMs) : delayMs
  const state = by === 'structure' || by === 'end' ? 'settling' : 'open'
  return { at: times.lastSeenAt + wait, by, state, partial: false }
}

function delayOf(
  signs: RunSigns,
  limits: CompletionLimits
): Pick<Settling, 'by'> & { delayMs: number } {
  if (signs.rootEnded && signs.missingParents === 0) {
    return { by: 'structure', delayMs: limits.structureSettleMs }
  }
  if (signs.rootEnded || signs.outcomeTold) return { by: 'end', delayMs: limits.endSettleMs }
  if (signs.toolPending) return { by: 'pending_tool', delayMs: limits.pendingToolMs }
  return { by: 'quiet', delayMs: limits.quietMs }
}

/** The cap that ends the run first, and when it does. */
function capOf({ firstSeenAt, fullAt }: RunTimes, limits: CompletionLimits) {
  const agedAt = firstSeenAt + limits.runAgeMsMax
  if (fullAt !== undefined && fullAt < agedAt) return { at: fullAt, by: 'steps' } as const
  return { at: agedAt, by: 'age' } as const
}

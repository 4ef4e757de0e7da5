// How long a process counts as living, and how long it may act on what it last knew. The difference is the
// time it has to stop before another one begins.

const SECOND_MS = 1_000

export interface LeadLimits {
  /** Between two signs of life. One that takes longer than this proves nothing about who came first. */
  readonly beatMs: number
  /** Without a sign of life for so long a process leads no more, by its own monotonic clock. */
  readonly holdMs: number
  /** Without one for so long the others do not count it any more, by the store's clock. */
  readonly livesMs: number
  /** Looks that must find the process first before it leads: a row of one that came before may be on its way. */
  readonly looksMin: number
}

/** Ten seconds to stop: a request to a destination has three when the alerter closes. */
export const LEAD_LIMITS: LeadLimits = {
  beatMs: 5 * SECOND_MS,
  holdMs: 10 * SECOND_MS,
  livesMs: 20 * SECOND_MS,
  looksMin: 2
}

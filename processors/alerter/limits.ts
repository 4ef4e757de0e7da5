// Every delay and bound of the alerter, with its reason. Tests override them in order not to wait.

const SECOND_MS = 1_000
const MINUTE_MS = 60 * SECOND_MS
const HOUR_MS = 60 * MINUTE_MS

export interface AlerterLimits {
  /** A receiver that takes longer has taken the alert or will not; the next attempt says the same. */
  readonly requestTimeoutMs: number
  /** What is read of an answer: enough for the sentence that says why. */
  readonly answerBytesMax: number
  readonly retryMinMs: number
  /** A receiver that is down for an hour is asked every five minutes. */
  readonly retryMsMax: number
  /** With these delays about an hour and a half of asking. */
  readonly attemptsMax: number
  /** What a receiver may tell us to wait; beyond it is no better informed than we are. */
  readonly retryAfterMsMax: number
  /** Nobody wants to be woken for what failed yesterday. */
  readonly ageMsMax: number
  /** Held in memory, about 2 KB each; the rest waits in the store. */
  readonly openMax: number
  /** Alertmanager keeps alerts in memory only; this is how Prometheus heals its restart, too. */
  readonly refreshMs: number
  /** Of one destination; older ones are left to end by themselves. */
  readonly refreshedMax: number
  /** Between two looks at what others wrote: a person who sends an alert again does not wait long. */
  readonly lookMs: number
  /** How old a correction may be that a look has not seen before: clocks differ, and writes take time. */
  readonly lookBackMs: number
  /** Runs corrected within that time; people do not write more. */
  readonly correctedMax: number
  /** Time for what is under way when the process is told to stop; it is sent again otherwise. */
  readonly closeMs: number
}

export const ALERTER_LIMITS: AlerterLimits = {
  requestTimeoutMs: 10 * SECOND_MS,
  answerBytesMax: 2_048,
  retryMinMs: SECOND_MS,
  retryMsMax: 5 * MINUTE_MS,
  attemptsMax: 25,
  retryAfterMsMax: HOUR_MS,
  ageMsMax: 24 * HOUR_MS,
  openMax: 10_000,
  refreshMs: MINUTE_MS,
  refreshedMax: 1_000,
  lookMs: 5 * SECOND_MS,
  lookBackMs: 15 * MINUTE_MS,
  correctedMax: 1_000,
  closeMs: 3 * SECOND_MS
}

// What somebody is to be told of a localized failure, and how far telling has come. One delivery is one
// alert for one rule on its way to one destination; the store keeps it, the alerter decides about it.

import type { RunId, UnixNano } from './quantities.ts'

/** What a destination is to believe: the failure stands, or it was taken back. */
export const ALERT_EVENTS = ['firing', 'resolved'] as const
export type AlertEvent = (typeof ALERT_EVENTS)[number]

export const ALERT_STATUSES = [
  /** Beyond the rule's limit: told as part of a summary at the end of the interval. */
  'held',
  /** To be sent at `nextAttemptAt`, for the first time or again. */
  'waiting',
  /** The destination has confirmed `event`. */
  'delivered',
  /** Was held, and a summary told of it. */
  'grouped',
  /** Taken back before anybody was told. */
  'withdrawn',
  /** Given up; `error` says why. */
  'dead'
] as const
export type AlertStatus = (typeof ALERT_STATUSES)[number]

export interface AlertDelivery {
  /** Empty for a summary, which is about many runs. */
  readonly runId: RunId | ''
  /** Of this alert, rule and destination; the same whenever the same verdict is reached again. */
  readonly deliveryId: string
  /** Counts writes of this delivery, from 1; the highest is what is read. */
  readonly revision: number
  /** Of run and verdict: what a destination knows the alert by. */
  readonly alertKey: string
  readonly rule: string
  readonly destination: string
  /** Deliveries of one rule with the same words here may share a notification. */
  readonly groupKey: string
  readonly event: AlertEvent
  /** Counts events of this delivery, from 1: fired, resolved, fired again. */
  readonly sequence: number
  readonly status: AlertStatus
  /** What the destination confirmed last. */
  readonly confirmed: AlertEvent | undefined
  /** Attempts to tell `event`, counted before each is made. */
  readonly attempts: number
  readonly nextAttemptAt: UnixNano
  /** Of the attempt that was made with others; they are sent together again. Empty before the first. */
  readonly notificationId: string
  /** Why the last attempt failed; empty when it did not. */
  readonly error: string
  readonly startsAt: UnixNano
  /** When it was resolved, or until when it stands without being resolved. */
  readonly endsAt: UnixNano
  readonly updatedAt: UnixNano
  /** What to tell, as JSON of the alerter. */
  readonly payload: string
}

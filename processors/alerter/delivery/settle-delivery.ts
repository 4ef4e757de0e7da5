// What an attempt makes of a delivery, as pure functions.

import type { AlertDelivery } from '@onset/collector/model'
import { fromUnixMillis, toUnixMillis, toUnixNano } from '@onset/collector/model'

import type { AlerterLimits } from '../limits.ts'
import { digest } from '../verdict/read-verdict.ts'
import { backOff } from './back-off.ts'
import type { SendResult } from './send-request.ts'

/** Saved before the attempt: after a kill nobody knows whether it arrived, only that it may have. */
export function beginAttempt(
  batch: readonly AlertDelivery[],
  now: number
): readonly AlertDelivery[] {
  const [first] = batch
  const known = first?.notificationId ?? ''
  const notificationId =
    known === ''
      ? digest(batch.map((one) => `${one.deliveryId}-${one.sequence}`).toSorted())
      : known
  return batch.map((delivery) => ({
    ...delivery,
    revision: delivery.revision + 1,
    attempts: delivery.attempts + 1,
    notificationId,
    endsAt: endsAfter(delivery, now),
    updatedAt: fromUnixMillis(now)
  }))
}

/** An alert that could not be told in time stands as long as it would have, from now on. */
function endsAfter(
  { event, startsAt, endsAt }: AlertDelivery,
  now: number
): AlertDelivery['endsAt'] {
  const at = fromUnixMillis(now)
  return event === 'resolved' || endsAt > at ? endsAt : toUnixNano(at + (endsAt - startsAt))
}

export interface SettleContext {
  readonly now: number
  readonly random: number
  readonly limits: AlerterLimits
  /** Alerts that were sent together. */
  readonly batchSize: number
}

export function settleDelivery(
  delivery: AlertDelivery,
  result: SendResult,
  context: SettleContext
): AlertDelivery {
  const { now, limits, batchSize } = context
  const next = { ...delivery, revision: delivery.revision + 1, updatedAt: fromUnixMillis(now) }
  if (result.kind === 'confirmed') {
    return { ...next, status: 'delivered', confirmed: delivery.event, error: '' }
  }
  const error = result.reason
  if (result.kind === 'refused') {
    if (batchSize === 1) return { ...next, status: 'dead', error }
    // One of them is to blame: each alone, so that it does not take the others with it.
    const notificationId = digest(['alone', delivery.deliveryId, String(delivery.sequence)])
    return { ...next, error, notificationId, nextAttemptAt: fromUnixMillis(now) }
  }
  const isOver = delivery.attempts >= limits.attemptsMax || ageOf(delivery, now) > limits.ageMsMax
  if (isOver) return { ...next, status: 'dead', error }
  const delayMs = delayOf(delivery.attempts, result, context)
  return { ...next, error, nextAttemptAt: fromUnixMillis(now + delayMs) }
}

/** Since the event that is to be told. */
function ageOf({ event, startsAt, endsAt }: AlertDelivery, now: number): number {
  return now - toUnixMillis(event === 'firing' ? startsAt : endsAt)
}

export function delayOf(
  failures: number,
  result: SendResult,
  { random, limits }: Pick<SettleContext, 'random' | 'limits'>
): number {
  const bounds = { minMs: limits.retryMinMs, maxMs: limits.retryMsMax }
  const asked = result.kind === 'failed' ? (result.retryAfterMs ?? 0) : 0
  return Math.max(backOff(failures, bounds, random), Math.min(asked, limits.retryAfterMsMax))
}

/** The receiver answered for an event that is no longer the one to tell. */
export function noteLateAnswer(
  current: AlertDelivery,
  sent: AlertDelivery,
  result: SendResult
): AlertDelivery | undefined {
  if (result.kind !== 'confirmed') return undefined
  return { ...current, revision: current.revision + 1, confirmed: sent.event }
}

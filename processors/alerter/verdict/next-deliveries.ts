// The life of an alert as a pure function: what is known of a run's deliveries and what holds now → the
// deliveries that change. The same verdict again changes nothing.

import type { AlertDelivery, RunId } from '@onset/collector/model'
import { fromUnixMillis } from '@onset/collector/model'

import type { AlertRule } from '../rules/alert-rules.ts'
import type { OnsetPayload, Resolution } from './alert-payload.ts'
import { decodePayload, encodePayload } from './alert-payload.ts'
import type { Admission } from './storm-guard.ts'

export interface WantedDelivery {
  readonly deliveryId: string
  readonly alertKey: string
  readonly rule: AlertRule
  readonly destination: string
  readonly groupKey: string
  readonly payload: OnsetPayload
}

export interface NextOptions {
  readonly runId: RunId
  readonly existing: readonly AlertDelivery[]
  readonly wanted: readonly WantedDelivery[]
  readonly now: number
  /** Why what is not wanted any more is resolved. */
  readonly reasonOf: (delivery: AlertDelivery) => Resolution
  /** Asked once a rule: its destinations are told alike. */
  readonly admit: (rule: AlertRule, groupKey: string) => Admission
}

export function nextDeliveries(options: NextOptions): readonly AlertDelivery[] {
  const { existing, wanted, admit } = options
  const wantedIds = new Set(wanted.map(({ deliveryId }) => deliveryId))
  const known = new Map(existing.map((delivery) => [delivery.deliveryId, delivery]))
  const resolved = existing
    .filter(({ deliveryId, event }) => event === 'firing' && !wantedIds.has(deliveryId))
    .map((delivery) => resolveDelivery(delivery, options.reasonOf(delivery), options.now))
  const admissions = new Map<string, Admission>()
  const fired = wanted.flatMap((one) => {
    const before = known.get(one.deliveryId)
    if (before?.event === 'firing') return []
    if (before !== undefined && isResolvedInSilence(before)) return [restore(before, options)]
    const admission = admissions.get(one.rule.name) ?? admit(one.rule, one.groupKey)
    admissions.set(one.rule.name, admission)
    return [fire(one, before, { admission, options })]
  })
  return [...resolved, ...fired]
}

export function resolveDelivery(
  delivery: AlertDelivery,
  resolution: Resolution,
  now: number
): AlertDelivery {
  const at = fromUnixMillis(now)
  const wasTold = delivery.confirmed === 'firing' || delivery.attempts > 0
  // A summary named it, which nobody takes back one by one.
  const isTold = wasTold && delivery.status !== 'grouped'
  return {
    ...delivery,
    revision: delivery.revision + 1,
    event: 'resolved',
    sequence: delivery.sequence + 1,
    status: isTold ? 'waiting' : 'withdrawn',
    attempts: 0,
    nextAttemptAt: at,
    notificationId: '',
    error: '',
    endsAt: at < delivery.startsAt ? delivery.startsAt : at,
    updatedAt: at,
    payload: withResolution(delivery.payload, resolution)
  }
}

/** The destination still believes that it fires: it was never told otherwise. */
function isResolvedInSilence({ status, attempts, confirmed }: AlertDelivery): boolean {
  return status === 'waiting' && attempts === 0 && confirmed === 'firing'
}

function restore(delivery: AlertDelivery, { now, wanted }: NextOptions): AlertDelivery {
  const rule = wanted.find(({ deliveryId }) => deliveryId === delivery.deliveryId)?.rule
  return {
    ...delivery,
    revision: delivery.revision + 1,
    event: 'firing',
    sequence: delivery.sequence + 1,
    status: 'delivered',
    endsAt: fromUnixMillis(now + (rule?.firesForMs ?? 0)),
    updatedAt: fromUnixMillis(now),
    payload: withResolution(delivery.payload, null)
  }
}

interface FireContext {
  readonly admission: Admission
  readonly options: NextOptions
}

function fire(
  wanted: WantedDelivery,
  before: AlertDelivery | undefined,
  { admission, options }: FireContext
): AlertDelivery {
  const { runId, now } = options
  const { deliveryId, alertKey, rule, destination, groupKey, payload } = wanted
  return {
    runId,
    deliveryId,
    revision: (before?.revision ?? 0) + 1,
    alertKey,
    rule: rule.name,
    destination,
    groupKey,
    event: 'firing',
    sequence: (before?.sequence ?? 0) + 1,
    status: admission.status,
    confirmed: before?.confirmed,
    attempts: 0,
    nextAttemptAt: fromUnixMillis(admission.at),
    notificationId: '',
    error: '',
    startsAt: fromUnixMillis(now),
    endsAt: fromUnixMillis(now + rule.firesForMs),
    updatedAt: fromUnixMillis(now),
    payload: encodePayload(payload)
  }
}

function withResolution(text: string, resolution: Resolution | null): string {
  const payload = decodePayload(text)
  return payload?.kind === 'onset' ? encodePayload({ ...payload, resolution }) : text
}

// What a rule held back in an interval becomes one alert that counts it.

import type { AlertDelivery } from '@onset/collector/model'
import { fromUnixMillis } from '@onset/collector/model'

import type { AlertRule } from '../rules/alert-rules.ts'
import type { OnsetPayload } from '../verdict/alert-payload.ts'
import { decodePayload, encodePayload } from '../verdict/alert-payload.ts'
import { digest } from '../verdict/read-verdict.ts'

/** A person looks at a few of them. */
const RUN_IDS_MAX = 20

/** `held` of one rule and destination, not empty. The held ones as told, and the summary that tells them. */
export function summarizeHeld(
  held: readonly AlertDelivery[],
  rule: AlertRule | undefined,
  now: number
): readonly AlertDelivery[] {
  const [first] = held
  if (first === undefined) return []
  const at = fromUnixMillis(now)
  const told = held.map((one) => ({
    ...one,
    revision: one.revision + 1,
    status: 'grouped' as const,
    updatedAt: at
  }))
  const alertKey = digest(['summary', first.rule, String(first.nextAttemptAt), first.deliveryId])
  const summary: AlertDelivery = {
    ...first,
    runId: '',
    deliveryId: digest([alertKey, first.destination]),
    revision: 1,
    alertKey,
    groupKey: '',
    sequence: 1,
    status: 'waiting',
    confirmed: undefined,
    attempts: 0,
    nextAttemptAt: at,
    notificationId: '',
    startsAt: at,
    endsAt: fromUnixMillis(now + (rule?.firesForMs ?? 0)),
    updatedAt: at,
    payload: countHeld(held, rule)
  }
  return [...told, summary]
}

function countHeld(held: readonly AlertDelivery[], rule: AlertRule | undefined): string {
  const payloads = held.flatMap((one): readonly OnsetPayload[] => {
    const payload = decodePayload(one.payload)
    return payload?.kind === 'onset' ? [payload] : []
  })
  const byCategory = Map.groupBy(payloads, ({ category }) => category)
  return encodePayload({
    kind: 'summary',
    rule: held[0]?.rule ?? '',
    labels: payloads[0]?.labels ?? {},
    count: held.length,
    limitMs: rule?.limitMs ?? 0,
    categories: [...byCategory]
      .map(([category, of]) => [category, of.length] as const)
      .toSorted(([, a], [, b]) => b - a),
    runIds: held.slice(0, RUN_IDS_MAX).map(({ runId }) => runId)
  })
}

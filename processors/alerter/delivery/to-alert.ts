// A delivery as a destination sees it.

import type { AlertDelivery } from '@onset/collector/model'
import { toUnixMillis } from '@onset/collector/model'

import type { Alert } from '../destinations/notification.ts'
import { decodePayload } from '../verdict/alert-payload.ts'

/** Undefined when another version of Onset wrote what this one cannot read. */
export function toAlert(delivery: AlertDelivery): Alert | undefined {
  const payload = decodePayload(delivery.payload)
  if (payload === undefined) return undefined
  const { alertKey, deliveryId, sequence, event, startsAt, endsAt } = delivery
  return {
    alertKey,
    deliveryId,
    sequence,
    event,
    startsAt: toUnixMillis(startsAt),
    endsAt: toUnixMillis(endsAt),
    payload
  }
}

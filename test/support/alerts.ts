// Builders for alerts on their way.

import type { AlertDelivery } from '../../collector/model/index.ts'
import { fromUnixMillis, toRunId } from '../../collector/model/index.ts'
import { aTraceId, BUILT_START } from './builders.ts'

let deliveryCount = 0

/** A delivery that waits for its first attempt. */
export function aDelivery(overrides: Partial<AlertDelivery> = {}): AlertDelivery {
  deliveryCount += 1
  return {
    runId: toRunId(aTraceId()),
    deliveryId: `delivery-${deliveryCount}`,
    revision: 1,
    alertKey: `alert-${deliveryCount}`,
    rule: 'coding',
    destination: 'hook',
    groupKey: '',
    event: 'firing',
    sequence: 1,
    status: 'waiting',
    confirmed: undefined,
    attempts: 0,
    nextAttemptAt: BUILT_START,
    notificationId: '',
    error: '',
    startsAt: BUILT_START,
    endsAt: fromUnixMillis(Date.UTC(2026, 10, 2, 10)),
    updatedAt: BUILT_START,
    payload: '{}',
    ...overrides
  }
}

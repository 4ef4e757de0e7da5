// An alert on its way to a destination as a row of alert_outbox, and back.

import type { AlertDelivery } from '../../model/index.ts'
import { ALERT_EVENTS, ALERT_STATUSES, toRunId } from '../../model/index.ts'
import type { RowToWrite } from './cells.ts'
import { countCell, nanosCell, readNanos, readWord, textCell } from './cells.ts'

export interface AlertRow {
  readonly RunId: string
  readonly DeliveryId: string
  readonly Revision: number
  readonly AlertKey: string
  readonly Rule: string
  readonly Destination: string
  readonly GroupKey: string
  readonly Event: string
  readonly Sequence: number
  readonly Status: string
  readonly Confirmed: string
  readonly Attempts: number
  readonly NextAttemptAt: string
  readonly NotificationId: string
  readonly Error: string
  readonly StartsAt: string
  readonly EndsAt: string
  readonly UpdatedAt: string
  readonly Payload: string
}

export function toAlertRow(delivery: AlertDelivery): RowToWrite<AlertRow> {
  return {
    RunId: delivery.runId,
    DeliveryId: delivery.deliveryId,
    Revision: countCell(delivery.revision),
    AlertKey: delivery.alertKey,
    Rule: delivery.rule,
    Destination: delivery.destination,
    GroupKey: delivery.groupKey,
    Event: delivery.event,
    Sequence: countCell(delivery.sequence),
    Status: delivery.status,
    Confirmed: textCell(delivery.confirmed),
    Attempts: countCell(delivery.attempts),
    NextAttemptAt: nanosCell(delivery.nextAttemptAt),
    NotificationId: delivery.notificationId,
    Error: delivery.error,
    StartsAt: nanosCell(delivery.startsAt),
    EndsAt: nanosCell(delivery.endsAt),
    UpdatedAt: nanosCell(delivery.updatedAt),
    Payload: delivery.payload
  }
}

/** A word that a newer version wrote reads as one that sends nothing. */
export function fromAlertRow(row: AlertRow): AlertDelivery {
  return {
    runId: row.RunId === '' ? '' : toRunId(row.RunId),
    deliveryId: row.DeliveryId,
    revision: row.Revision,
    alertKey: row.AlertKey,
    rule: row.Rule,
    destination: row.Destination,
    groupKey: row.GroupKey,
    event: readWord(ALERT_EVENTS, row.Event, 'resolved'),
    sequence: row.Sequence,
    status: readWord(ALERT_STATUSES, row.Status, 'withdrawn'),
    confirmed: readWord(ALERT_EVENTS, row.Confirmed, undefined),
    attempts: row.Attempts,
    nextAttemptAt: readNanos(row.NextAttemptAt),
    notificationId: row.NotificationId,
    error: row.Error,
    startsAt: readNanos(row.StartsAt),
    endsAt: readNanos(row.EndsAt),
    updatedAt: readNanos(row.UpdatedAt),
    payload: row.Payload
  }
}

// An event of the audit trail as a row of agent_audit, and back.

import type { AuditEvent } from '../../model/index.ts'
import { AUDIT_ACTIONS, AUDIT_RESULTS } from '../../model/index.ts'
import type { RowToWrite } from './cells.ts'
import { nanosCell, readNanos, readWord } from './cells.ts'

export interface AuditRow {
  readonly At: string
  readonly EventId: string
  readonly Version: number
  readonly Actor: string
  readonly ActorName: string
  readonly Address: string
  readonly Action: string
  readonly Target: string
  readonly Result: string
  readonly Details: Readonly<Record<string, string>>
}

/** What has ended wins over what began. */
const VERSION = { started: 0, succeeded: 1, failed: 1 } as const

export function toAuditRow(event: AuditEvent): RowToWrite<AuditRow> {
  return {
    At: nanosCell(event.at),
    EventId: event.eventId,
    Version: VERSION[event.result],
    Actor: event.actor.id,
    ActorName: event.actor.name,
    Address: event.address,
    Action: event.action,
    Target: event.target,
    Result: event.result,
    Details: event.details
  }
}

/** Undefined for an action that a newer version wrote. */
export function fromAuditRow(row: AuditRow): AuditEvent | undefined {
  const action = readWord(AUDIT_ACTIONS, row.Action, undefined)
  if (action === undefined) return undefined
  return {
    eventId: row.EventId,
    at: readNanos(row.At),
    actor: { id: row.Actor, name: row.ActorName },
    address: row.Address,
    action,
    target: row.Target,
    details: row.Details,
    result: readWord(AUDIT_RESULTS, row.Result, 'started')
  }
}

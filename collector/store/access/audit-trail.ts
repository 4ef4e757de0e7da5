// Keeps the audit trail. Events that come while one is being written go in together with the next write.

import type { AuditEvent, AuditFilter, Page } from '../../model/index.ts'
import { CollectorError } from '../../model/index.ts'
import type { Engine } from '../engine/engine.ts'
import type { ListShape } from '../read/list-query.ts'
import { toListQuery } from '../read/list-query.ts'
import { fromAuditRow, toAuditRow, type AuditRow } from '../rows/audit-row.ts'
import { readNanos } from '../rows/cells.ts'
import { toRowJson } from '../rows/row-json.ts'
import { sqlText } from '../sql/sql-text.ts'
import type { StoreMetrics } from '../store-metrics.ts'

/** Events that may wait for a write, each some hundred bytes; whoever asks for more is told to come again. */
const WAITING_MAX = 1_000

// Keys: At, from newest. Called by listAuditEvents.
const LIST_EVENTS = `
SELECT *
FROM {database: Identifier}.agent_audit FINAL
WHERE {{conditions}}
ORDER BY At DESC, EventId DESC
LIMIT {limit: UInt32}`

const LIST: ListShape = {
  name: 'audit',
  template: LIST_EVENTS,
  conditions: {
    since: 'At >= {since: DateTime64}',
    until: 'At < {until: DateTime64}',
    action: 'Action = {action: String}',
    actor: 'Actor = {actor: String}',
    target: 'Target = {target: String}'
  },
  afterCursor: '(At, EventId) < ({cursorTime: DateTime64}, {cursorRunId: String})'
}

export interface AuditTrailOptions {
  readonly engine: Engine
  readonly metrics: StoreMetrics
}

interface Waiting {
  readonly row: string
  readonly resolve: () => void
  readonly reject: (error: unknown) => void
}

export class AuditTrail {
  readonly #engine: Engine
  readonly #metrics: StoreMetrics
  #waiting: Waiting[] = []
  #isWriting = false

  constructor({ engine, metrics }: AuditTrailOptions) {
    this.#engine = engine
    this.#metrics = metrics
  }

  saveAuditEvent(event: AuditEvent): Promise<void> {
    if (this.#waiting.length >= WAITING_MAX) {
      const message = `${this.#waiting.length} events wait to be written to the audit trail`
      return Promise.reject(new CollectorError('STORE_BUSY', message, { retryable: true }))
    }
    const row = toRowJson(toAuditRow(event))
    return new Promise((resolve, reject) => {
      this.#waiting.push({ row, resolve, reject })
      if (this.#isWriting) return
      this.#isWriting = true
      void this.#writeAll()
    })
  }

  listAuditEvents(filter: AuditFilter): Promise<Page<AuditEvent>> {
    return this.#metrics.timeRead('list_audit_events', async () => {
      const { template, parameters, toPage } = toListQuery(LIST, filter)
      const { database } = this.#engine
      const statement = sqlText(template, { ...parameters, database })
      const rows = await this.#engine.read<AuditRow>('read', statement)
      const page = rows.slice(0, filter.limit)
      const last = page.at(-1)
      const hasMore = last !== undefined && page.length < rows.length
      const events = page.flatMap((row) => fromAuditRow(row) ?? [])
      return toPage(events, hasMore ? { time: readNanos(last.At), runId: last.EventId } : undefined)
    })
  }

  /** Never rejects: those who wait are told. */
  async #writeAll(): Promise<void> {
    while (this.#waiting.length > 0) {
      const group = this.#waiting.splice(0)
      try {
        const rows = group.map(({ row }) => row)
        await this.#engine.insert('analysis', { table: 'agent_audit', rows })
        for (const { resolve } of group) resolve()
      } catch (error) {
        for (const { reject } of group) reject(error)
      }
    }
    this.#isWriting = false
  }
}

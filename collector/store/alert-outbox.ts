// Keeps alerts until they are delivered, and after. Decides nothing about them.

import type {
  AlertDelivery,
  AlertFilter,
  FiringAlertFilter,
  Page,
  RunId,
  UnixNano
} from '../model/index.ts'
import { toRunId } from '../model/index.ts'
import type { Engine } from './engine/engine.ts'
import { toListQuery, type ListShape } from './read/list-query.ts'
import { fromAlertRow, toAlertRow, type AlertRow } from './rows/alert-row.ts'
import { toRowJson } from './rows/row-json.ts'
import { sqlText, type SqlParameters } from './sql/sql-text.ts'
import type { StoreMetrics } from './store-metrics.ts'

/** Verdicts of one run times rules times destinations; nobody has more. */
const ALERTS_PER_RUN_MAX = 10_000

// Keys: RunId. Reads a few rows. Called by readRunAlerts.
const READ_RUN_ALERTS = `
SELECT *
FROM {database: Identifier}.alert_outbox FINAL
WHERE RunId = {runId: String}
ORDER BY StartsAt DESC, DeliveryId
LIMIT {limit: UInt32}`

// Keys: none; reads the statuses of all alerts. Called by findUnsentAlerts.
const FIND_UNSENT = `
SELECT *
FROM {database: Identifier}.alert_outbox FINAL
WHERE Status IN ('held', 'waiting')
ORDER BY NextAttemptAt, DeliveryId
LIMIT {limit: UInt32}`

// Keys: none; reads the statuses of all alerts. Called by findFiringAlerts.
const FIND_FIRING = `
SELECT *
FROM {database: Identifier}.alert_outbox FINAL
WHERE Event = 'firing'
    AND Status = 'delivered'
    AND Destination = {destination: String}
    AND EndsAt > {endsAfter: DateTime64}
ORDER BY StartsAt DESC, DeliveryId
LIMIT {limit: UInt32}`

// Keys: none; reads the times of all alerts. Called by findAlertsSince.
const FIND_SINCE = `
SELECT *
FROM {database: Identifier}.alert_outbox FINAL
WHERE StartsAt >= {since: DateTime64}
    AND Status NOT IN ('held', 'grouped')
    AND RunId != ''
ORDER BY StartsAt DESC, DeliveryId
LIMIT {limit: UInt32}`

// Keys: none; reads all alerts, of which there are at most a few a failed run. Called by listAlerts.
const LIST_ALERTS = `
SELECT *
FROM {database: Identifier}.alert_outbox FINAL
WHERE {{conditions}}
ORDER BY UpdatedAt DESC, DeliveryId DESC
LIMIT {limit: UInt32}`

const LIST: ListShape = {
  name: 'alerts',
  template: LIST_ALERTS,
  conditions: {
    status: 'Status = {status: String}',
    destination: 'Destination = {destination: String}'
  },
  afterCursor: '(UpdatedAt, DeliveryId) < ({cursorTime: DateTime64}, {cursorRunId: String})'
}

// Keys: none; reads the ids of all alerts. Called by findAlert.
const FIND_ALERT = `
SELECT *
FROM {database: Identifier}.alert_outbox FINAL
WHERE DeliveryId = {deliveryId: String}
LIMIT {limit: UInt32}`

// Keys: none; reads run ids and arrivals of all feedback, which people write by hand. Called by findCorrectedRuns.
const FIND_CORRECTED = `
SELECT RunId
FROM {database: Identifier}.agent_feedback
WHERE IngestedAt >= {since: DateTime64}
GROUP BY RunId
ORDER BY max(IngestedAt) DESC
LIMIT {limit: UInt32}`

export interface AlertOutboxOptions {
  readonly engine: Engine
  readonly metrics: StoreMetrics
}

export class AlertOutbox {
  readonly #engine: Engine
  readonly #metrics: StoreMetrics

  constructor({ engine, metrics }: AlertOutboxOptions) {
    this.#engine = engine
    this.#metrics = metrics
  }

  async saveAlerts(deliveries: readonly AlertDelivery[]): Promise<void> {
    if (deliveries.length === 0) return
    const rows = deliveries.map((delivery) => toRowJson(toAlertRow(delivery)))
    await this.#engine.insert('analysis', { table: 'alert_outbox', rows })
  }

  readRunAlerts(runId: RunId | ''): Promise<readonly AlertDelivery[]> {
    return this.#read('read_run_alerts', READ_RUN_ALERTS, { runId, limit: ALERTS_PER_RUN_MAX })
  }

  findUnsentAlerts(limit: number): Promise<readonly AlertDelivery[]> {
    return this.#read('find_unsent_alerts', FIND_UNSENT, { limit })
  }

  findFiringAlerts(filter: FiringAlertFilter): Promise<readonly AlertDelivery[]> {
    const { destination, endsAfter, limit } = filter
    return this.#read('find_firing_alerts', FIND_FIRING, { destination, endsAfter, limit })
  }

  findAlertsSince(since: UnixNano, limit: number): Promise<readonly AlertDelivery[]> {
    return this.#read('find_alerts_since', FIND_SINCE, { since, limit })
  }

  listAlerts(filter: AlertFilter): Promise<Page<AlertDelivery>> {
    const { template, parameters, toPage } = toListQuery(LIST, filter)
    return this.#read('list_alerts', template, parameters).then((found) => {
      const items = found.slice(0, filter.limit)
      const last = items.at(-1)
      const hasMore = last !== undefined && items.length < found.length
      return toPage(items, hasMore ? { time: last.updatedAt, runId: last.deliveryId } : undefined)
    })
  }

  async findAlert(deliveryId: string): Promise<AlertDelivery | undefined> {
    const [found] = await this.#read('find_alert', FIND_ALERT, { deliveryId, limit: 1 })
    return found
  }

  findCorrectedRuns(since: UnixNano, limit: number): Promise<readonly RunId[]> {
    return this.#metrics.timeRead('find_corrected_runs', async () => {
      const { database } = this.#engine
      const statement = sqlText(FIND_CORRECTED, { database, since, limit })
      const rows = await this.#engine.read<{ readonly RunId: string }>('analysis', statement)
      return rows.map((row) => toRunId(row.RunId))
    })
  }

  #read(
    query: string,
    template: string,
    parameters: SqlParameters
  ): Promise<readonly AlertDelivery[]> {
    return this.#metrics.timeRead(query, async () => {
      const statement = sqlText(template, { ...parameters, database: this.#engine.database })
      const rows = await this.#engine.read<AlertRow>('analysis', statement)
      return rows.map(fromAlertRow)
    })
  }
}

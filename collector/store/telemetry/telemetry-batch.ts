// A request's log records or data points as JSON rows by table, and the digest that the batch is known by.

import { createHash } from 'node:crypto'

import type { DecodedLogRecord, DecodedMetricPoint } from '../../model/index.ts'
import type { TableName } from '../engine/engine.ts'
import type { Cell } from '../rows/cells.ts'
import { toLogRow } from '../rows/log-row.ts'
import { METRIC_TABLES, toMetricRow } from '../rows/metric-rows.ts'
import { toRowJson } from '../rows/row-json.ts'
import { dayOf, type EncodedRow } from '../write/split-inserts.ts'

export interface TelemetryBatch {
  readonly rowsOf: ReadonlyMap<TableName, readonly EncodedRow[]>
  readonly rows: number
  /** UTF-16 units held until the batch is written. */
  readonly chars: number
  /** Hex. The same content in the same order has the same. */
  readonly digest: string
}

export function encodeLogs(records: readonly DecodedLogRecord[]): TelemetryBatch {
  const rows = records.map((record) => encodeRow(toLogRow(record), record.time))
  return toBatch(new Map([['otel_logs', rows]]))
}

export function encodeMetrics(points: readonly DecodedMetricPoint[]): TelemetryBatch {
  const rowsOf = new Map<TableName, EncodedRow[]>()
  for (const point of points) {
    const table = METRIC_TABLES[point.kind]
    const rows = rowsOf.get(table) ?? []
    if (rows.length === 0) rowsOf.set(table, rows)
    rows.push(encodeRow(toMetricRow(point), point.time))
  }
  return toBatch(rowsOf)
}

function encodeRow(row: Readonly<Record<string, Cell>>, time: bigint): EncodedRow {
  return { json: toRowJson(row), partition: dayOf(time) }
}

function toBatch(rowsOf: ReadonlyMap<TableName, readonly EncodedRow[]>): TelemetryBatch {
  const hash = createHash('sha256')
  let rowCount = 0
  let chars = 0
  for (const [table, rows] of rowsOf) {
    hash.update(`${table}\n`)
    for (const { json } of rows) {
      // JSON texts have no line break, so what follows one is the next.
      hash.update(json).update('\n')
      chars += json.length
    }
    rowCount += rows.length
  }
  return { rowsOf, rows: rowCount, chars, digest: hash.digest('hex') }
}

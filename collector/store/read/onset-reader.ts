// Reads onsets: of one run, of the runs of a page, and the list of those detected last.

import type { Onset, OnsetFilter, OnsetRecord, Page, RunId } from '../../model/index.ts'
import type { Engine } from '../engine/engine.ts'
import { readNanos } from '../rows/cells.ts'
import type { OnsetValueRow, StoredOnsetRow } from '../rows/onset-row.ts'
import { fromOnsetRow, ONSET_COLUMNS, toOnsetRecord } from '../rows/onset-row.ts'
import { sqlText, type SqlParameters } from '../sql/sql-text.ts'
import type { StoreMetrics } from '../store-metrics.ts'
import type { ListShape } from './list-query.ts'
import { toListQuery } from './list-query.ts'

const COLUMNS = ONSET_COLUMNS.map((column) => `\`${column}\``).join(',\n    ')

// Keys: RunId. Reads at most ONSETS_PER_RUN_MAX rows. Called by readOnsets.
const READ_ONSETS = `
SELECT
    ${COLUMNS}
FROM {database: Identifier}.agent_onsets FINAL
PREWHERE RunId = {runId: String}
ORDER BY Rank`

// Keys: RunId, Rank. Reads one row a run. Called for the runs of a page.
const READ_TOP_ONSETS = `
SELECT
    ${COLUMNS}
FROM {database: Identifier}.agent_onsets FINAL
PREWHERE RunId IN {runIds: Array(String)}
    AND Rank = 1`

// Keys: none; the index on DetectedAt bounds what is read. Called by listOnsets.
const LIST_ONSETS = `
SELECT *
FROM {database: Identifier}.agent_onsets FINAL
WHERE Rank = 1
    AND {{conditions}}
ORDER BY DetectedAt DESC, RunId DESC
LIMIT {limit: UInt32}`

/** `since` and `until` are of the detection: that is what the list is ordered by. */
const LIST: ListShape = {
  name: 'onsets',
  template: LIST_ONSETS,
  conditions: {
    since: 'DetectedAt >= {since: DateTime64}',
    until: 'DetectedAt < {until: DateTime64}',
    category: 'Category = {category: String}',
    stage: 'Stage = {stage: String}',
    service: 'Service = {service: String}',
    minConfidence: 'Confidence >= {minConfidence: Float64}'
  },
  afterCursor: '(DetectedAt, RunId) < ({cursorTime: DateTime64}, {cursorRunId: String})'
}

/** While an analysis is being saved, the onset may be of a later revision than the run. */
export interface TopOnset {
  readonly onset: Onset
  readonly revision: number
}

export class OnsetReader {
  readonly #engine: Engine
  readonly #metrics: StoreMetrics

  constructor({ engine, metrics }: { readonly engine: Engine; readonly metrics: StoreMetrics }) {
    this.#engine = engine
    this.#metrics = metrics
  }

  readOnsets(runId: RunId): Promise<readonly Onset[]> {
    return this.#metrics.timeRead('read_onsets', async () => {
      const rows = await this.#read<OnsetValueRow>(READ_ONSETS, { runId })
      return rows.map(fromOnsetRow)
    })
  }

  async readTopOnsets(runIds: readonly string[]): Promise<ReadonlyMap<string, TopOnset>> {
    const rows = await this.#read<OnsetValueRow>(READ_TOP_ONSETS, { runIds })
    return new Map(
      rows.map((row) => [row.RunId, { onset: fromOnsetRow(row), revision: row.Revision }])
    )
  }

  listOnsets(filter: OnsetFilter): Promise<Page<OnsetRecord>> {
    return this.#metrics.timeRead('list_onsets', async () => {
      const { template, parameters, toPage } = toListQuery(LIST, filter)
      const rows = await this.#read<StoredOnsetRow>(template, parameters)
      const page = rows.slice(0, filter.limit)
      const last = page.at(-1)
      const hasMore = last !== undefined && page.length < rows.length
      return toPage(
        page.map(toOnsetRecord),
        hasMore ? { time: readNanos(last.DetectedAt), runId: last.RunId } : undefined
      )
    })
  }

  #read<Row>(template: string, parameters: SqlParameters): Promise<readonly Row[]> {
    const database = this.#engine.database
    return this.#engine.read('read', sqlText(template, { ...parameters, database }))
  }
}

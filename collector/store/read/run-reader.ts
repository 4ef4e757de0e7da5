// Reads runs, stages and numbered steps. Lists look at small columns first and fetch whole rows of one
// page: a run's texts are tens of kilobytes. FINAL because a row is replaced by each analysis. PREWHERE on what
// rows are sorted by, and nothing else, which the engine does not do by itself under FINAL: all revisions of a
// row pass or none, and of rows that do not, no other column is unpacked.

import type {
  ListedRun,
  Onset,
  Page,
  RunFilter,
  RunId,
  RunRecord,
  RunStep,
  Stage
} from '../../model/index.ts'
import { LIST_LIMIT_MAX, STEPS_PAGE_LIMIT_MAX, toRunId } from '../../model/index.ts'
import type { Engine } from '../engine/engine.ts'
import { readNanos } from '../rows/cells.ts'
import { fromRunStepRow, type StoredStepRow } from '../rows/run-step-row.ts'
import type { ListedRunRow, StoredRunRow } from '../rows/run-row.ts'
import { LISTED_RUN_COLUMNS, toListedRun, toRunRecord } from '../rows/run-row.ts'
import { fromStageRow, type StageRow } from '../rows/stage-row.ts'
import { sqlText, type SqlParameters } from '../sql/sql-text.ts'
import type { StoreMetrics } from '../store-metrics.ts'
import { checkLimit } from './limit.ts'
import type { ListShape } from './list-query.ts'
import { toListQuery } from './list-query.ts'
import type { HeldRows, RowVersion } from './held-runs.ts'
import { HeldRuns } from './held-runs.ts'
import type { OnsetReader, TopOnset } from './onset-reader.ts'
import type { Head } from './parts.ts'
import { LISTED_ROWS_MAX, takeWithin, toParts } from './parts.ts'
import { launchCondition } from './runs-of-launch.ts'

// Keys: none; partitions and the index on StartTime bound what is read. Reads a few small columns of every
// run in that time. Called by listRuns.
const LIST_RUN_HEADS = `
SELECT
    RunId,
    StartTime,
    TextChars,
    Revision,
    AnalyzedAt
FROM {database: Identifier}.agent_runs FINAL
WHERE {{conditions}}
ORDER BY StartTime DESC, RunId DESC
LIMIT {limit: UInt32}`

// Keys: RunId. Reads the runs of one page. Ids are random, so a page meets most granules of its table, and the
// columns are what it costs. Called by listRuns.
const READ_LISTED_RUNS = `
SELECT
    ${LISTED_RUN_COLUMNS.join(',\n    ')}
FROM {database: Identifier}.agent_runs FINAL
PREWHERE RunId IN {runIds: Array(String)}`

// Keys: RunId. Reads whole runs. All columns: the row type lists them. Called by listWholeRuns, findRun.
const READ_RUNS = `
SELECT *
FROM {database: Identifier}.agent_runs FINAL
PREWHERE RunId IN {runIds: Array(String)}`

// Keys: RunId, of which a prefix is a range. Reads the ids in it, a few granules. Called by findRunIds.
const FIND_IDS = `
SELECT DISTINCT RunId
FROM {database: Identifier}.agent_runs
WHERE startsWith(RunId, {prefix: String})
ORDER BY RunId
LIMIT {limit: UInt32}`

// Keys: RunId. Reads one run's stages. Called by readStages.
const READ_STAGES = `
SELECT *
FROM {database: Identifier}.agent_stages FINAL
PREWHERE RunId = {runId: String}
ORDER BY StageIndex`

// Keys: RunId. Reads numbers and sizes of one run's steps. While a revision is being written, a number may
// be there twice: the newer one counts. Called by readSteps.
const READ_STEP_HEADS = `
SELECT
    StepIndex,
    TextChars
FROM {database: Identifier}.agent_steps FINAL
PREWHERE RunId = {runId: String}
WHERE StepIndex > {after: UInt32}
ORDER BY StepIndex, Revision DESC
LIMIT 1 BY StepIndex
LIMIT {limit: UInt32}`

// Keys: RunId. Reads whole rows of one part of a run's steps. Called by readSteps.
const READ_STEPS = `
SELECT *
FROM {database: Identifier}.agent_steps FINAL
PREWHERE RunId = {runId: String}
WHERE StepIndex BETWEEN {first: UInt32} AND {last: UInt32}
ORDER BY StepIndex, Revision DESC
LIMIT 1 BY StepIndex`

/** UTF-16 units of one page: six times a thousand ordinary runs. A page that reaches it is just shorter. */
const LIST_CHARS_MAX = 33_554_432

const LIST_RUNS: ListShape = {
  name: 'runs',
  template: LIST_RUN_HEADS,
  conditions: {
    since: 'StartTime >= {since: DateTime64}',
    until: 'StartTime < {until: DateTime64}',
    service: 'Service = {service: String}',
    agent: 'Agent = {agent: String}',
    model: 'has(Models, {model: String})',
    outcome: 'Outcome = {outcome: String}',
    category: 'OnsetCategory = {category: String}',
    sessionId: 'SessionId = {sessionId: String}'
  },
  afterCursor: '(StartTime, RunId) < ({cursorTime: DateTime64}, {cursorRunId: String})'
}

function shapeOf({ launch, since, until }: RunFilter): ListShape {
  if (launch === undefined) return LIST_RUNS
  const bounds = { hasSince: since !== undefined, hasUntil: until !== undefined }
  return { ...LIST_RUNS, conditions: { ...LIST_RUNS.conditions, launch: launchCondition(bounds) } }
}

interface Keyed {
  readonly RunId: string
}

interface VersionedRow extends RowVersion {
  /** 0 when no step is suspected. */
  readonly OnsetStepIndex: number
}

/** How much of a run is read. */
interface RunShape<Row extends VersionedRow, Item> {
  readonly template: string
  readonly toItem: (row: Row, topOnset: Onset | undefined) => Item
}

const LISTED: RunShape<ListedRunRow, ListedRun> = {
  template: READ_LISTED_RUNS,
  toItem: toListedRun
}

const WHOLE: RunShape<StoredRunRow, RunRecord> = { template: READ_RUNS, toItem: toRunRecord }

interface RunHead extends Head, RowVersion {
  readonly StartTime: string
}

interface StepHead extends Head {
  readonly StepIndex: number
}

export interface ReaderOptions {
  readonly engine: Engine
  readonly metrics: StoreMetrics
}

/** Row and suspect were read at the same time, and an analysis may have been saved between the two. */
function isWhole(row: VersionedRow, top: TopOnset | undefined): boolean {
  return row.OnsetStepIndex === 0 ? top === undefined : top?.revision === row.Revision
}

export class RunRowReader {
  readonly #engine: Engine
  readonly #metrics: StoreMetrics
  readonly #onsets: OnsetReader
  readonly #held = new HeldRuns()

  constructor({ engine, metrics }: ReaderOptions, onsets: OnsetReader) {
    this.#engine = engine
    this.#metrics = metrics
    this.#onsets = onsets
  }

  listRuns(filter: RunFilter): Promise<Page<ListedRun>> {
    return this.#metrics.timeRead('list_runs', () => this.#list(filter, LISTED, this.#held))
  }

  listWholeRuns(filter: RunFilter): Promise<Page<RunRecord>> {
    return this.#metrics.timeRead('list_whole_runs', () => this.#list(filter, WHOLE))
  }

  findRun(runId: RunId): Promise<RunRecord | undefined> {
    return this.#metrics.timeRead('find_run', async () => {
      const records = await this.#readRecords([{ RunId: runId, TextChars: 0 }], WHOLE)
      return records.get(runId)
    })
  }

  findRunIds(prefix: string, limit: number): Promise<readonly RunId[]> {
    return this.#metrics.timeRead('find_run_ids', async () => {
      checkLimit(limit, LIST_LIMIT_MAX)
      const rows = await this.#read<{ readonly RunId: string }>(FIND_IDS, { prefix, limit })
      return rows.map((row) => toRunId(row.RunId))
    })
  }

  readStages(runId: RunId): Promise<readonly Stage[]> {
    return this.#metrics.timeRead('read_stages', async () => {
      const rows = await this.#read<StageRow>(READ_STAGES, { runId })
      return rows.map(fromStageRow)
    })
  }

  readSteps(runId: RunId, after: number, limit: number): Promise<readonly RunStep[]> {
    return this.#metrics.timeRead('read_steps', async () => {
      checkLimit(limit, STEPS_PAGE_LIMIT_MAX)
      const heads = await this.#read<StepHead>(READ_STEP_HEADS, { runId, after, limit })
      const steps: RunStep[] = []
      for (const part of toParts(takeWithin(heads))) {
        const first = part[0]?.StepIndex ?? 0
        const last = part.at(-1)?.StepIndex ?? 0
        const rows = await this.#read<StoredStepRow>(READ_STEPS, { runId, first, last })
        for (const row of rows) steps.push(fromRunStepRow(row))
      }
      return steps
    })
  }

  async #list<Row extends VersionedRow, Item>(
    filter: RunFilter,
    shape: RunShape<Row, Item>,
    held?: HeldRows<Item>
  ): Promise<Page<Item>> {
    const { template, parameters, toPage } = toListQuery(shapeOf(filter), filter)
    const heads = await this.#read<RunHead>(template, parameters)
    const page = takeWithin(heads.slice(0, filter.limit), LIST_CHARS_MAX)
    const known = new Map(page.map((head) => [head.RunId, held?.find(head)]))
    const missing = page.filter((head) => known.get(head.RunId) === undefined)
    const records = await this.#readRecords(missing, shape, held)
    const last = page.at(-1)
    const hasMore = last !== undefined && page.length < heads.length
    return toPage(
      page.flatMap((head) => known.get(head.RunId) ?? records.get(head.RunId) ?? []),
      hasMore ? { time: readNanos(last.StartTime), runId: last.RunId } : undefined
    )
  }

  async #readRecords<Row extends VersionedRow, Item>(
    heads: readonly (Head & Keyed)[],
    { template, toItem }: RunShape<Row, Item>,
    held?: HeldRows<Item>
  ): Promise<ReadonlyMap<string, Item>> {
    const records = new Map<string, Item>()
    for (const part of toParts(heads, LISTED_ROWS_MAX)) {
      const runIds = part.map((head) => head.RunId)
      const [rows, topOnsets] = await Promise.all([
        this.#read<Row>(template, { runIds }),
        this.#onsets.readTopOnsets(runIds)
      ])
      for (const row of rows) {
        const top = topOnsets.get(row.RunId)
        const item = toItem(row, top?.onset)
        records.set(row.RunId, item)
        if (isWhole(row, top)) held?.hold(row, item)
      }
    }
    return records
  }

  #read<Row>(template: string, parameters: SqlParameters): Promise<readonly Row[]> {
    const database = this.#engine.database
    return this.#engine.read('read', sqlText(template, { ...parameters, database }))
  }
}

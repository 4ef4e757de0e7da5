// Memory across runs as methods of a store. Hits are counted when they are asked for, from one row a run.

import { createHash } from 'node:crypto'

import type {
  MemoryReader,
  MemoryStore,
  PatternFilter,
  PatternRecord,
  RunId,
  RunMemory,
  SuccessfulRun,
  SuccessQuery
} from '../../model/index.ts'
import {
  fromUnixMillis,
  LIST_LIMIT_MAX,
  PATTERN_HALF_LIFE_DAYS_DEFAULT,
  TASK_CHARS_COMPARED,
  toRunId
} from '../../model/index.ts'
import type { Engine } from '../engine/engine.ts'
import { checkLimit } from '../read/limit.ts'
import { nanosCell } from '../rows/cells.ts'
import { toRowJson } from '../rows/row-json.ts'
import { sqlText } from '../sql/sql-text.ts'
import type { StoreMetrics } from '../store-metrics.ts'
import type { MemoryRow, PatternRow } from './memory-row.ts'
import { fromMemoryRow, fromPatternRow, toMemoryRow } from './memory-row.ts'

const SECONDS_PER_DAY = 86_400

// Keys: RunId. Reads the versions of one row. Called by remember.
const READ_HEAD = `
SELECT
    max(Revision) AS LastRevision,
    argMax(ContentHash, Revision) AS LastHash
FROM {database: Identifier}.agent_patterns
WHERE RunId = {runId: String}`

// Keys: RunId. Reads one row. Called by readRunMemory.
const READ_MEMORY = `
SELECT *
FROM {database: Identifier}.agent_patterns FINAL
WHERE RunId = {runId: String}`

// Keys: none; reads two small columns of all rows. Called by countPatterns.
const COUNT_PATTERNS = `
SELECT
    uniqExact(PatternId) AS Patterns,
    countIf(PatternId = {patternId: String}) AS Own
FROM {database: Identifier}.agent_patterns FINAL
WHERE Agent = {agent: String}`

// Keys: none; reads the rows of the filter, and the feedback of people, of which there is little. A run that
// says it ended in the future counts as if it ended now.
const LIST_PATTERNS = `
SELECT
    p.PatternId AS PatternId,
    any(p.Agent) AS Agent,
    any(p.Model) AS Model,
    any(p.Tool) AS Tool,
    any(p.Category) AS Category,
    any(p.Stage) AS Stage,
    any(p.Family) AS Family,
    any(p.Sign) AS Sign,
    count() AS Hits,
    sum(exp2(-greatest(0, dateDiff('second', p.SeenAt, {now: DateTime64})) / {halfLifeSeconds: Float64})) AS Weight,
    countIf(f.Told AND f.StepIndex = p.OnsetStepIndex) AS Confirmed,
    countIf(f.Told AND f.StepIndex != p.OnsetStepIndex) AS Refuted,
    (Confirmed + 1) / (Confirmed + Refuted + 2) AS Helpfulness,
    min(p.SeenAt) AS FirstSeenAt,
    max(p.SeenAt) AS LastSeenAt,
    argMax(p.RunId, (p.SeenAt, p.RunId)) AS LastRunId
FROM
(
    SELECT *
    FROM {database: Identifier}.agent_patterns FINAL
    WHERE {{conditions}}
) AS p
LEFT JOIN
(
    SELECT
        g.RunId AS RunId,
        true AS Told,
        if(g.StepId = '', g.Given, s.Number) AS StepIndex
    FROM
    (
        SELECT
            RunId,
            argMax(ifNull(OnsetStepIndex, 0), (CreatedAt, IngestedAt)) AS Given,
            argMax(OnsetStepId, (CreatedAt, IngestedAt)) AS StepId
        FROM {database: Identifier}.agent_feedback
        GROUP BY RunId
    ) AS g
    LEFT JOIN
    (
        SELECT
            RunId,
            StepId,
            StepIndex AS Number
        FROM {database: Identifier}.agent_steps FINAL
        WHERE (RunId, StepId) IN (
            SELECT
                RunId,
                OnsetStepId
            FROM {database: Identifier}.agent_feedback
            WHERE OnsetStepId != ''
        )
    ) AS s ON s.RunId = g.RunId AND s.StepId = g.StepId
) AS f ON f.RunId = p.RunId
GROUP BY p.PatternId
ORDER BY Weight * Helpfulness DESC, PatternId
LIMIT {limit: UInt32}`

const CONDITIONS: Readonly<Record<string, string>> = {
  since: 'SeenAt >= {since: DateTime64}',
  service: 'Service = {service: String}',
  agent: 'Agent = {agent: String}',
  model: 'Model = {model: String}',
  tool: 'Tool = {tool: String}',
  category: 'Category = {category: String}'
}

// Keys: the partition by month. Reads small columns of runs since then, and the task of those that match. An
// older revision may have said ok: what is found is asked again, by key.
const FIND_SUCCESSES = `
SELECT
    RunId,
    substringUTF8(Task, 1, {taskChars: UInt32}) AS TaskHead
FROM {database: Identifier}.agent_runs FINAL
WHERE RunId IN
(
    SELECT RunId
    FROM {database: Identifier}.agent_runs
    WHERE Outcome = 'ok'
        AND Service = {service: String}
        AND Agent = {agent: String}
        AND StartTime >= {since: DateTime64}
    ORDER BY StartTime DESC
    LIMIT 1 BY RunId
    LIMIT {limit: UInt32}
)
    AND Outcome = 'ok'
    AND State = 'complete'
ORDER BY StartTime DESC, RunId`

export interface MemoryTablesOptions {
  readonly engine: Engine
  readonly metrics: StoreMetrics
  /** Milliseconds since 1970. */
  readonly now: () => number
  readonly halfLifeDays: number | undefined
}

export function createMemoryTables(
  options: MemoryTablesOptions
): MemoryReader & Omit<MemoryStore, 'readSteps'> {
  const { engine, metrics, now } = options
  const halfLifeDays = options.halfLifeDays ?? PATTERN_HALF_LIFE_DAYS_DEFAULT
  const halfLifeSeconds = halfLifeDays * SECONDS_PER_DAY
  return {
    remember: (runId, memory) => remember(engine, { runId, memory, now: now() }),
    countPatterns: (agent, patternId) => countPatterns(engine, agent, patternId),
    findSuccesses: (query) => findSuccesses(engine, query),
    readRunMemory: (runId) =>
      metrics.timeRead('read_run_memory', () => readRunMemory(engine, runId)),
    listPatterns: async (filter) => {
      checkLimit(filter.limit, LIST_LIMIT_MAX)
      return metrics.timeRead('list_patterns', () =>
        listPatterns(engine, filter, { now: now(), halfLifeSeconds })
      )
    }
  }
}

interface Remembered {
  readonly runId: RunId
  readonly memory: RunMemory | undefined
  readonly now: number
}

async function remember(engine: Engine, { runId, memory, now }: Remembered): Promise<void> {
  const statement = sqlText(READ_HEAD, { database: engine.database, runId })
  const [head] = await engine.read<{ LastRevision: number; LastHash: string }>(
    'analysis',
    statement
  )
  const row = memory === undefined ? undefined : toMemoryRow(memory)
  const hash =
    row === undefined ? '' : createHash('sha256').update(toRowJson(row)).digest('hex').slice(0, 32)
  // No row at all reads as revision 0 and an empty hash: there is nothing to take back.
  if (hash === (head?.LastHash ?? '')) return
  const written = toRowJson({
    ...(row ?? { RunId: runId }),
    Revision: (head?.LastRevision ?? 0) + 1,
    IsDeleted: row === undefined ? 1 : 0,
    RememberedAt: nanosCell(fromUnixMillis(now)),
    ContentHash: hash
  })
  await engine.insert('analysis', { table: 'agent_patterns', rows: [written] })
}

async function countPatterns(engine: Engine, agent: string, patternId: string) {
  const [counted] = await engine.read<{ Patterns: string; Own: string }>(
    'analysis',
    sqlText(COUNT_PATTERNS, { database: engine.database, agent, patternId })
  )
  return { patterns: Number(counted?.Patterns ?? 0), known: Number(counted?.Own ?? 0) > 0 }
}

async function findSuccesses(
  engine: Engine,
  { service, agent = '', since, limit }: SuccessQuery
): Promise<readonly SuccessfulRun[]> {
  const rows = await engine.read<{ RunId: string; TaskHead: string }>(
    'analysis',
    sqlText(FIND_SUCCESSES, {
      database: engine.database,
      service,
      agent,
      since,
      limit,
      taskChars: TASK_CHARS_COMPARED
    })
  )
  return rows.map((row) => ({ runId: toRunId(row.RunId), task: row.TaskHead }))
}

async function readRunMemory(engine: Engine, runId: RunId): Promise<RunMemory | undefined> {
  const statement = sqlText(READ_MEMORY, { database: engine.database, runId })
  const [row] = await engine.read<MemoryRow>('read', statement)
  return row && fromMemoryRow(row, runId)
}

async function listPatterns(
  engine: Engine,
  { limit, ...asked }: PatternFilter,
  { now, halfLifeSeconds }: { readonly now: number; readonly halfLifeSeconds: number }
): Promise<readonly PatternRecord[]> {
  const conditions = Object.entries(CONDITIONS).flatMap(([name, condition]) =>
    name in asked ? [condition] : []
  )
  const template = LIST_PATTERNS.replace('{{conditions}}', ['1', ...conditions].join(' AND '))
  const rows = await engine.read<PatternRow>(
    'read',
    sqlText(template, {
      database: engine.database,
      ...asked,
      limit,
      now: fromUnixMillis(now),
      halfLifeSeconds
    })
  )
  return rows.map(fromPatternRow)
}

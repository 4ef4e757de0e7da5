// Finds the runs that have something no analysis has seen. This is the truth that completion's timers are
// rebuilt from, so it does not trust clocks where rows can say it: a step is seen when an analysis has
// written its row, whatever the times at which both were stamped.

import type { PendingRun, UnixNano } from '../../model/index.ts'
import { toRunId } from '../../model/index.ts'
import type { Engine } from '../engine/engine.ts'
import { readNanos } from '../rows/cells.ts'
import { sqlText } from '../sql/sql-text.ts'

/**
 * Seconds within which every row is visible after it was stamped, differences of clocks included: a write
 * is given up long before. Used where being seen cannot be told from rows.
 */
export const VISIBLE_SECONDS_MAX = 600

/** Runs looked at in one statement, which ends at 256 KiB. */
const CANDIDATES_PER_LOOK = 500

/** Of one sweep: 20 MB of ids. The rest has its turn when these are analysed. */
const CANDIDATES_MAX = 200_000

// Keys: none. Reads run id, revision and arrival of all steps since `since`, and the small columns of runs
// analysed since. Some candidates have been seen after all (a step delivered twice), none is left out.
const FIND_CANDIDATES = `
SELECT
    RunId,
    max(ArrivedAt) AS LastArrivedAt
FROM
(
    SELECT
        steps.RunId AS RunId,
        steps.Newest AS ArrivedAt
    FROM
    (
        SELECT
            RunId,
            max(IngestedAt) AS Newest,
            max(Revision) AS LastRevision,
            maxIf(IngestedAt, Revision = 0) AS NewestPlain
        FROM {database: Identifier}.agent_steps
        WHERE IngestedAt >= {since: DateTime64}
        GROUP BY RunId
    ) AS steps
    LEFT JOIN
    (
        SELECT
            RunId,
            max(Revision) AS LastRevision,
            argMax(State, (Revision, AnalyzedAt)) AS LastState,
            argMax(IngestedThrough, (Revision, AnalyzedAt)) AS SeenThrough,
            max(AnalyzedAt) AS LastAnalyzedAt
        FROM {database: Identifier}.agent_runs
        WHERE AnalyzedAt >= {since: DateTime64}
        GROUP BY RunId
    ) AS runs ON runs.RunId = steps.RunId
    WHERE runs.LastState != 'complete'
        OR steps.LastRevision > runs.LastRevision
        OR steps.NewestPlain > runs.SeenThrough
        OR steps.NewestPlain > runs.LastAnalyzedAt - toIntervalSecond({visibleSeconds: UInt32})
    UNION ALL
    SELECT
        RunId,
        IngestedAt AS ArrivedAt
    FROM {database: Identifier}.agent_outcomes
    WHERE IngestedAt >= {since: DateTime64}
)
GROUP BY RunId
ORDER BY LastArrivedAt, RunId
LIMIT {limit: UInt32}`

// Keys: RunId. Reads ids, revisions and arrivals of the candidates' steps. Exact:
//   - no analysis, or the latest was not final;
//   - steps of a later revision than the run's row: that analysis was cut off before it was whole;
//   - a step that no analysis wrote, unless the run ended at the cap on steps;
//   - a report that came after what the latest analysis had seen.
// A step counts as arrived when it first came: delivering it again is no news.
const LOOK_AT_CANDIDATES = `
SELECT
    steps.RunId AS RunId,
    steps.FirstIngestedAt AS FirstIngestedAt,
    greatest(steps.LastIngestedAt, reports.LastReportedAt) AS LastIngestedAt,
    steps.StepCount AS StepCount,
    steps.RootSeen AS RootSeen,
    steps.MissingParentCount AS MissingParentCount
FROM
(
    SELECT
        RunId,
        max(StepRevision) AS LastRevision,
        countIf(StepRevision = 0) AS UnseenCount,
        count() AS StepCount,
        min(ArrivedAt) AS FirstIngestedAt,
        max(ArrivedAt) AS LastIngestedAt,
        countIf(ParentId = '') > 0 AS RootSeen,
        groupUniqArrayIf(ParentId, ParentId != '') AS ParentIds,
        length(ParentIds) - length(arrayIntersect(ParentIds, groupUniqArray(Id))) AS MissingParentCount
    FROM
    (
        SELECT
            RunId,
            StepId,
            max(Revision) AS StepRevision,
            min(IngestedAt) AS ArrivedAt,
            any(SpanId) AS Id,
            any(ParentSpanId) AS ParentId
        FROM {database: Identifier}.agent_steps
        WHERE RunId IN {runIds: Array(String)}
        GROUP BY RunId, StepId
    )
    GROUP BY RunId
) AS steps
LEFT JOIN
(
    SELECT
        RunId,
        Revision,
        State,
        Capped,
        IngestedThrough
    FROM {database: Identifier}.agent_runs FINAL
    WHERE RunId IN {runIds: Array(String)}
) AS runs ON runs.RunId = steps.RunId
LEFT JOIN
(
    SELECT
        RunId,
        max(IngestedAt) AS LastReportedAt
    FROM {database: Identifier}.agent_outcomes
    WHERE RunId IN {runIds: Array(String)}
    GROUP BY RunId
) AS reports ON reports.RunId = steps.RunId
WHERE runs.State != 'complete'
    OR steps.LastRevision > runs.Revision
    OR (steps.UnseenCount > 0 AND NOT runs.Capped)
    OR reports.LastReportedAt > runs.IngestedThrough`

interface PendingRow {
  readonly RunId: string
  readonly FirstIngestedAt: string
  readonly LastIngestedAt: string
  readonly StepCount: string
  readonly RootSeen: number
  readonly MissingParentCount: string
}

/** Oldest arrival first; at most `limit`. A report about a run that has not arrived is no pending run. */
export async function findPendingRuns(
  engine: Engine,
  ingestedSince: UnixNano,
  limit: number
): Promise<readonly PendingRun[]> {
  const { database } = engine
  const candidates = await engine.read<{ readonly RunId: string }>(
    'analysis',
    sqlText(FIND_CANDIDATES, {
      database,
      since: ingestedSince,
      visibleSeconds: VISIBLE_SECONDS_MAX,
      limit: CANDIDATES_MAX
    })
  )
  const pending: PendingRun[] = []
  for (let at = 0; at < candidates.length && pending.length < limit; at += CANDIDATES_PER_LOOK) {
    const runIds = candidates.slice(at, at + CANDIDATES_PER_LOOK).map((row) => row.RunId)
    const rows = await engine.read<PendingRow>(
      'analysis',
      sqlText(LOOK_AT_CANDIDATES, { database, runIds })
    )
    for (const row of rows) pending.push(toPendingRun(row))
  }
  return pending.toSorted((a, b) => (a.lastIngestedAt < b.lastIngestedAt ? -1 : 1)).slice(0, limit)
}

function toPendingRun(row: PendingRow): PendingRun {
  return {
    runId: toRunId(row.RunId),
    lastIngestedAt: readNanos(row.LastIngestedAt),
    firstIngestedAt: readNanos(row.FirstIngestedAt),
    stepCount: Number(row.StepCount),
    rootSeen: row.RootSeen === 1,
    missingParentCount: Number(row.MissingParentCount)
  }
}

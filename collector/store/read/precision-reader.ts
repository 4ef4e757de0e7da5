// How often people found a localizer version right. Reads feedback alone: each row keeps what it judged, so
// an answer that a later analysis replaced still counts for the version that gave it.

import type { LocalizerPrecision, PrecisionFilter } from '../../model/index.ts'
import type { Engine } from '../engine/engine.ts'
import { readNanos } from '../rows/cells.ts'
import { sqlText, type SqlValue } from '../sql/sql-text.ts'
import type { StoreMetrics } from '../store-metrics.ts'

/** Versions with the newest feedback; a version is as old as its weights, so these are years. */
const VERSIONS_MAX = 100

// Keys: none. Reads small columns of all feedback of the time: people write it, so it is never much. 0 is "no
// step is to blame" (argMax and uniqExact pass over NULL). Authors agree on a step, however it was numbered when they
// looked; its number is compared with the suspects of the same revision. Called by readPrecision.
const READ_PRECISION = `
SELECT
    LocalizerVersion,
    count() AS Runs,
    countIf(Opinions > 1) AS Disagreements,
    countIf(Opinions = 1 AND TrueStep > 0) AS WithOnset,
    countIf(Opinions = 1 AND TrueStep > 0 AND Suspects[1] = TrueStep) AS Exact,
    countIf(Opinions = 1 AND TrueStep > 0 AND has(arraySlice(Suspects, 1, 3), TrueStep)) AS TopThree,
    countIf(Opinions = 1 AND TrueStep > 0 AND NOT has(Suspects, TrueStep)) AS Missed,
    countIf(Opinions = 1 AND TrueStep = 0) AS WithoutOnset,
    countIf(Opinions = 1 AND TrueStep = 0 AND notEmpty(Suspects)) AS FalseAccusations,
    max(SaidAt) AS LastFeedbackAt
FROM
(
    SELECT
        LocalizerVersion,
        RunId,
        uniqExact(SaidIdentity) AS Opinions,
        argMax(SaidStep, LastAt) AS TrueStep,
        argMax(SaidOf, LastAt) AS Suspects,
        max(LastAt) AS SaidAt
    FROM
    (
        SELECT
            LocalizerVersion,
            RunId,
            Author,
            argMax(ifNull(OnsetStepIndex, 0), (CreatedAt, IngestedAt)) AS SaidStep,
            argMax(if(OnsetStepId = '', toString(ifNull(OnsetStepIndex, 0)), OnsetStepId), (CreatedAt, IngestedAt)) AS SaidIdentity,
            argMax(SuspectStepIndexes, (CreatedAt, IngestedAt)) AS SaidOf,
            max(CreatedAt) AS LastAt
        FROM {database: Identifier}.agent_feedback FINAL
        WHERE {{conditions}}
        GROUP BY LocalizerVersion, RunId, Author
    )
    GROUP BY LocalizerVersion, RunId
)
GROUP BY LocalizerVersion
ORDER BY LastFeedbackAt DESC, LocalizerVersion
LIMIT {limit: UInt32}`

interface PrecisionRow {
  readonly LocalizerVersion: string
  readonly Runs: string
  readonly Disagreements: string
  readonly WithOnset: string
  readonly Exact: string
  readonly TopThree: string
  readonly Missed: string
  readonly WithoutOnset: string
  readonly FalseAccusations: string
  readonly LastFeedbackAt: string
}

export async function readPrecision(
  { engine, metrics }: { readonly engine: Engine; readonly metrics: StoreMetrics },
  { since, until }: PrecisionFilter
): Promise<readonly LocalizerPrecision[]> {
  const parameters: Record<string, SqlValue> = { database: engine.database, limit: VERSIONS_MAX }
  const conditions = ["LocalizerVersion != ''"]
  if (since !== undefined) {
    conditions.push('CreatedAt >= {since: DateTime64}')
    parameters['since'] = since
  }
  if (until !== undefined) {
    conditions.push('CreatedAt < {until: DateTime64}')
    parameters['until'] = until
  }
  const template = READ_PRECISION.replace('{{conditions}}', conditions.join(' AND '))
  const rows = await metrics.timeRead('read_precision', () =>
    engine.read<PrecisionRow>('read', sqlText(template, parameters))
  )
  return rows.map(toPrecision)
}

function toPrecision(row: PrecisionRow): LocalizerPrecision {
  return {
    localizerVersion: row.LocalizerVersion,
    runs: Number(row.Runs),
    disagreements: Number(row.Disagreements),
    withOnset: Number(row.WithOnset),
    exact: Number(row.Exact),
    top3: Number(row.TopThree),
    missed: Number(row.Missed),
    withoutOnset: Number(row.WithoutOnset),
    falseAccusations: Number(row.FalseAccusations),
    lastFeedbackAt: readNanos(row.LastFeedbackAt)
  }
}

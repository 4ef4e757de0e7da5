// What the Onsets dashboard asks, all of agent_runs, agent_onsets (rank 1) and agent_feedback.

import { RUN_LINK_COLUMNS } from '../fields.ts'
import { RUN_CONDITIONS } from '../queries.ts'
import { STAGES } from './stages.ts'

export const OVER_TIME = `
SELECT
    $__timeInterval(StartTime) AS time,
    OnsetCategory AS category,
    count() AS onsets
FROM agent_runs FINAL
WHERE ${RUN_CONDITIONS}
    AND OnsetStepIndex > 0
GROUP BY time, category
ORDER BY time, category`

export const MATRIX = `
SELECT
    OnsetCategory AS category,
    ${STAGES.map((stage) => `countIf(OnsetStage = '${stage}') AS ${stage}`).join(',\n    ')},
    count() AS total
FROM agent_runs FINAL
WHERE ${RUN_CONDITIONS}
    AND OnsetStepIndex > 0
GROUP BY category
ORDER BY total DESC, category`

// The newest version of each agent (by its first run in the time range) next to the one before. z is the
// two-proportion test of https://en.wikipedia.org/wiki/Two-proportion_Z-test: above 2, chance alone would
// show as much about once in forty.
export const REGRESSIONS = `
WITH
    chosen AS
    (
        SELECT
            Service,
            Agent,
            AgentVersion,
            OnsetCategory,
            OnsetStepIndex,
            StartTime
        FROM agent_runs FINAL
        WHERE ${RUN_CONDITIONS}
            AND AgentVersion != ''
    ),
    versions AS
    (
        SELECT
            Service,
            Agent,
            AgentVersion,
            count() AS Runs,
            row_number() OVER (PARTITION BY Service, Agent ORDER BY min(StartTime) DESC, AgentVersion DESC) AS Age
        FROM chosen
        GROUP BY Service, Agent, AgentVersion
    ),
    pairs AS
    (
        SELECT
            Service,
            Agent,
            argMinIf(AgentVersion, Age, Age = 1) AS Version,
            sumIf(Runs, Age = 1) AS VersionRuns,
            argMinIf(AgentVersion, Age, Age = 2) AS PreviousVersion,
            sumIf(Runs, Age = 2) AS PreviousRuns
        FROM versions
        WHERE Age <= 2
        GROUP BY Service, Agent
        HAVING PreviousRuns > 0
    )
SELECT
    Service AS service,
    Agent AS agent,
    category,
    any(Version) AS version,
    any(PreviousVersion) AS previous,
    countIf(AgentVersion = Version) / any(VersionRuns) AS rate,
    countIf(AgentVersion = PreviousVersion) / any(PreviousRuns) AS "previous rate",
    rate - "previous rate" AS change,
    count() / (any(VersionRuns) + any(PreviousRuns)) AS pooled,
    (rate - "previous rate") / nullIf(sqrt(pooled * (1 - pooled) * (1 / any(VersionRuns) + 1 / any(PreviousRuns))), 0) AS z,
    any(VersionRuns) AS runs,
    any(PreviousRuns) AS "previous runs"
FROM
(
    SELECT
        c.Service AS Service,
        c.Agent AS Agent,
        c.AgentVersion AS AgentVersion,
        c.OnsetCategory AS category,
        p.Version AS Version,
        p.VersionRuns AS VersionRuns,
        p.PreviousVersion AS PreviousVersion,
        p.PreviousRuns AS PreviousRuns
    FROM chosen AS c
    INNER JOIN pairs AS p ON c.Service = p.Service AND c.Agent = p.Agent
    WHERE c.OnsetStepIndex > 0
        AND c.AgentVersion IN (p.Version, p.PreviousVersion)
)
GROUP BY service, agent, category
ORDER BY z DESC
LIMIT 100`

// The onset is always among the steps called incorrect, which are few, and its tool is the same in all rows
// of the step: reading those of all runs takes half the time of looking up each onset's step by its key.
export const PATTERNS = `
SELECT
    r.Agent AS agent,
    arrayStringConcat(arraySort(r.Models), ' + ') AS model,
    s.Tool AS tool,
    o.Category AS category,
    count() AS onsets,
    uniqExact(r.AgentVersion) AS versions,
    max(r.StartTime) AS latest,
    argMax(r.RunId, r.StartTime) AS run,
    toString(toUnixTimestamp64Milli(argMax(r.StartTime, r.StartTime)) - 60000) AS from_ms,
    toString(toUnixTimestamp64Milli(argMax(r.EndTime, r.StartTime)) + 60000) AS to_ms
FROM
(
    SELECT
        RunId,
        StepId,
        Category
    FROM agent_onsets FINAL
    WHERE $__timeFilter(RunStart)
        AND Rank = 1
) AS o
INNER JOIN
(
    SELECT
        RunId,
        Agent,
        AgentVersion,
        Models,
        StartTime,
        EndTime
    FROM agent_runs FINAL
    WHERE ${RUN_CONDITIONS}
        AND OnsetStepIndex > 0
) AS r ON o.RunId = r.RunId
LEFT ANY JOIN
(
    SELECT
        RunId,
        StepId,
        Tool
    FROM agent_steps
    WHERE Verdict = 'incorrect'
) AS s ON o.RunId = s.RunId AND o.StepId = s.StepId
GROUP BY agent, model, tool, category
ORDER BY onsets DESC, latest DESC
LIMIT 50`

// Ten buckets, empty ones too: a gap is an answer.
export const CONFIDENCE = `
SELECT
    concat(toString(bucket * 10), '–', toString(bucket * 10 + 10), ' %') AS confidence,
    countIf(Bucket = bucket AND RunId != '') AS onsets
FROM
(
    SELECT
        b.number AS bucket,
        r.Bucket AS Bucket,
        r.RunId AS RunId
    FROM numbers(10) AS b
    LEFT JOIN
    (
        SELECT
            RunId,
            toUInt64(least(9, greatest(0, floor(OnsetConfidence * 10)))) AS Bucket
        FROM agent_runs FINAL
        WHERE ${RUN_CONDITIONS}
            AND OnsetStepIndex > 0
    ) AS r ON b.number = r.Bucket
)
GROUP BY bucket
ORDER BY bucket`

// The newest word of each author on each run. Feedback without a step says that no step is to blame, which
// agrees with naming none.
const FEEDBACK = `
    SELECT
        f.RunId AS RunId,
        f.Author AS Author,
        f.CreatedAt AS CreatedAt,
        f.OnsetStepIndex AS TrueStep,
        f.Category AS TrueCategory,
        f.Comment AS Comment,
        r.OnsetStepIndex AS NamedStep,
        r.OnsetCategory AS NamedCategory,
        r.OnsetConfidence AS NamedConfidence,
        r.StartTime AS StartTime,
        r.EndTime AS EndTime
    FROM
    (
        SELECT
            RunId,
            Author,
            max(CreatedAt) AS CreatedAt,
            argMax(ifNull(OnsetStepIndex, 0), agent_feedback.CreatedAt) AS OnsetStepIndex,
            argMax(Category, agent_feedback.CreatedAt) AS Category,
            argMax(Comment, agent_feedback.CreatedAt) AS Comment
        FROM agent_feedback FINAL
        GROUP BY RunId, Author
    ) AS f
    INNER JOIN
    (
        SELECT
            RunId,
            OnsetStepIndex,
            OnsetCategory,
            OnsetConfidence,
            StartTime,
            EndTime
        FROM agent_runs FINAL
        WHERE ${RUN_CONDITIONS}
    ) AS r ON f.RunId = r.RunId`

export const AGREEMENT = `
SELECT
    count() AS corrections,
    countIf(TrueStep = NamedStep) / count() AS "same step",
    countIf(TrueStep != 0 AND NamedStep != 0 AND abs(toInt64(TrueStep) - toInt64(NamedStep)) <= 1) / nullIf(countIf(TrueStep != 0 AND NamedStep != 0), 0) AS "within one step",
    countIf(TrueCategory = NamedCategory) / nullIf(countIf(TrueCategory != ''), 0) AS "same category"
FROM
(${FEEDBACK}
)
HAVING count() > 0`

export const DISAGREEMENTS = `
SELECT
    CreatedAt AS said,
    ${RUN_LINK_COLUMNS},
    Author AS author,
    if(TrueStep = 0, 'no step', toString(TrueStep)) AS "true step",
    if(NamedStep = 0, 'none', toString(NamedStep)) AS "named step",
    TrueCategory AS "true category",
    NamedCategory AS "named category",
    if(NamedStep = 0, NULL, NamedConfidence) AS confidence,
    Comment AS comment
FROM
(${FEEDBACK}
)
WHERE TrueStep != NamedStep
    OR (TrueCategory != '' AND TrueCategory != NamedCategory)
ORDER BY said DESC
LIMIT 100`

export const LATEST = `
SELECT
    o.DetectedAt AS detected,
    r.RunId AS run,
    toString(toUnixTimestamp64Milli(r.StartTime) - 60000) AS from_ms,
    toString(toUnixTimestamp64Milli(r.EndTime) + 60000) AS to_ms,
    r.Service AS service,
    r.Agent AS agent,
    o.StepIndex AS step,
    o.Stage AS stage,
    o.Category AS category,
    o.Confidence AS confidence,
    o.Summary AS summary,
    o.WasteTokens AS "tokens after",
    o.WasteCostUsd AS "cost after",
    if(o.Provisional, 'provisional', 'final') AS state
FROM agent_onsets AS o FINAL
INNER JOIN
(
    SELECT
        RunId,
        Service,
        Agent,
        StartTime,
        EndTime
    FROM agent_runs FINAL
    WHERE ${RUN_CONDITIONS}
        AND OnsetStepIndex > 0
) AS r ON o.RunId = r.RunId
WHERE o.Rank = 1
    AND $__timeFilter(o.RunStart)
ORDER BY detected DESC
LIMIT 100`

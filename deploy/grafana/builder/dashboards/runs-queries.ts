// What the Runs dashboard asks: agent_runs, and where it must agent_onsets and agent_steps.

import { RUN_LINK_COLUMNS } from '../fields.ts'
import { RUN_CONDITIONS } from '../queries.ts'
import { STAGES } from './stages.ts'

// Of runs with a known outcome: one that was cancelled or says nothing tells nothing of the agent.
const FAILED_RATIO = `countIf(Outcome = 'error') / nullIf(countIf(Outcome IN ('ok', 'error')), 0)`

// Read one row a run of the time range. `Revision` picks the newest analysis of each run without FINAL.
export const TOTALS = `
SELECT
    count() AS runs,
    ${FAILED_RATIO} AS "failed ratio",
    countIf(Outcome = 'error' AND OnsetStepIndex > 0) / nullIf(countIf(Outcome = 'error'), 0) AS "onset found",
    if(count() = 0, NULL, quantile(0.95)(DurationMs)) AS "p95 duration",
    sum(InputTokens) + sum(OutputTokens) AS tokens,
    sum(CostUsd) AS cost
FROM agent_runs FINAL
WHERE ${RUN_CONDITIONS}`

export const BY_OUTCOME = `
SELECT
    $__timeInterval(StartTime) AS time,
    Outcome AS outcome,
    count() AS runs
FROM agent_runs FINAL
WHERE ${RUN_CONDITIONS}
GROUP BY time, outcome
ORDER BY time, outcome`

export const FAILED_BY_AGENT = `
SELECT
    $__timeInterval(StartTime) AS time,
    if(Agent = '', Service, Agent) AS agent,
    ${FAILED_RATIO} AS failed
FROM agent_runs FINAL
WHERE ${RUN_CONDITIONS}
GROUP BY time, agent
HAVING failed IS NOT NULL
ORDER BY time, agent`

export const BY_CATEGORY = `
SELECT
    OnsetCategory AS category,
    ${STAGES.map((stage) => `countIf(OnsetStage = '${stage}') AS ${stage}`).join(',\n    ')}
FROM agent_runs FINAL
WHERE ${RUN_CONDITIONS}
    AND OnsetStepIndex > 0
GROUP BY category
ORDER BY count() DESC, category`

// Reads rank 1 of the onsets that began in the time range; the set keeps to the chosen runs.
const WASTE_SOURCE = `FROM agent_onsets FINAL
WHERE $__timeFilter(RunStart)
    AND Rank = 1
    AND RunId IN
    (
        SELECT RunId
        FROM agent_runs FINAL
        WHERE ${RUN_CONDITIONS}
    )`

export const WASTE_TOTALS = `
SELECT
    sum(WasteSteps) AS steps,
    sum(WasteTokens) AS tokens,
    sum(WasteCostUsd) AS cost,
    sum(WasteMs) AS time
${WASTE_SOURCE}
HAVING count() > 0`

export const WASTE_SERIES = `
SELECT
    $__timeInterval(RunStart) AS time,
    sum(WasteSteps) AS steps,
    sum(WasteTokens) AS tokens,
    sum(WasteCostUsd) AS cost
${WASTE_SOURCE}
GROUP BY time
ORDER BY time`

const MODELS = `arrayStringConcat(arraySort(Models), ' + ') AS model`

export const TOKENS_BY_MODEL = `
SELECT
    $__timeInterval(StartTime) AS time,
    ${MODELS},
    sum(ifNull(InputTokens, 0) + ifNull(OutputTokens, 0)) AS tokens
FROM agent_runs FINAL
WHERE ${RUN_CONDITIONS}
GROUP BY time, model
ORDER BY time, model`

export const COST_BY_MODEL = `
SELECT
    $__timeInterval(StartTime) AS time,
    ${MODELS},
    sum(CostUsd) AS cost
FROM agent_runs FINAL
WHERE ${RUN_CONDITIONS}
GROUP BY time, model
HAVING cost IS NOT NULL
ORDER BY time, model`

export const LATENCY = `
SELECT
    $__timeInterval(StartTime) AS time,
    quantile(0.5)(DurationMs) AS p50,
    quantile(0.95)(DurationMs) AS p95
FROM agent_runs FINAL
WHERE ${RUN_CONDITIONS}
GROUP BY time
ORDER BY time`

// Reads Verdict of all steps, and the keys of those few that are to blame: how many there are of all is in the
// run's row. Not FINAL: a step has the revision of its run exactly once. Joining every step instead takes twice
// the time, FINAL more (test/bench/dashboards.ts).
export const INEFFECTIVE = `
SELECT
    $__timeInterval(r.StartTime) AS time,
    sum(s.Unuseful) / sum(r.StepCount) AS unuseful,
    sum(s.Incorrect) / sum(r.StepCount) AS incorrect
FROM
(
    SELECT
        RunId,
        Revision,
        StartTime,
        StepCount
    FROM agent_runs FINAL
    WHERE ${RUN_CONDITIONS}
        AND StepCount > 0
) AS r
LEFT JOIN
(
    SELECT
        RunId,
        Revision,
        countIf(Verdict = 'unuseful') AS Unuseful,
        countIf(Verdict = 'incorrect') AS Incorrect
    FROM agent_steps
    WHERE Verdict IN ('unuseful', 'incorrect')
    GROUP BY RunId, Revision
) AS s ON r.RunId = s.RunId AND r.Revision = s.Revision
GROUP BY time
ORDER BY time`

export const BY_AGENT = `
SELECT
    Service AS service,
    Agent AS agent,
    AgentVersion AS version,
    ${MODELS},
    count() AS runs,
    ${FAILED_RATIO} AS failed,
    countIf(OnsetStepIndex > 0) AS onsets,
    topKIf(1)(OnsetCategory, OnsetStepIndex > 0)[1] AS "top category",
    quantile(0.5)(DurationMs) AS p50,
    quantile(0.95)(DurationMs) AS p95,
    avg(StepCount) AS steps,
    avg(InputTokens + OutputTokens) AS tokens,
    avg(CostUsd) AS cost
FROM agent_runs FINAL
WHERE ${RUN_CONDITIONS}
GROUP BY service, agent, version, model
ORDER BY runs DESC
LIMIT 200`

export const FAILED_RUNS = `
SELECT
    StartTime AS started,
    ${RUN_LINK_COLUMNS},
    Service AS service,
    Agent AS agent,
    AgentVersion AS version,
    if(OnsetStepIndex > 0, concat(toString(OnsetStepIndex), ' of ', toString(StepCount)), '') AS "onset step",
    OnsetStage AS stage,
    OnsetCategory AS category,
    if(OnsetStepIndex > 0, OnsetConfidence, NULL) AS confidence,
    if(OnsetStepIndex > 0, OnsetSummary, Abstention) AS summary,
    substringUTF8(Task, 1, 200) AS task,
    DurationMs AS duration,
    CostUsd AS cost
FROM agent_runs FINAL
WHERE ${RUN_CONDITIONS}
    AND Outcome = 'error'
ORDER BY StartTime DESC
LIMIT 100`

// What the Run dashboard asks. Every query reads by run id, the first key of its table; the time range only
// moves the axis of the timeline.

export const RUN = '${run:singlequote}'

export const NUMBERS = `
SELECT
    Outcome AS outcome,
    State AS state,
    if(OnsetStepIndex > 0, concat('step ', toString(OnsetStepIndex)), 'none') AS onset,
    OnsetCategory AS category,
    if(OnsetStepIndex > 0, OnsetConfidence, NULL) AS confidence,
    StepCount AS steps,
    ErrorCount AS errors,
    DurationMs AS duration,
    InputTokens + OutputTokens AS tokens,
    CostUsd AS cost
FROM agent_runs FINAL
WHERE RunId = ${RUN}`

// One row of agent_runs, turned on its side.
export const FACTS = `
SELECT
    tupleElement(pair, 1) AS fact,
    tupleElement(pair, 2) AS value
FROM
(
    SELECT [
        ('task', Task),
        ('onset', if(OnsetStepIndex > 0, OnsetSummary, Abstention)),
        ('outcome read from', toString(OutcomeSource)),
        ('final message', FinalMessage),
        ('service', toString(Service)),
        ('agent', concat(Agent, if(AgentVersion = '', '', concat(' ', AgentVersion)))),
        ('models', arrayStringConcat(Models, ', ')),
        ('session', SessionId),
        ('completeness', concat(toString(round(Completeness * 100)), ' %')),
        ('incomplete because', arrayStringConcat(IncompleteReasons, '; ')),
        ('analysed', concat(toString(toDateTime(AnalyzedAt)), ', revision ', toString(Revision)))
    ] AS pairs
    FROM agent_runs FINAL
    WHERE RunId = ${RUN}
)
ARRAY JOIN pairs AS pair
WHERE value != ''`

export const SUSPECTS = `
SELECT
    Rank AS rank,
    StepIndex AS step,
    Stage AS stage,
    Category AS category,
    Confidence AS confidence,
    Summary AS summary,
    SymptomStepIndex AS "symptom step",
    arrayStringConcat(arrayMap(index -> toString(index), Chain), ' → ') AS chain,
    arrayStringConcat(Caveats, '; ') AS caveats,
    if(Provisional, 'provisional', Method) AS method,
    LocalizerVersion AS version,
    SpanId AS span
FROM agent_onsets FINAL
WHERE RunId = ${RUN}
ORDER BY rank`

export const WASTE = `
SELECT
    o.WasteSteps AS steps,
    o.WasteSteps / nullIf(r.StepCount, 0) AS "share of steps",
    o.WasteTokens AS tokens,
    o.WasteCostUsd AS cost,
    o.WasteMs AS time
FROM agent_onsets AS o FINAL
INNER JOIN
(
    SELECT
        RunId,
        StepCount
    FROM agent_runs FINAL
    WHERE RunId = ${RUN}
) AS r ON o.RunId = r.RunId
WHERE o.RunId = ${RUN}
    AND o.Rank = 1`

export const EVIDENCE = `
SELECT
    Rank AS suspect,
    item.1 AS step,
    item.2 AS detector,
    item.3 AS quote,
    item.4 AS weight
FROM agent_onsets FINAL
ARRAY JOIN arrayZip(Evidence.StepIndex, Evidence.Detector, Evidence.Quote, Evidence.Weight) AS item
WHERE RunId = ${RUN}
ORDER BY suspect, abs(weight) DESC, step`

export const CHECKS = `
SELECT
    item.1 AS check,
    item.2 AS status,
    item.3 AS message
FROM agent_runs FINAL
ARRAY JOIN arrayZip(Checks.Name, Checks.Status, Checks.Message) AS item
WHERE RunId = ${RUN}
ORDER BY status = 'passed', check
LIMIT 200`

// What the localizer read in the task, and the first steps that did it. What was never done comes first.
export const REQUIREMENTS = `
SELECT
    item.3 AS status,
    item.1 AS kind,
    item.2 AS requirement,
    arrayStringConcat(arrayMap(index -> toString(index), item.4), ', ') AS steps
FROM agent_runs FINAL
ARRAY JOIN arrayZip(Requirements.Kind, Requirements.Text, Requirements.Status, Requirements.StepIndexes) AS item
WHERE RunId = ${RUN}
ORDER BY indexOf(['untouched', 'seen', 'addressed'], status), kind, requirement
LIMIT 64`

// What the Run dashboard asks about the steps and spans of the run.

import { RUN } from './run-queries.ts'

/** A browser draws this many rows; longer runs are read over REST. */
export const STEPS_MAX = 5_000
/** Beyond this the graph is a cloud. */
export const NODES_MAX = 300

/** The best suspect next to each step; its columns are 0 and empty where there is none. */
const WITH_ONSET = `LEFT JOIN
(
    SELECT
        RunId,
        StepIndex AS OnsetIndex,
        SymptomStepIndex AS SymptomIndex,
        Chain AS OnsetChain
    FROM agent_onsets FINAL
    WHERE RunId = ${RUN}
        AND Rank = 1
) AS o ON s.RunId = o.RunId
WHERE s.RunId = ${RUN}
    AND s.StepIndex > 0`

const ROLE = `multiIf(
        s.StepIndex = o.OnsetIndex, 'onset',
        s.StepIndex = o.SymptomIndex, 'symptom',
        has(o.OnsetChain, s.StepIndex), 'chain',
        '')`

// Rows of changes are enough: the timeline holds a state until the next. The last row ends it.
export const TIMELINE = `
SELECT
    time,
    stage,
    role
FROM
(
    SELECT
        s.StartTime AS time,
        toNullable(toString(s.Stage)) AS stage,
        nullIf(${ROLE}, '') AS role
    FROM agent_steps AS s FINAL
    ${WITH_ONSET}
    UNION ALL
    SELECT
        EndTime AS time,
        NULL AS stage,
        NULL AS role
    FROM agent_runs FINAL
    WHERE RunId = ${RUN}
)
ORDER BY time, stage IS NULL
LIMIT ${STEPS_MAX}`

export const STEPS = `
SELECT
    s.StepIndex AS step,
    ${ROLE} AS role,
    s.Stage AS stage,
    if(s.Tool = '', toString(s.Kind), toString(s.Tool)) AS tool,
    substringUTF8(s.Action, 1, 300) AS action,
    s.Outcome AS outcome,
    if(s.Error = '', s.ObservedError, s.Error) AS error,
    s.Verdict AS verdict,
    s.Effect AS effect,
    s.StateIndex AS state,
    s.StartTime AS started,
    s.DurationMs AS duration,
    s.InputTokens + s.OutputTokens AS tokens,
    s.CostUsd AS cost,
    substringUTF8(s.Thought, 1, 300) AS thought,
    s.SpanId AS span
FROM agent_steps AS s FINAL
${WITH_ONSET}
ORDER BY step
LIMIT ${STEPS_MAX}`

// A change hangs under the change before it, an explore step under the change whose state it looked at.
export const NODES = `
SELECT
    '0' AS id,
    'start' AS title,
    'state 0' AS subtitle,
    '' AS mainstat,
    '' AS secondarystat,
    '' AS detail__action,
    toFloat64(0) AS arc__onset,
    toFloat64(0) AS arc__symptom,
    toFloat64(0) AS arc__change,
    toFloat64(1) AS arc__explore
FROM agent_runs FINAL
WHERE RunId = ${RUN}
UNION ALL
SELECT
    toString(s.StepIndex) AS id,
    if(s.Tool = '', toString(s.Kind), toString(s.Tool)) AS title,
    if(s.Effect = 'change', concat('state ', toString(s.StateIndex)), toString(s.Stage)) AS subtitle,
    concat('#', toString(s.StepIndex)) AS mainstat,
    if(role = '', toString(s.Verdict), role) AS secondarystat,
    substringUTF8(s.Action, 1, 200) AS detail__action,
    toFloat64(role = 'onset') AS arc__onset,
    toFloat64(role = 'symptom') AS arc__symptom,
    toFloat64(role NOT IN ('onset', 'symptom') AND s.Effect = 'change') AS arc__change,
    toFloat64(role NOT IN ('onset', 'symptom') AND s.Effect != 'change') AS arc__explore
FROM
(
    SELECT
        s.*,
        ${ROLE} AS role
    FROM agent_steps AS s FINAL
    ${WITH_ONSET}
        AND s.StepIndex <= ${NODES_MAX}
) AS s`

export const EDGES = `
SELECT
    concat(source, '-', target) AS id,
    source,
    target,
    mainstat,
    thickness,
    strokedasharray
FROM
(
    SELECT
        toString(max(if(Effect = 'change', StepIndex, 0)) OVER (
            ORDER BY StepIndex ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
        )) AS source,
        toString(StepIndex) AS target,
        toString(Effect) AS mainstat,
        toFloat64(1) AS thickness,
        '' AS strokedasharray
    FROM agent_steps FINAL
    WHERE RunId = ${RUN}
        AND StepIndex > 0
        AND StepIndex <= ${NODES_MAX}
    UNION ALL
    SELECT
        toString(link.1) AS source,
        toString(link.2) AS target,
        'chain' AS mainstat,
        toFloat64(3) AS thickness,
        '6 4' AS strokedasharray
    FROM agent_onsets FINAL
    ARRAY JOIN arrayZip(arrayPopBack(Chain), arrayPopFront(Chain)) AS link
    WHERE RunId = ${RUN}
        AND Rank = 1
        AND length(Chain) > 1
        AND arrayMax(Chain) <= ${NODES_MAX}
)
LIMIT 1 BY id`

// What the data source generates for a trace id in its OpenTelemetry mode, and the onset on its span. A
// span that an exporter sent twice is shown once.
export const TRACE = `
WITH
    ${RUN} AS __gf_trace_id,
    (SELECT min(Start) FROM otel_traces_trace_id_ts WHERE TraceId = __gf_trace_id) AS __gf_trace_start,
    (SELECT max(End) + 1 FROM otel_traces_trace_id_ts WHERE TraceId = __gf_trace_id) AS __gf_trace_end
SELECT
    t.TraceId AS traceID,
    t.SpanId AS spanID,
    t.ParentSpanId AS parentSpanID,
    t.ServiceName AS serviceName,
    t.SpanName AS operationName,
    multiply(toUnixTimestamp64Nano(t.Timestamp), 0.000001) AS startTime,
    multiply(t.Duration, 0.000001) AS duration,
    arrayConcat(
        if(o.OnsetSpanId = '', [], [
            map('key', 'onset.category', 'value', toString(o.Category)),
            map('key', 'onset.step', 'value', toString(o.StepIndex))
        ]),
        arrayMap(key -> map('key', toString(key), 'value', t.SpanAttributes[key]), mapKeys(t.SpanAttributes))
    ) AS tags,
    arrayMap(key -> map('key', toString(key), 'value', t.ResourceAttributes[key]), mapKeys(t.ResourceAttributes)) AS serviceTags,
    if(t.StatusCode IN ('Error', 'STATUS_CODE_ERROR'), 2, 0) AS statusCode,
    arrayMap(
        (name, timestamp, attributes) -> tuple(
            name,
            toString(toUnixTimestamp64Milli(timestamp)),
            arrayMap(key -> map('key', key, 'value', attributes[key]), mapKeys(attributes))
        )::Tuple(name String, timestamp String, fields Array(Map(String, String))),
        t.Events.Name, t.Events.Timestamp, t.Events.Attributes
    ) AS logs,
    arrayMap(
        (traceID, spanID, attributes) -> tuple(
            traceID,
            spanID,
            arrayMap(key -> map('key', key, 'value', attributes[key]), mapKeys(attributes))
        )::Tuple(traceID String, spanID String, tags Array(Map(String, String))),
        t.Links.TraceId, t.Links.SpanId, t.Links.Attributes
    ) AS references,
    t.SpanKind AS kind,
    t.StatusMessage AS statusMessage,
    t.TraceState AS traceState,
    if(o.OnsetSpanId = '', [], [concat('Onset: ', o.Summary)]) AS warnings
FROM otel_traces AS t
LEFT JOIN
(
    SELECT
        SpanId AS OnsetSpanId,
        StepIndex,
        Category,
        Summary
    FROM agent_onsets FINAL
    WHERE RunId = ${RUN}
        AND Rank = 1
) AS o ON t.SpanId = o.OnsetSpanId
WHERE t.TraceId = __gf_trace_id
    AND t.Timestamp >= __gf_trace_start
    AND t.Timestamp <= __gf_trace_end
LIMIT 1 BY spanID`

export const TEXTS = `
SELECT
    StartTime AS timestamp,
    concat(
        '#', toString(StepIndex), ' ', if(Tool = '', toString(Kind), toString(Tool)),
        if(Thought = '', '', concat('\\nthought: ', Thought)),
        '\\naction: ', Action,
        if(Observation = '', '', concat('\\nobservation: ', Observation))
    ) AS body,
    if(Outcome = 'error' OR ObservedError != '', 'error', 'info') AS level
FROM agent_steps FINAL
WHERE RunId = ${RUN}
    AND StepIndex > 0
ORDER BY timestamp, StepIndex
LIMIT 500`

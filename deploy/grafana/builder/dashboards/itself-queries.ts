// What the dashboard of Onset itself asks: of the tables what they know, of Prometheus the rest. Metrics are
// those of /metrics; test/unit/grafana-dashboards.test.ts holds their names against the source.

export const SPANS_STORED = `
SELECT
    $__timeInterval(IngestedAt) AS time,
    count() AS spans
FROM otel_traces
WHERE $__timeFilter(IngestedAt)
GROUP BY time
ORDER BY time`

// IngestedThrough is when the last span came that the analysis has seen; the wait for more is part of it.
export const ANALYSIS_LAG = `
SELECT
    $__timeInterval(AnalyzedAt) AS time,
    quantile(0.5)(toUnixTimestamp64Milli(AnalyzedAt) - toUnixTimestamp64Milli(IngestedThrough)) AS p50,
    quantile(0.95)(toUnixTimestamp64Milli(AnalyzedAt) - toUnixTimestamp64Milli(IngestedThrough)) AS p95
FROM agent_runs FINAL
WHERE $__timeFilter(AnalyzedAt)
    AND State = 'complete'
GROUP BY time
ORDER BY time`

// Steps of the last hour of the time range that no analysis has seen. IngestedAt is carried from revision
// to revision, so rows that are not merged yet say the same. Text columns are not read.
export const WAITING = `
SELECT
    countIf(r.State = 'open' OR r.State = 'settling') AS open,
    countIf(s.LastIngestedAt > r.IngestedThrough) AS unseen,
    maxIf(toUnixTimestamp64Milli(toDateTime64($__toTime, 9)) - toUnixTimestamp64Milli(s.LastIngestedAt), s.LastIngestedAt > r.IngestedThrough) AS "oldest unseen"
FROM
(
    SELECT
        RunId,
        max(IngestedAt) AS LastIngestedAt
    FROM agent_steps
    WHERE IngestedAt >= $__toTime - INTERVAL 1 HOUR
        AND IngestedAt <= $__toTime
    GROUP BY RunId
) AS s
LEFT JOIN
(
    SELECT
        RunId,
        State,
        IngestedThrough
    FROM agent_runs FINAL
) AS r ON s.RunId = r.RunId
HAVING count() > 0`

export const INCOMPLETE = `
SELECT
    Service AS service,
    reason,
    count() AS runs,
    max(StartTime) AS latest
FROM agent_runs FINAL
ARRAY JOIN IncompleteReasons AS reason
WHERE $__timeFilter(StartTime)
GROUP BY service, reason
ORDER BY runs DESC
LIMIT 50`

// What of a producer is understood shows in its steps: those of the generic dialect are read by nobody else, those
// of kind unknown are understood as nothing an agent does, and a few characters a step are names without contents.
export const UNDERSTOOD = `
SELECT
    Service AS service,
    Dialect AS dialect,
    count() AS steps,
    countIf(NOT startsWith(Dialect, 'generic@') AND Kind != 'unknown') / count() AS understood,
    round(avg(TextChars)) AS "characters a step",
    countIf(Truncated) / count() AS cut,
    max(StartTime) AS latest
FROM agent_steps FINAL
WHERE $__timeFilter(StartTime)
    AND NOT Hidden
GROUP BY service, dialect
ORDER BY understood < 0.5 DESC, steps DESC
LIMIT 50`

// Not system.parts: the read-only interface of the embedded engine does not show it.
export const TABLES = `
SELECT
    name AS table,
    total_rows AS rows,
    total_bytes AS bytes
FROM system.tables
WHERE database = currentDatabase()
    AND total_bytes > 0
ORDER BY bytes DESC`

export const DELIVERIES = `
SELECT
    Rule AS rule,
    Destination AS destination,
    Status AS status,
    count() AS deliveries,
    max(UpdatedAt) AS latest,
    argMax(Error, UpdatedAt) AS error
FROM alert_outbox FINAL
WHERE $__timeFilter(UpdatedAt)
GROUP BY rule, destination, status
ORDER BY status = 'dead' DESC, deliveries DESC
LIMIT 100`

/** The p-th quantile of a histogram over all its labels. */
export function quantileOf(p: number, histogram: string): string {
  return `histogram_quantile(${p}, sum by (le) (rate(${histogram}_bucket[$__rate_interval])))`
}

export function rateOf(counter: string, label?: string): string {
  const by = label === undefined ? '' : ` by (${label})`
  return `sum${by} (rate(${counter}[$__rate_interval]))`
}

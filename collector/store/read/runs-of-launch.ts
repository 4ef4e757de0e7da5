// Which runs a launch (`onset run`) made. It gives what it starts a resource attribute of its own, and no row of a
// run has resources: the raw spans and log records tell. Runs are traces, or are made of log records and known by
// their session.

/** What a list of runs of a launch without a start looks at. */
const DEFAULT_SINCE = 'now64(9) - INTERVAL 1 DAY'

/** A run has spans and records of its launch from its start on; one that goes on for longer is found all the same. */
const RECORDS_AFTER_UNTIL = 'INTERVAL 1 DAY'

/** Under which producers name the session of a span or record; see the dialects. */
const SESSION_KEYS = ['session.id', 'conversation.id', 'gen_ai.conversation.id']

interface Bounds {
  readonly hasSince: boolean
  readonly hasUntil: boolean
}

// Keys: time of the raw tables, which bounds their partitions; in them the bloom filter of resource values skips the
// granules without the launch. Reads resources and, of the launch's rows, three columns.
export function launchCondition(bounds: Bounds): string {
  const spans = rowsOf('otel_traces', bounds)
  const logs = rowsOf('otel_logs', bounds)
  return `(
        RunId IN (SELECT TraceId ${spans})
        OR RunId IN (SELECT TraceId ${logs})
        OR (SessionId != '' AND (
            SessionId IN (SELECT ${sessionsIn('SpanAttributes')} ${spans})
            OR SessionId IN (SELECT ${sessionsIn('LogAttributes')} ${logs})
        ))
    )`
}

function rowsOf(table: string, { hasSince, hasUntil }: Bounds): string {
  const conditions = [
    "ResourceAttributes['onset.launch.id'] = {launch: String}",
    `Timestamp >= ${hasSince ? '{since: DateTime64}' : DEFAULT_SINCE}`,
    ...(hasUntil ? [`Timestamp < {until: DateTime64} + ${RECORDS_AFTER_UNTIL}`] : [])
  ]
  return `FROM {database: Identifier}.${table} WHERE ${conditions.join(' AND ')}`
}

function sessionsIn(attributes: string): string {
  return `arrayJoin([${SESSION_KEYS.map((key) => `${attributes}['${key}']`).join(', ')}])`
}

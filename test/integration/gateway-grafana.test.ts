// What Grafana's ClickHouse data source (grafana-clickhouse-datasource 4.20) asks, in the form its backend
// sends it: Native of protocol 54460 over HTTP. The statements are what its sqlGenerator makes in
// OpenTelemetry mode, with the macros replaced as its backend replaces them.

import t from 'tap'
import { transcodeNative } from '../../collector/gateway/native/transcode-native.ts'
import { aSpan, aSpanId, aTraceId, BUILT_START, someAttributes } from '../support/builders.ts'
import { askGateway, startTestGateway, type GatewayAnswer } from '../support/started-gateway.ts'

const { url, store } = await startTestGateway(t)
const REVISION = 54_460
const BLOCK_INFO = Buffer.from([1, 0, 2, 0xff, 0xff, 0xff, 0xff, 0])
const NO_CUSTOM_SERIALIZATION = Buffer.from([0])

const traceId = aTraceId()
const rootId = aSpanId()

function asGrafana(sql: string, database = 'otel'): Promise<GatewayAnswer> {
  return askGateway(url, sql, {
    parameters: {
      client_protocol_version: String(REVISION),
      database,
      default_format: 'Native',
      max_execution_time: '65'
    },
    headers: {
      authorization: `Basic ${Buffer.from('default:').toString('base64')}`,
      'accept-encoding': 'gzip',
      'user-agent': 'grafana/13 clickhouse-go/2.47.0 (lv:go/1.25; os:linux)'
    }
  })
}

/** The same statement as rows, to look at. */
async function rowsOf(sql: string): Promise<readonly Record<string, unknown>[]> {
  const { text } = await askGateway(url, sql, { parameters: { default_format: 'JSONEachRow' } })
  const lines = text.split('\n').filter((line) => line !== '')
  return lines.map((line) => JSON.parse(line))
}

const TIME = `Timestamp >= toDateTime(1762070400) AND Timestamp <= toDateTime(1893456000)`

const SEARCH = `SELECT "TraceId" as traceID, "ServiceName" as serviceName, "SpanName" as operationName, "Timestamp" as startTime, multiply("Duration", 0.000001) as duration FROM "otel"."otel_traces" WHERE ( ${TIME} ) AND ( ParentSpanId = '' ) AND ( Duration > 0 ) ORDER BY Timestamp DESC, Duration DESC LIMIT 1000`

function traceById(id: string): string {
  return `WITH '${id}' as __gf_trace_id, (SELECT min(Start) FROM "otel"."otel_traces_trace_id_ts" WHERE TraceId = __gf_trace_id) as __gf_trace_start, (SELECT max(End) + 1 FROM "otel"."otel_traces_trace_id_ts" WHERE TraceId = __gf_trace_id) as __gf_trace_end SELECT "TraceId" as traceID, "SpanId" as spanID, "ParentSpanId" as parentSpanID, "ServiceName" as serviceName, "SpanName" as operationName, multiply(toUnixTimestamp64Nano("Timestamp"), 0.000001) as startTime, multiply("Duration", 0.000001) as duration, arrayMap(key -> map('key', key, 'value',"SpanAttributes"[key]), mapKeys("SpanAttributes")) as tags, arrayMap(key -> map('key', key, 'value',"ResourceAttributes"[key]), mapKeys("ResourceAttributes")) as serviceTags, if("StatusCode" IN ('Error', 'STATUS_CODE_ERROR'), 2, 0) as statusCode, arrayMap((name, timestamp, attributes) -> tuple(name, toString(toUnixTimestamp64Milli(timestamp)), arrayMap(key -> map('key', key, 'value', attributes[key]), mapKeys(attributes)))::Tuple(name String, timestamp String, fields Array(Map(String, String))), "Events".Name, "Events".Timestamp, "Events".Attributes) AS logs, arrayMap((traceID, spanID, attributes) -> tuple(traceID, spanID, arrayMap(key -> map('key', key, 'value', attributes[key]), mapKeys(attributes)))::Tuple(traceID String, spanID String, tags Array(Map(String, String))), "Links".TraceId, "Links".SpanId, "Links".Attributes) AS references, "SpanKind" as kind, "StatusMessage" as statusMessage, "TraceState" as traceState FROM "otel"."otel_traces" WHERE traceID = __gf_trace_id AND "Timestamp" >= __gf_trace_start AND "Timestamp" <= __gf_trace_end`
}

/** Everything the plugin asks to connect and to browse. */
const BROWSING: readonly string[] = [
  'SELECT displayName(), version(), revision(), timezone()',
  'SELECT timezone()',
  'SELECT 1',
  'SHOW DATABASES',
  'SHOW TABLES FROM "otel"',
  'SHOW TABLES',
  'DESC TABLE "otel"."otel_traces"',
  "SELECT name, type, table FROM system.columns WHERE database IN ('otel') AND table = 'otel_traces'",
  'SELECT name, type, table FROM system.columns',
  'SELECT version()',
  'SELECT name, is_aggregate, case_insensitive, alias_to, origin, description, syntax, arguments, returned_value, examples, introduced_in, categories FROM system.functions LIMIT 10000'
]

/** On a table without rows the filters of variables and ad hoc filters must be sound too. */
const FILTERS: readonly string[] = [
  'SELECT DISTINCT arrayJoin(mapKeys("SpanAttributes")) as keys FROM "otel"."otel_traces" WHERE "Timestamp" >= now() - INTERVAL 6 HOUR LIMIT 1000',
  'SELECT DISTINCT "ServiceName" FROM "otel"."otel_traces" LIMIT 1000',
  'SELECT toStartOfInterval(toDateTime(Timestamp), INTERVAL 60 second) as time, count() as n FROM otel.otel_traces WHERE Timestamp >= fromUnixTimestamp64Milli(1762070400000) GROUP BY time ORDER BY time'
]

t.test('an empty database answers everything, and no rows are no bytes', async (t) => {
  for (const sql of [...BROWSING, ...FILTERS, SEARCH, traceById('0'.repeat(32))]) {
    const answer = await asGrafana(sql)
    t.equal(answer.status, 200, `${sql} ${answer.code === undefined ? '' : answer.text}`)
    t.equal(answer.headers.get('content-encoding'), null, 'plain, as clickhouse-go expects')
  }
  const nothing = await asGrafana(SEARCH)
  t.equal(nothing.bytes.length, 0)
  t.equal(nothing.headers.get('content-length'), '0')
})

t.test('the connection of a data source without a default database works', async (t) => {
  const answer = await asGrafana('SELECT currentDatabase()', 'default')
  t.match(answer.bytes.toString('latin1'), /otel$/)
})

t.test('a seeded database is found by the search and shown by the trace', async (t) => {
  await store.write({
    spans: [
      aSpan({ traceId, spanId: rootId, name: 'invoke_agent' }),
      aSpan({
        traceId,
        parentSpanId: rootId,
        name: 'execute_tool',
        attributes: someAttributes({ 'tool.name': 'bash', 'exit code': '1' }),
        events: [
          {
            name: 'exception',
            time: BUILT_START,
            attributes: someAttributes({ 'exception.message': "it's" }),
            droppedAttributesCount: 0
          }
        ]
      })
    ],
    steps: []
  })
  t.match(await rowsOf(SEARCH), [{ traceID: traceId, operationName: 'invoke_agent' }])
  const spans = await rowsOf(traceById(traceId))
  t.equal(spans.length, 2)
  const tool = spans.find(({ operationName }) => operationName === 'execute_tool')
  t.match(tool, {
    parentSpanID: rootId,
    tags: [
      { key: 'tool.name', value: 'bash' },
      { key: 'exit code', value: '1' }
    ],
    logs: [{ name: 'exception', fields: [{ key: 'exception.message', value: "it's" }] }]
  })
  for (const sql of [...BROWSING, ...FILTERS, SEARCH, traceById(traceId)]) {
    const answer = await asGrafana(sql)
    t.equal(answer.code, undefined, answer.text.slice(0, 200))
    if (answer.bytes.length > 0) t.same(answer.bytes.subarray(0, 8), BLOCK_INFO)
  }
})

const filtered = (condition: string): Promise<readonly Record<string, unknown>[]> =>
  rowsOf(
    `SELECT SpanName FROM otel.otel_traces settings additional_table_filters={'otel.otel_traces' : ' ${condition} '}`
  )

t.test('an ad hoc filter is applied, as the plugin writes it', async (t) => {
  t.same(await filtered("SpanName = \\'execute_tool\\'"), [{ SpanName: 'execute_tool' }])
  t.same(await filtered("SpanAttributes[\\'tool.name\\'] = \\'bash\\'"), [
    { SpanName: 'execute_tool' }
  ])
  t.same(await filtered("SpanName = \\'none\\'"), [])
})

/** Types, each with an expression over `number` that differs from row to row. */
const COLUMNS: readonly string[] = [
  'number',
  'toString(number)',
  "repeat('x', number * 100)",
  'nullIf(toString(number), toString(3))',
  "CAST(toString(number % 3), 'LowCardinality(String)')",
  "CAST(number % 2 ? NULL : toString(number), 'LowCardinality(Nullable(String))')",
  'range(number)',
  'arrayMap(x -> range(x), range(number))',
  'emptyArrayString()',
  "CAST([], 'Array(LowCardinality(String))')",
  "arrayMap(x -> CAST(toString(x % 2), 'LowCardinality(String)'), range(number))",
  'map(toString(number), number)',
  "CAST(map(), 'Map(LowCardinality(String), String)')",
  "CAST(map('a', toString(number)), 'Map(LowCardinality(String), String)')",
  'map(number, map(number, [number]))',
  'tuple(number, toString(number))',
  "CAST((number, 'x'), 'Tuple(a UInt64, `b c` String)')",
  "CAST([(number, 'x')], 'Nested(a UInt64, b LowCardinality(String))')",
  "toDateTime64(number, 9, 'UTC')",
  'toDateTime(number)',
  'toDate(number)',
  'toDate32(number)',
  'toDecimal32(number, 2)',
  'toDecimal64(number, 2)',
  'toDecimal128(number, 2)',
  'toDecimal256(number, 2)',
  'toInt128(number)',
  'toUInt256(number)',
  'toFloat32(number)',
  'number % 2 = 0',
  'true',
  "toFixedString('abc', 3)",
  "toUUID('00000000-0000-0000-0000-000000000001')",
  "toIPv4('1.2.3.4')",
  "toIPv6('::1')",
  "CAST('b', 'Enum8(\\'a, b\\' = 1, \\'b\\' = 2, \\'c)(\\' = 3)')",
  "CAST('a', 'Enum16(\\'a\\' = 1000)')",
  'NULL',
  'INTERVAL number DAY',
  "CAST((number, 1), 'Point')",
  "CAST(concat('{\"a\":', toString(number), '}'), 'JSON')",
  'tuple()',
  'array(tuple(number, [toString(number)]))',
  "CAST([(1, map('a', [NULL, 'x']))], 'Array(Tuple(UInt8, Map(String, Array(Nullable(String)))))')",
  'toNullable(tuple(1))'
]

const ROWS = 7

/** Type and values of a block of one column named c: its bytes are theirs to the last, whatever the type. */
async function columnAlone(expression: string): Promise<{ type: Buffer; values: Buffer }> {
  const { bytes, text, code } = await askGateway(
    url,
    `SELECT ${expression} AS c FROM numbers(${ROWS})`,
    { parameters: { default_format: 'Native' } }
  )
  if (code !== undefined) throw new Error(text)
  const head = Buffer.from([1, ROWS, 1, 'c'.charCodeAt(0)])
  const typeEnd = head.length + 1 + (bytes[head.length] ?? 0)
  return { type: bytes.subarray(head.length, typeEnd), values: bytes.subarray(typeEnd) }
}

t.test('every type keeps its bytes, and its end is found: another column follows', async (t) => {
  for (const expression of COLUMNS) {
    const { type, values } = await columnAlone(expression)
    const { bytes, code, text } = await asGrafana(
      `SELECT ${expression} AS c, 'end' AS e FROM numbers(${ROWS})`
    )
    t.equal(code, undefined, text.slice(0, 200))
    const expected = Buffer.concat([
      BLOCK_INFO,
      Buffer.from([2, ROWS, 1, 'c'.charCodeAt(0)]),
      type,
      NO_CUSTOM_SERIALIZATION,
      values,
      Buffer.from('\u0001e\u0006String'),
      NO_CUSTOM_SERIALIZATION,
      Buffer.from('\u0003end'.repeat(ROWS))
    ])
    t.ok(bytes.equals(expected), expression)
  }
})

t.test('each block has its info, and the rows are counted', async (t) => {
  const plain = await askGateway(url, 'SELECT number, toString(number) FROM numbers(200000)', {
    parameters: { default_format: 'Native' }
  })
  const { bytes, rows } = transcodeNative(plain.bytes, REVISION)
  t.equal(rows, 200_000)
  const wired = await asGrafana('SELECT number, toString(number) FROM numbers(200000)')
  t.equal(wired.bytes.length, bytes.length)
  const summary = JSON.parse(wired.headers.get('x-clickhouse-summary') ?? '{}')
  t.equal(summary.result_rows, '200000')
  const before = transcodeNative(plain.bytes, 54_453)
  const blocks = (bytes.length - plain.bytes.length) / (BLOCK_INFO.length + 2)
  t.equal(before.bytes.length, plain.bytes.length + blocks * BLOCK_INFO.length)
})

t.test('a type whose end is not known is refused with what to do', async (t) => {
  for (const expression of [
    "CAST(1, 'Dynamic')",
    'uniqState(1)',
    "CAST(1, 'Variant(UInt8, String)')"
  ]) {
    const answer = await asGrafana(`SELECT ${expression} AS c, 1 AS d`)
    t.match(answer, { status: 501, code: 48, text: /toString/ }, expression)
    const plain = await askGateway(url, `SELECT ${expression} AS c FORMAT Native`)
    t.equal(plain.status, 200, 'as it is for a client that names no revision')
  }
})

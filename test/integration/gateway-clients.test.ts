// The interface as its clients use it: the real @clickhouse/client over HTTP, and requests as curl and
// others send them.

import { promisify } from 'node:util'
import { brotliCompress, deflate, gzip, zstdCompress } from 'node:zlib'
import { ClickHouseError, ClickHouseLogLevel, createClient } from '@clickhouse/client'
import t from 'tap'
import { decodeFrames, encodeFrames } from '../../collector/gateway/blocks/frames.ts'
import { aSpan, aStep } from '../support/builders.ts'
import { startTestGateway } from '../support/started-gateway.ts'

const { url, store, ask } = await startTestGateway(t)
const client = createClient({ url, log: { level: ClickHouseLogLevel.OFF } })
t.teardown(() => client.close())
const span = aSpan({ name: 'invoke_agent checkout' })
await store.write({ spans: [span], steps: [aStep(), aStep()] })

t.test('@clickhouse/client pings', async (t) => {
  t.same(await client.ping(), { success: true })
  const selected = await client.ping({ select: true })
  t.ok(selected.success)
})

t.test('@clickhouse/client reads rows, with the ids and the summary of a server', async (t) => {
  const result = await client.query({
    query: 'SELECT SpanName, Timestamp FROM otel.otel_traces',
    format: 'JSONEachRow',
    query_id: 'a-query-1'
  })
  t.equal(result.query_id, 'a-query-1')
  t.match(await result.json(), [{ SpanName: 'invoke_agent checkout', Timestamp: String }])
  t.equal(result.response_headers['x-clickhouse-format'], 'JSONEachRow')
  const summary = JSON.parse(String(result.response_headers['x-clickhouse-summary']))
  t.equal(summary.read_rows, '1')
  t.equal(summary.written_rows, '0')
  t.match(summary.elapsed_ns, /^\d+$/)
})

t.test('@clickhouse/client reads JSON with its meta data', async (t) => {
  const result = await client.query({ query: 'SELECT 1 AS one', format: 'JSON' })
  const { meta, data, rows } = await result.json<{ one: number }>()
  t.same(meta, [{ name: 'one', type: 'UInt8' }])
  t.same(data, [{ one: 1 }])
  t.equal(rows, 1)
})

t.test('@clickhouse/client binds parameters of every kind', async (t) => {
  const values = {
    text: "it's \\ a 'quote'\n\ttab ☃",
    number: 42,
    list: ['a', "b'c", 'd,e'],
    map: { key: 'value' },
    nothing: null,
    flag: true,
    time: new Date(Date.UTC(2026, 10, 2, 9))
  }
  const result = await client.query({
    query: `SELECT {text:String} AS text, {number:UInt32} AS number, {list:Array(String)} AS list,
      {map:Map(String, String)} AS map, {nothing:Nullable(String)} AS nothing, {flag:Bool} AS flag,
      toUnixTimestamp({time:DateTime}) AS time`,
    query_params: values,
    format: 'JSONEachRow'
  })
  t.same(await result.json(), [{ ...values, time: values.time.getTime() / 1_000 }])
})

t.test('@clickhouse/client sends long parameters as a form', async (t) => {
  const text = 'long '.repeat(20_000)
  const result = await client.query({
    query: 'SELECT length({text:String}) AS n',
    query_params: { text },
    format: 'JSONEachRow',
    use_multipart_params: true
  })
  t.same(await result.json(), [{ n: text.length }])
})

t.test('@clickhouse/client gets compression when it asks for it', async (t) => {
  const zipped = createClient({ url, compression: { response: true } })
  t.teardown(() => zipped.close())
  const result = await zipped.query({
    query: 'SELECT number FROM numbers(200000)',
    format: 'JSONEachRow'
  })
  t.equal(result.response_headers['content-encoding'], 'gzip')
  t.equal((await result.json()).length, 200_000)
})

t.test('@clickhouse/client streams a result of 200,000 rows', async (t) => {
  const result = await client.query({
    query: 'SELECT number, toString(number) AS text FROM numbers(200000)',
    format: 'JSONCompactEachRow'
  })
  let count = 0
  for await (const rows of result.stream()) count += rows.length
  t.equal(count, 200_000)
})

t.test('@clickhouse/client gets the settings it sets, within limits', async (t) => {
  const result = await client.query({
    query: 'SELECT toUInt64(1) AS big',
    format: 'JSONEachRow',
    clickhouse_settings: {
      output_format_json_quote_64bit_integers: 1,
      max_execution_time: 5,
      wait_end_of_query: 1
    }
  })
  t.same(await result.json(), [{ big: '1' }])
})

t.test('@clickhouse/client makes a typed error of a refusal', async (t) => {
  const caught = await client.query({ query: 'SELECT nothing' }).then(
    () => undefined,
    (error: unknown) => error
  )
  t.ok(caught instanceof ClickHouseError)
  t.match(caught, { code: '47', type: 'UNKNOWN_IDENTIFIER', message: /`nothing`/ })
  await t.rejects(client.command({ query: 'DROP TABLE otel.otel_traces' }), { code: '164' })
  await t.rejects(
    client.insert({ table: 'otel.agent_steps', values: [{ a: 1 }], format: 'JSONEachRow' }),
    { code: '164' }
  )
})

t.test('@clickhouse/client starts in the database of Onset', async (t) => {
  const result = await client.query({
    query: 'SELECT currentDatabase() AS db, count() AS n FROM agent_steps',
    format: 'JSONEachRow'
  })
  t.same(await result.json(), [{ db: 'otel', n: 2 }])
})

t.test('probes answer without a statement', async (t) => {
  for (const path of ['/ping', '/', '/replicas_status']) {
    const response = await fetch(url + path)
    t.equal(response.status, 200)
    t.match(await response.text(), /^Ok\.\n?$/)
    t.equal((await fetch(url + path, { method: 'HEAD' })).status, 200, `HEAD ${path}`)
  }
  const missing = await fetch(`${url}/play`)
  t.equal(missing.status, 404)
  t.match(await missing.text(), /^There is no handle \/play/)
})

t.test('a statement comes in the URL, in the body, or in both', async (t) => {
  const texts = await Promise.all([
    fetch(`${url}/?query=SELECT%201`).then((response) => response.text()),
    fetch(url, { method: 'POST', body: 'SELECT 1;' }).then((response) => response.text()),
    fetch(`${url}/?query=SELECT`, { method: 'POST', body: '1' }).then((response) => response.text())
  ])
  t.same(texts, ['1\n', '1\n', '1\n'])
  t.equal((await ask('')).code, 62)
})

t.test('what the sender calls the body does not matter', async (t) => {
  for (const type of ['text/plain', 'application/json', 'application/x-www-form-urlencoded', 'x']) {
    const answer = await ask('SELECT 1', { headers: { 'content-type': type } })
    t.equal(answer.text, '1\n', type)
  }
})

t.test('a body is decompressed', async (t) => {
  const sql = Buffer.from('SELECT 1')
  const encoders = {
    gzip: promisify(gzip),
    deflate: promisify(deflate),
    br: promisify(brotliCompress),
    zstd: promisify(zstdCompress)
  }
  for (const [encoding, encode] of Object.entries(encoders)) {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-encoding': encoding },
      body: new Uint8Array(await encode(sql))
    })
    t.equal(await response.text(), '1\n', encoding)
  }
  t.equal((await ask('x', { headers: { 'content-encoding': 'gzip' } })).code, 271)
  t.equal((await ask('x', { headers: { 'content-encoding': 'lz4' } })).status, 501)
})

t.test('the format is the statement’s, then the one of the URL, then of the header', async (t) => {
  const formatOf = async (
    sql: string,
    parameters: Record<string, string> = {},
    headers: Record<string, string> = {}
  ): Promise<unknown> => {
    const answer = await ask(sql, { parameters, headers })
    return answer.headers.get('x-clickhouse-format')
  }
  const csv = { default_format: 'CSV' }
  t.equal(await formatOf('SELECT 1'), 'TabSeparated')
  t.equal(await formatOf('SELECT 1', {}, { 'x-clickhouse-format': 'JSON' }), 'JSON')
  t.equal(await formatOf('SELECT 1', csv, { 'x-clickhouse-format': 'JSON' }), 'CSV')
  t.equal(await formatOf('SELECT 1 FORMAT Pretty', csv), 'Pretty')
  t.equal(await formatOf('SELECT 1 FORMAT Pretty SETTINGS max_threads = 1', csv), 'Pretty')
  t.equal(await formatOf('SELECT 1 SETTINGS max_threads = 1 FORMAT Pretty', csv), 'Pretty')
  t.equal((await ask('SELECT 1 FORMAT Nonsense')).status, 404)
})

t.test('answers name their media type, their query and their time zone', async (t) => {
  const { headers } = await ask('SELECT 1 FORMAT CSVWithNames', { parameters: { query_id: 'q1' } })
  t.equal(headers.get('content-type'), 'text/csv; charset=UTF-8; header=present')
  t.equal(headers.get('x-clickhouse-query-id'), 'q1')
  t.match(headers.get('x-clickhouse-timezone'), /UTC/)
  t.ok(headers.get('x-clickhouse-server-display-name'))
  const odd = await ask('SELECT 1', { parameters: { query_id: 'a b\r\nx: y' } })
  t.match(odd.headers.get('x-clickhouse-query-id'), /^[0-9a-f-]{36}$/)
})

const encodingOf = async (parameters: Record<string, string>, accept: string): Promise<unknown> => {
  const { headers } = await ask('SELECT number FROM numbers(2000)', {
    parameters,
    headers: { 'accept-encoding': accept }
  })
  return headers.get('content-encoding')
}

t.test('HTTP compression is for who asks twice: by the parameter and by the header', async (t) => {
  const twice = { enable_http_compression: '1' }
  for (const encoding of ['zstd', 'br', 'gzip', 'deflate']) {
    t.equal(await encodingOf(twice, encoding), encoding)
  }
  t.equal(await encodingOf(twice, 'gzip, deflate, br;q=0.5, zstd'), 'zstd')
  t.equal(await encodingOf(twice, 'gzip, deflate, br, zstd;q=0'), 'br')
  t.equal(await encodingOf(twice, 'identity'), null)
  t.equal(await encodingOf(twice, 'gzip;q=0'), null)
  t.equal(await encodingOf({}, 'gzip'), null, 'clickhouse-go sends the header alone')
  const response = await fetch(`${url}/?enable_http_compression=1`, {
    method: 'POST',
    headers: { 'accept-encoding': 'zstd' },
    body: "SELECT sum(number) AS s, repeat('x', 2000) AS t FROM numbers(10) FORMAT JSONEachRow"
  })
  t.same(await response.json(), { s: '45', t: 'x'.repeat(2_000) })
})

t.test('compress=1 sends blocks with checksums, in every format and inside gzip', async (t) => {
  const compress = { compress: '1' }
  const plain = await ask('SELECT number FROM numbers(300000)')
  const framed = await ask('SELECT number FROM numbers(300000)', { parameters: compress })
  t.ok(framed.bytes.length < plain.bytes.length)
  t.ok((await decodeFrames(framed.bytes, 10_000_000)).equals(plain.bytes))
  const native = { ...compress, client_protocol_version: '54460', default_format: 'Native' }
  const block = await ask("SELECT 'a' AS a", { parameters: native })
  const [info, , overflow] = await decodeFrames(block.bytes, 1_000)
  t.same([info, overflow], [1, 2], "the block info of the client's revision")
  const both = await ask('SELECT number FROM numbers(3000)', {
    parameters: { ...compress, enable_http_compression: '1' },
    headers: { 'accept-encoding': 'gzip' }
  })
  t.equal(both.headers.get('content-encoding'), 'gzip')
  t.match((await decodeFrames(both.bytes, 100_000)).toString(), /^0\n1\n2\n/)
  t.equal((await ask('SELECT 1', { parameters: { compress: '0' } })).text, '1\n')
})

t.test('with compress=1 an error of a statement is in blocks too, as from a server', async (t) => {
  const { status, code, bytes } = await ask('SELECT nope', { parameters: { compress: '1' } })
  t.match({ status, code }, { status: 404, code: 47 })
  t.match((await decodeFrames(bytes, 10_000)).toString(), /^Code: 47\. DB::Exception/)
})

t.test('decompress=1 takes the body out of blocks', async (t) => {
  const frames = await encodeFrames(Buffer.from('SELECT 40 + 2'))
  const response = await fetch(`${url}/?decompress=1`, {
    method: 'POST',
    body: new Uint8Array(frames)
  })
  t.equal(await response.text(), '42\n')
  const broken = await ask('SELECT 1', { parameters: { decompress: '1' } })
  t.match(broken, { status: 500, code: 271 })
})

t.test('external tables are refused as not implemented', async (t) => {
  const form = new FormData()
  form.append('query', 'SELECT 1')
  form.append('t_structure', 'a String')
  const response = await fetch(url, { method: 'POST', body: form })
  t.equal(response.status, 501)
})

t.test('connection talk of clients is taken without a word', async (t) => {
  const { text } = await ask('SELECT 1', {
    parameters: {
      session_id: 's',
      session_timeout: '60',
      role: 'r',
      quota_key: 'q',
      wait_end_of_query: '1',
      buffer_size: '100',
      send_progress_in_http_headers: '1',
      http_write_exception_in_output_format: '0',
      user: 'default',
      password: ''
    }
  })
  t.equal(text, '1\n')
})

t.test('errors have the status that a server gives them', async (t) => {
  const outcome = async (sql: string): Promise<readonly unknown[]> => {
    const { status, code } = await ask(sql)
    return [status, code]
  }
  t.same(await outcome('SELEC 1'), [400, 62])
  t.same(await outcome('SELECT FROM WHERE'), [400, 62])
  t.same(await outcome('SELECT * FROM missing'), [404, 60])
  t.same(await outcome('SELECT * FROM missing.t'), [404, 81])
  t.same(await outcome('SELECT missing()'), [404, 46])
  t.same(await outcome("SELECT toUInt8('x')"), [400, 6])
  t.same(await outcome('SELECT {x:String}'), [400, 456])
  t.same(await outcome('DROP TABLE x'), [500, 164])
  const { text } = await ask('SELECT missing')
  t.match(
    text,
    /^Code: 47\. DB::Exception: [^]+\. \(UNKNOWN_IDENTIFIER\) \(version 26[\d.]+ \(official build\)\)\n$/
  )
})

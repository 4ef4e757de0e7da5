// How values become text on their way to the engine: literals in queries, rows in inserts, attributes in
// maps, placeholders in migrations.

import * as fc from 'fast-check'
import t from 'tap'
import { toUnixNano, type AttributeValue } from '../../collector/model/index.ts'
import { readMigrations } from '../../collector/store/migrate.ts'
import { renderMigration } from '../../collector/store/render-migration.ts'
import { toAttributeText, toAttributeTexts } from '../../collector/store/rows/attribute-text.ts'
import { nanosCell, readNanos } from '../../collector/store/rows/cells.ts'
import { toRowJson } from '../../collector/store/rows/row-json.ts'
import { toSpanRow } from '../support/span-row.ts'
import { sqlText } from '../../collector/store/sql/sql-text.ts'
import { aSpan, someAttributes } from '../support/builders.ts'

const query = (text: string) => sqlText('WHERE a = {a: String}', { a: text })

const named = (attributes: Readonly<Record<string, AttributeValue>>) =>
  toSpanRow(aSpan({ resource: { ...aSpan().resource, attributes: someAttributes(attributes) } }))

t.test('a text stays inside its literal, whatever it says', async (t) => {
  t.equal(query("it's"), "WHERE a = 'it\\'s'")
  t.equal(query('\\'), "WHERE a = '\\\\'")
  t.equal(query("\\' OR 1=1 --"), "WHERE a = '\\\\\\' OR 1=1 --'")
  t.equal(query('a\n\nb\0'), "WHERE a = 'a\\n\\nb\\0'")
  t.equal(query('{b: String} $& $1'), "WHERE a = '{b: String} $& $1'")
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const inside = query(text).slice("WHERE a = '".length, -1)
      t.notMatch(inside.replaceAll(/\\[\s\S]/g, ''), /['\\\n\0]/)
    })
  )
})

t.test('numbers, times and lists have literals of their own', async (t) => {
  const time = toUnixNano(1_762_074_000_123_456_789n)
  t.equal(
    sqlText('{n: UInt32} {f: Float64} {t: DateTime64} {l: Array(String)} {d: Identifier}', {
      n: 7,
      f: 0.25,
      t: time,
      l: ['a', "b'"],
      d: 'otel'
    }),
    "7 0.25 fromUnixTimestamp64Nano(1762074000123456789) ['a', 'b\\''] otel"
  )
  t.equal(sqlText('{t: DateTime64}', { t: -1n }), 'fromUnixTimestamp64Nano(0)')
  t.equal(
    sqlText('{t: DateTime64}', { t: 2n ** 70n }),
    'fromUnixTimestamp64Nano(9223372036854775807)'
  )
})

t.test('a parameter that is missing or of another type is a mistake of ours', async (t) => {
  t.throws(() => sqlText('{a: String}', {}), /a is not a String/)
  t.throws(() => sqlText('{a: String}', { a: 1 }), /a is not a String/)
  t.throws(() => sqlText('{a: UInt32}', { a: -1 }), /a is not a UInt32/)
  t.throws(() => sqlText('{a: UInt32}', { a: 1.5 }), /a is not a UInt32/)
  t.throws(() => sqlText('{a: Float64}', { a: Number.NaN }), /a is not a Float64/)
  t.throws(() => sqlText('{a: Identifier}', { a: 'a; DROP' }), /a is not a Identifier/)
  t.throws(() => sqlText('{a: Unknown}', { a: 1 }), /a is not a Unknown/)
})

t.test('a row is one line of JSON, and half a surrogate pair is repaired in it', async (t) => {
  t.equal(toRowJson({ a: 'x\n\ny', b: nanosCell(1n) }), '{"a":"x\\n\\ny","b":1}')
  t.equal(toRowJson({ a: '\ud800', b: ['\udc00'] }), '{"a":"\ufffd","b":["\ufffd"]}')
  t.equal(toRowJson({ a: '\\ud800' }), '{"a":"\\\\ud800"}')
  t.equal(toRowJson({ a: '😀' }), '{"a":"😀"}')
  const map: Record<string, string> = Object.create(null)
  map['__proto__'] = '\ud800'
  map['\udfff'] = 'v'
  t.equal(toRowJson({ map }), '{"map":{"__proto__":"\ufffd","\ufffd":"v"}}')
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const json = toRowJson({ a: text, b: nanosCell(5n) })
      t.notMatch(json, '\n')
      t.equal(JSON.parse(json).a, text.toWellFormed())
    })
  )
})

t.test('nanoseconds keep every digit, there and back', async (t) => {
  fc.assert(
    fc.property(fc.bigInt({ min: 0n, max: 2n ** 63n - 1n }), (nanos) => {
      const stored = toRowJson({ t: nanosCell(nanos) })
      t.equal(stored, `{"t":${nanos}}`)
      const read = `${nanos / 1_000_000_000n}.${String(nanos % 1_000_000_000n).padStart(9, '0')}`
      t.equal(readNanos(read), nanos)
    })
  )
  t.equal(readNanos('5'), 5_000_000_000n)
})

t.test('attribute values are spelled as the exporter spells them', async (t) => {
  t.equal(toAttributeText('text'), 'text')
  t.equal(toAttributeText(undefined), '')
  t.equal(toAttributeText(1.5), '1.5')
  t.equal(toAttributeText(true), 'true')
  t.equal(toAttributeText(9_007_199_254_740_993n), '9007199254740993')
  t.equal(toAttributeText(new Uint8Array([1, 2, 255])), 'AQL/')
  t.equal(
    toAttributeText(['a', 1, 2n ** 63n, false, undefined]),
    '["a",1,9223372036854775808,false,null]'
  )
  t.equal(
    toAttributeText({ bytes: new Uint8Array([1]), nested: { list: [[]] }, nan: Number.NaN }),
    '{"bytes":"AQ==","nested":{"list":[[]]},"nan":"NaN"}'
  )
})

t.test('an attribute nested without end is cut, not followed', async (t) => {
  let deep: unknown = 'x'
  for (let level = 0; level < 100_000; level += 1) deep = [deep]
  t.equal(toAttributeText(deep as never).length, 64 * 2 + '"…"'.length)
})

t.test('keys that an object would inherit are keys like others', async (t) => {
  const texts = toAttributeTexts(someAttributes({ constructor: 'c', toString: 1 }))
  t.strictSame(Object.keys(texts), ['constructor', 'toString'])
  t.equal(Object.getPrototypeOf(texts), null)
})

t.test('a span has the words of the exporter', async (t) => {
  const row = toSpanRow(
    aSpan({
      kind: 'client',
      statusCode: 'error',
      startTime: toUnixNano(5n),
      endTime: toUnixNano(7n)
    })
  )
  t.match(row, { SpanKind: 'Client', StatusCode: 'Error', ServiceName: 'checkout-agent' })
  t.equal(JSON.stringify([row['Timestamp'], row['Duration']]), '[5,2]')
})

t.test('a span without a service, or with one that is no text, is stored', async (t) => {
  t.equal(named({})['ServiceName'], '')
  t.equal(named({ 'service.name': 7 })['ServiceName'], '7')
})

t.test('on one machine, the engine clause is that of the file', async (t) => {
  const text =
    'CREATE TABLE {{database}}.x {{onCluster}} (a UInt8)\nENGINE = {{engine:ReplacingMergeTree(Revision, IsDeleted)}}'
  t.equal(
    renderMigration(text, { database: 'otel' }),
    'CREATE TABLE otel.x (a UInt8)\nENGINE = ReplacingMergeTree(Revision, IsDeleted)'
  )
})

t.test('on a cluster, tables are replicated and made on all of it', async (t) => {
  const text =
    'CREATE TABLE {{database}}.x {{onCluster}} (a UInt8)\nENGINE = {{engine:MergeTree()}} {{engine:ReplacingMergeTree(Revision)}}'
  t.equal(
    renderMigration(text, { database: 'otel', cluster: 'main' }),
    "CREATE TABLE otel.x ON CLUSTER 'main' (a UInt8)\nENGINE = " +
      "ReplicatedMergeTree('/clickhouse/tables/{shard}/{database}/{table}', '{replica}') " +
      "ReplicatedReplacingMergeTree('/clickhouse/tables/{shard}/{database}/{table}', '{replica}', Revision)"
  )
})

t.test(
  'every migration is one statement that may run twice, with no placeholder left',
  async (t) => {
    const migrations = readMigrations()
    t.strictSame(
      migrations.map((migration) => migration.id),
      migrations.map((_, at) => at + 1),
      'numbered without gaps'
    )
    for (const { name, text } of migrations) {
      const statement = text.replaceAll(/^--.*$/gm, '').trim()
      t.match(
        statement,
        /^(?:(?:CREATE|ALTER) [^;]*\bIF NOT EXISTS\b|ALTER TABLE (?![^;]*\b(?:ADD|DROP|RENAME)\b)[^;]*\bMODIFY COLUMN\b)/,
        name
      )
      t.notMatch(statement, ';', name)
      for (const cluster of [undefined, 'main']) {
        t.notMatch(renderMigration(text, { database: 'otel', cluster }), '{{', name)
      }
    }
  }
)

// The spool's bounds: disk, the file of open spans, and what a full spool gives up.

import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import type { SpanRecord } from '../../instrumentation/telemetry/otlp-json.ts'
import { KEPT_BYTES_MAX, OPEN_FILE_BYTES_MAX } from '../../instrumentation/telemetry/limits.ts'
import { parseSegment, readInterrupted } from '../../instrumentation/telemetry/read-spool.ts'
import { createMemorySpool } from '../../instrumentation/telemetry/memory-spool.ts'
import { OPEN_FILE } from '../../instrumentation/telemetry/spool-files.ts'
import { createSpool } from '../../instrumentation/telemetry/spool.ts'

function spanRecord(spanId: string, text = ''): SpanRecord {
  return {
    scope: { name: 'test' },
    span: {
      traceId: 'a'.repeat(32),
      spanId,
      flags: 1,
      name: 'span',
      kind: 1,
      startTimeUnixNano: '1000000000',
      endTimeUnixNano: '2000000000',
      attributes: [{ key: 'text', value: { stringValue: text } }],
      droppedAttributesCount: 0,
      events: [],
      droppedEventsCount: 0,
      links: [],
      droppedLinksCount: 0,
      status: { code: 0 }
    }
  }
}

t.test('a full spool gives its oldest spans for the newest, and counts them', async (t) => {
  let dropped = 0
  const spool = createSpool({
    root: t.testdir(),
    resource: [],
    bytesMax: 64 * 1024,
    segmentSpansMax: 4,
    onDropped: (spans) => (dropped += spans)
  })
  for (let index = 0; index < 200; index += 1)
    spool.end(`${index}`, spanRecord(`${index}`, 'x'.repeat(1024)))
  const files = readdirSync(spool.path)
  const bytes = files.reduce((sum, name) => sum + statSync(join(spool.path, name)).size, 0)
  t.ok(bytes <= 64 * 1024, `${bytes} bytes`)
  const kept = files.flatMap((name) => [
    ...readFileSync(join(spool.path, name), 'utf8').matchAll(/"spanId":"(\d+)"/g)
  ])
  t.equal(kept.length + dropped, 200)
  t.ok(
    kept.some(([, id]) => id === '199'),
    'the newest is there'
  )
  spool.handOver()
})

t.test('the file of open spans stays small, and knows what is open', async (t) => {
  const spool = createSpool({
    root: t.testdir(),
    resource: [],
    bytesMax: 1e9,
    segmentSpansMax: 128,
    onDropped: () => undefined
  })
  spool.start('open', spanRecord('open'))
  for (let index = 0; index < 6_000; index += 1) {
    spool.start(`${index}`, spanRecord(`${index}`))
    spool.end(`${index}`, undefined)
  }
  t.ok(statSync(join(spool.path, OPEN_FILE)).size < 2 * OPEN_FILE_BYTES_MAX)
  t.same(
    readInterrupted(spool.path).records.map(({ span }) => span.spanId),
    ['open']
  )
  t.equal(statSync(join(spool.path, OPEN_FILE)).mode & 0o777, 0o600)
})

t.test('a span that ended right before a kill is not reported as interrupted too', async (t) => {
  const spool = createSpool({
    root: t.testdir(),
    resource: [],
    bytesMax: 1e9,
    segmentSpansMax: 128,
    onDropped: () => undefined
  })
  spool.start('a', spanRecord('a'))
  spool.end('b', spanRecord('a'))
  t.same(readInterrupted(spool.path).records, [], 'its mark is missing, its span is there')
})

t.test('marks of ended spans are written before the segments that tell of them go', async (t) => {
  const spool = createSpool({
    root: t.testdir(),
    resource: [],
    bytesMax: 1e9,
    segmentSpansMax: 1,
    onDropped: () => undefined
  })
  for (const spanId of ['open', 'a', 'b']) spool.start(spanId, spanRecord(spanId))
  for (const spanId of ['a', 'b']) spool.end(spanId, spanRecord(spanId))
  const open = (): readonly string[] =>
    readInterrupted(spool.path).records.map(({ span }) => span.spanId)
  t.same(open(), ['open'])
  for (const segment of spool.closedSegments()) spool.remove(segment)
  t.same(open(), ['open'], 'nothing of them is left but the marks')
})

t.test('handed over, an empty spool leaves nothing, a full one a folder for anybody', async (t) => {
  const root = t.testdir()
  const options = {
    root,
    resource: [],
    bytesMax: 1e9,
    segmentSpansMax: 128,
    onDropped: () => undefined
  }
  const empty = createSpool(options)
  empty.start('a', spanRecord('a'))
  empty.end('a', undefined)
  t.equal(empty.handOver(), undefined)
  t.same(readdirSync(root), [])
  const full = createSpool(options)
  full.end('b', spanRecord('b'))
  t.match(full.handOver(), /^left-/)
  t.equal(full.handOver(), undefined)
})

t.test('in memory the oldest spans give way too, and the rest is given at the end', async (t) => {
  let dropped = 0
  const spool = createMemorySpool({
    resource: [],
    bytesMax: 64 * 1024,
    segmentSpansMax: 4,
    onDropped: (spans) => (dropped += spans)
  })
  t.equal(spool.unsentText(), '')
  for (let index = 0; index < 200; index += 1) {
    spool.end(`${index}`, spanRecord(`${index}`, 'x'.repeat(1024)))
  }
  spool.rotate()
  const [first = ''] = spool.closedSegments()
  const sent = spool.read(first).records.length
  spool.remove(first)
  const text = spool.unsentText()
  t.ok(text.length <= 65 * 1024, `${text.length} characters`)
  const kept = parseSegment(text).records.map(({ span }) => span.spanId)
  t.equal(kept.length + sent + dropped, 200)
  t.equal(kept.at(-1), '199', 'the newest is there')
})

t.test(
  'what waits in memory to be sent is what is on disk, and stays within its bound',
  async (t) => {
    const resource = [{ key: 'service.name', value: { stringValue: 'agent' } }]
    const spool = createSpool({
      root: t.testdir(),
      resource,
      bytesMax: 1e9,
      segmentSpansMax: 16,
      onDropped: () => undefined
    })
    for (let index = 0; index < 64; index += 1) {
      spool.end(`${index}`, spanRecord(`${index}`, `é"\n${'x'.repeat(KEPT_BYTES_MAX / 40)}`))
    }
    const segments = spool.closedSegments()
    t.equal(segments.length, 4)
    for (const name of segments) {
      const onDisk = parseSegment(readFileSync(join(spool.path, name), 'utf8'))
      t.equal(onDisk.records.length, 16)
      t.same(spool.read(name), onDisk)
    }
    const [first = '', , , last = ''] = segments
    for (const name of [first, last]) writeFileSync(join(spool.path, name), '')
    t.equal(spool.read(first).records.length, 16, 'the first is in memory')
    t.equal(spool.read(last).records.length, 0, 'the last was too much')
    for (const name of segments) spool.remove(name)
    spool.end('again', spanRecord('again'))
    spool.rotate()
    const [again = ''] = spool.closedSegments()
    writeFileSync(join(spool.path, again), '')
    t.equal(spool.read(again).records.length, 1, 'what is sent makes room')
    spool.handOver()
  }
)

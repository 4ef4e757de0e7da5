// The columns that ingest writes are the rows that JSON would write: spans and steps made by fast-check, and those
// of real requests, go into two databases of one engine, each its own way, and are read back from both.

import { readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as fc from 'fast-check'
import t, { type Test } from 'tap'
import { classifyStep } from '../../collector/effects/index.ts'
import type { ClassifiedStep, DecodedSpan, IngestBatch } from '../../collector/model/index.ts'
import { toRunId, toUnixNano } from '../../collector/model/index.ts'
import { normalizeSpans, sanitizeSpans } from '../../collector/normalizer/index.ts'
import { decodeTraceRequest } from '../../collector/receiver/index.ts'
import { openEmbeddedEngine } from '../../collector/store/engine/embedded-engine.ts'
import { migrate } from '../../collector/store/migrate.ts'
import { sqlText } from '../../collector/store/sql/sql-text.ts'
import { createNativeIngest } from '../../collector/store/write/native-ingest.ts'
import { createTemplates } from '../bench/ingest/requests.ts'
import { someSpan, someStep } from '../support/arbitraries.ts'
import { aSpan, aTraceId, BUILT_START, someAttributes } from '../support/builders.ts'
import { createJsonIngest } from '../support/json-ingest.ts'
import { aDataDir } from '../support/test-store.ts'

const RUNS = { numRuns: Number(process.env['NATIVE_RUNS'] ?? 25), endOnFailure: true }

const dataDir = aDataDir(t)
const clock = { next: () => toUnixNano(1_762_074_000_000_000_001n) }
const native = await openEmbeddedEngine({ dataDir, database: 'by_columns', writerId: 'native' })
t.teardown(() => native.close())
const plain = await openEmbeddedEngine({ dataDir, database: 'by_json', writerId: 'plain' })
t.teardown(() => plain.close())
for (const engine of [native, plain]) await migrate(engine, { cluster: undefined })
const columnar = createNativeIngest({ engine: native, clock })
const json = createJsonIngest({ engine: plain, clock })

/**
 * Rows are the same when the engine's hash over all their columns is: its JSON sometimes shows a key that is only a NUL as
 * another key of one character, although the stored bytes are the same.
 */
const READ_SPANS = `SELECT toString(cityHash64(*)) AS hash, * FROM {database: Identifier}.otel_traces WHERE TraceId = {id: String}
  ORDER BY SpanId, cityHash64(*)`
const READ_STEPS = `SELECT toString(cityHash64(*)) AS hash, * FROM {database: Identifier}.agent_steps WHERE RunId = {id: String}
  ORDER BY StepId, cityHash64(*)`

/** Writes both ways and compares; all of the batch has this trace and run id. */
async function compare(t: Test, id: string, batches: readonly IngestBatch[]): Promise<void> {
  await columnar.insert(batches.map((batch) => columnar.encode(batch)))
  await json.insert(batches.map((batch) => json.encode(batch)))
  for (const statement of [READ_SPANS, READ_STEPS]) {
    const [left, right] = await Promise.all(
      [native, plain].map((engine) =>
        engine.read<{ readonly hash: string }>(
          'read',
          sqlText(statement, { database: engine.database, id })
        )
      )
    )
    const [found, wanted] = [left, right].map((rows) => rows?.map(({ hash }) => hash))
    t.strictSame(found, wanted)
    if (String(found) !== String(wanted)) t.strictSame(left, right, 'where they differ')
  }
}

t.test('spans and steps of any content are the same rows both ways', async (t) => {
  const someBatch = fc.record({
    spans: fc.array(someSpan, { maxLength: 20 }),
    steps: fc.array(someStep, { maxLength: 20 })
  })
  await fc.assert(
    fc.asyncProperty(fc.array(someBatch, { minLength: 1, maxLength: 3 }), async (batches) => {
      const traceId = aTraceId()
      const runId = toRunId(traceId)
      await compare(
        t,
        traceId,
        batches.map(({ spans, steps }) => ({
          spans: spans.map((span) => ({ ...span, traceId })),
          steps: steps.map((step) => ({ ...step, runId }))
        }))
      )
    }),
    RUNS
  )
})

t.test('real requests are the same rows both ways, through all of ingest', async (t) => {
  for (const size of ['realistic', 'small'] as const) {
    for (const template of createTemplates(size, 2, Date.now())) {
      const traceId = aTraceId()
      const decoded = decodeTraceRequest(template.fillRaw(1), 'protobuf', { now: Date.now() })
      t.equal(decoded.spans.length, template.spans)
      const spans = sanitizeSpans(decoded.spans.map((span): DecodedSpan => ({ ...span, traceId })))
      const steps = normalizeSpans(spans).steps.map((step): ClassifiedStep => {
        const runId = toRunId(traceId)
        return { ...step, runId, effects: classifyStep(step) }
      })
      await compare(t, traceId, [{ spans, steps }])
    }
  }
})

t.test('resources, events and links of many spans keep to their spans', async (t) => {
  const traceId = aTraceId()
  const shared = {
    ...aSpan().resource,
    attributes: someAttributes({ 'service.name': 'a', x: [1] })
  }
  const empty = { ...shared, attributes: someAttributes() }
  const event = { time: BUILT_START, name: 'e', droppedAttributesCount: 0 }
  const spans = [shared, shared, empty, shared, empty].map((resource, at) =>
    aSpan({
      traceId,
      resource,
      events: Array.from({ length: at }, (_, number) => ({
        ...event,
        attributes: someAttributes({ [`k${number}`]: '\n\n; DROP TABLE by_columns.otel_traces' })
      }))
    })
  )
  await compare(t, traceId, [{ spans, steps: [] }])
})

t.test('a text that looks like the end of the data and a statement stays a text', async (t) => {
  const traceId = aTraceId()
  const attributes = someAttributes({ a: '\n\nDROP TABLE by_columns.agent_steps\n\n', b: '\0\n\n' })
  await compare(t, traceId, [{ spans: [aSpan({ traceId, name: '\n\n', attributes })], steps: [] }])
})

t.test('no file is left behind, and those of a process that was killed are removed', async (t) => {
  const folder = join(dataDir, 'ingest')
  t.strictSame(readdirSync(folder), [])
  writeFileSync(join(folder, '17-left-1.native'), 'half of a block')
  const again = await openEmbeddedEngine({ dataDir, database: 'by_columns', writerId: 'again' })
  await again.close()
  t.strictSame(readdirSync(folder), [])
})

t.test('a file that cannot be written is no fault of the rows: they may come again', async (t) => {
  const folder = join(dataDir, 'ingest')
  const batch = columnar.encode({ spans: [aSpan()], steps: [] })
  rmSync(folder, { recursive: true })
  writeFileSync(folder, 'in the way')
  await t.rejects(columnar.insert([batch]), { code: 'STORE_UNAVAILABLE', retryable: true })
  rmSync(folder)
  await columnar.insert([batch])
  t.strictSame(readdirSync(folder), [], 'and the folder is made again when it is gone')
})

t.test('bytes that are no block are refused and nothing of them is stored or run', async (t) => {
  const traceId = aTraceId()
  const { spans } = columnar.encode({ spans: [aSpan({ traceId })], steps: [] })
  const whole = spans[0]?.bytes ?? Buffer.alloc(0)
  const columns = ['TraceId']
  for (const bytes of [whole.subarray(0, whole.length - 3), Buffer.from('\n\nDROP TABLE x')]) {
    await t.rejects(
      native.insertBlocks('spans', { table: 'otel_traces', columns, blocks: [bytes] })
    )
  }
  const statement = sqlText(READ_SPANS, { database: native.database, id: traceId })
  t.strictSame(await native.read('read', statement), [])
})

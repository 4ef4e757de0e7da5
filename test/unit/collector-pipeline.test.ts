// A recording store stands at the end; everything before it is the real thing.

import t, { type Test } from 'tap'
import { pino } from 'pino'
import { createMetrics } from '../../collector/metrics.ts'
import {
  CollectorError,
  type Attributes,
  type ClassifiedStep,
  type DecodedSpan,
  type IngestBatch
} from '../../collector/model/index.ts'
import { createPipeline } from '../../collector/pipeline.ts'
import { aSpan, someAttributes } from '../support/builders.ts'

function started(t: Test, write: (batch: IngestBatch) => Promise<void> = async () => undefined) {
  const batches: IngestBatch[] = []
  const told: ClassifiedStep[] = []
  const lines: string[] = []
  const metrics = createMetrics()
  t.teardown(() => metrics.close())
  const accept = createPipeline({
    store: {
      write: async (batch) => {
        batches.push(batch)
        await write(batch)
      }
    },
    listener: { stepsWritten: (steps) => told.push(...steps), outcomeReported: () => undefined },
    meter: metrics.meter('pipeline'),
    logger: pino({ base: null }, { write: (line: string) => lines.push(line) }),
    now: () => 0
  })
  return { accept, batches, told, lines, metrics }
}

/** Attributes that no code can read: what a defect in a room looks like from outside. */
function unreadable(keys: Readonly<Record<string, string>>): Attributes {
  return new Proxy(Object.assign(Object.create(null) as Record<string, string>, keys), {
    get: () => {
      throw new Error('defect')
    }
  })
}

t.test('each span is written with the step made of it, and the listener is told', async (t) => {
  const { accept, batches, told } = started(t)
  const attributes = someAttributes({
    'gen_ai.operation.name': 'execute_tool',
    'gen_ai.tool.name': 'bash',
    'gen_ai.tool.call.arguments': '{"command":"npm test"}'
  })
  await accept([aSpan({ attributes }), aSpan()])
  const [batch] = batches
  t.equal(batches.length, 1)
  t.equal(batch?.spans.length, 2)
  t.match(batch?.steps[0], { kind: 'tool', tool: 'bash', effects: { verifies: true } })
  t.strictSame(told, batch?.steps)
})

t.test('the listener is told only of what is durable', async (t) => {
  const gate = Promise.withResolvers<void>()
  const { accept, told } = started(t, () => gate.promise)
  const accepted = accept([aSpan()])
  await new Promise((resolve) => setImmediate(resolve))
  t.equal(told.length, 0)
  gate.resolve()
  await accepted
  t.equal(told.length, 1)
})

t.test('what the store refuses with reaches the sender, and nobody is told', async (t) => {
  const busy = new CollectorError('STORE_BUSY', 'full', { retryable: true })
  const { accept, told, metrics } = started(t, () => Promise.reject(busy))
  await t.rejects(accept([aSpan()]), busy)
  t.equal(told.length, 0)
  t.notMatch(await metrics.expose(), /onset_pipeline_spans_total [1-9]/)
})

t.test('an empty batch writes nothing', async (t) => {
  const { accept, batches } = started(t)
  await accept([])
  t.equal(batches.length, 0)
})

t.test(
  'a defect while masking costs a span its content, never the span or its neighbours',
  async (t) => {
    const { accept, batches, lines, metrics } = started(t)
    const bad = aSpan({ attributes: unreadable({ prompt: 'x' }), statusMessage: 'token=abc' })
    await accept([aSpan(), bad, aSpan()])
    const [batch] = batches
    t.equal(batch?.spans.length, 3)
    t.equal(batch?.steps.length, 3)
    const stored = batch?.spans.find((span) => span.spanId === bad.spanId)
    t.strictSame({ ...stored?.attributes }, {})
    t.equal(stored?.droppedAttributesCount, 1)
    t.equal(stored?.statusMessage, '', 'what could not be searched for secrets is not stored')
    t.match(await metrics.expose(), /^onset_pipeline_defects_total\{room="sanitizer"\} 1$/m)
    t.match(lines.join(''), /spans stored in part because of a defect/)
  }
)

t.test('a span that no dialect can read is a step of kind unknown', async (t) => {
  const { accept, batches, metrics } = started(t)
  const bad: DecodedSpan = aSpan({ attributes: unreadable({}) })
  await accept([aSpan(), bad])
  const step = batches[0]?.steps.find((candidate) => candidate.spanId === bad.spanId)
  t.match(step, { kind: 'unknown', runId: bad.traceId, startTime: bad.startTime })
  t.equal(batches[0]?.steps.length, 2)
  t.match(await metrics.expose(), /^onset_pipeline_defects_total\{room="normalizer"\} [12]$/m)
})

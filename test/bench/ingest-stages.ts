// Where the CPU of one thread goes between the bytes of a request and the bytes of its blocks: decompressing,
// decoding, masking, normalizing, classifying and encoding the requests that test/bench/ingest.ts sends. The
// baseline of the same run is JSON.parse of the same spans.
//
//   node test/bench/ingest-stages.ts [--rounds 9] [--size realistic|small] [--json]

import { parseArgs } from 'node:util'
import { gunzipSync } from 'node:zlib'
import type { DecodedSpan, Step } from '../../collector/model/index.ts'
import { normalizeSpans, sanitizeSpans } from '../../collector/normalizer/index.ts'
import { classify } from '../../collector/pipeline.ts'
import { decodeTraceRequest } from '../../collector/receiver/index.ts'
import { IngestClock } from '../../collector/store/ingest-clock.ts'
import { createNativeIngest } from '../../collector/store/write/native-ingest.ts'
import { createTemplates } from './ingest/requests.ts'
import type { SpanSize } from './ingest/span-content.ts'

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '9' },
    size: { type: 'string', default: 'realistic' },
    json: { type: 'boolean', default: false }
  }
})
const rounds = Number(values.rounds)
const size: SpanSize = values.size === 'small' ? 'small' : 'realistic'

/** More than any cache of texts is to hold: what a stage remembers of the last pass is not what is measured. */
const TEMPLATES = 16

const now = Date.now()
const templates = createTemplates(size, TEMPLATES, now)
const format = createNativeIngest({
  engine: { insertBlocks: () => Promise.resolve() },
  clock: new IngestClock(() => now)
})

const samples = new Map<string, number[]>()
let spanCount = 0

for (let round = 0; round <= rounds; round += 1) {
  const sums = new Map<string, number>()
  spanCount = 0
  for (const [at, template] of templates.entries()) {
    const packed = template.fill(round * TEMPLATES + at)
    measureRequest(packed, (stage, work) => timed(sums, stage, work))
    spanCount += template.spans
  }
  // The first round warms up.
  if (round === 0) continue
  for (const [stage, micros] of sums) {
    samples.set(stage, [...(samples.get(stage) ?? []), micros / spanCount])
  }
}

type Timed = <T>(stage: string, work: () => T) => T

function measureRequest(packed: Buffer, run: Timed): void {
  const body = run('decompress', () => gunzipSync(packed))
  const { spans } = run('decode', () => decodeTraceRequest(body, 'protobuf', { now }))
  const sanitized = run('mask', () => sanitizeSpans(spans))
  const { steps } = run('normalize', () => normalizeSpans(sanitized))
  const classified = run('classify', () => steps.map((step: Step) => classify(step, [])))
  run('encode', () => format.encode({ spans: sanitized, steps: classified }))
  const json = spans.map((span: DecodedSpan) =>
    JSON.stringify({ name: span.name, ...span.attributes })
  )
  run('baseline: JSON.parse', () => json.map((text): unknown => JSON.parse(text)))
}

/** CPU of this thread: other processes of the machine count less. */
function timed<T>(sums: Map<string, number>, stage: string, work: () => T): T {
  const start = process.threadCpuUsage()
  const result = work()
  const { user, system } = process.threadCpuUsage(start)
  sums.set(stage, (sums.get(stage) ?? 0) + user + system)
  return result
}

function median(list: readonly number[]): number {
  return list.toSorted((a, b) => a - b)[list.length >> 1] ?? Number.NaN
}

const micros = Object.fromEntries([...samples].map(([stage, list]) => [stage, median(list)]))
if (values.json) console.log(JSON.stringify(micros))
else {
  const baseline = micros['baseline: JSON.parse'] ?? Number.NaN
  console.table(
    Object.entries(micros).map(([stage, cost]) => ({
      stage,
      'µs a span': cost.toFixed(1),
      'of JSON.parse': (cost / baseline).toFixed(2)
    }))
  )
}

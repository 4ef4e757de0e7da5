// How long an export waits for its acknowledgement while a re-normalization runs, next to when none runs, in one
// process on one store: runs of 40 spans of about 5 KB, one request at a time, in turns.
//
//   npx node test/bench/renormalize.ts

import { createNoopMeter } from '@opentelemetry/api'
import { pino } from 'pino'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { DecodedSpan } from '../../collector/model/index.ts'
import { loadPrices } from '../../collector/normalizer/index.ts'
import { createPipeline, toClassifiedSteps } from '../../collector/pipeline.ts'
import { createRenormalizer } from '../../collector/renormalizer.ts'
import { openStore } from '../../collector/store/index.ts'
import { aSpan, aTraceId, someAttributes } from '../support/builders.ts'

const RUNS = 60
const SPANS_PER_RUN = 40
const REQUESTS = 80
const TEXT = 'the retry loop reads config.ts before it opens a socket '.repeat(85)

const folder = mkdtempSync(join(tmpdir(), 'onset-bench-'))
const logger = pino({ level: 'silent' })
const meter = createNoopMeter()
const now = (): number => Date.now()
const store = await openStore({ dataDir: join(folder, 'data'), meter, logger, now })
const prices = loadPrices()
const accept = createPipeline({ store, prices, meter, logger, now })

function aRequest(): readonly DecodedSpan[] {
  const traceId = aTraceId()
  return Array.from({ length: SPANS_PER_RUN }, () =>
    aSpan({
      traceId,
      attributes: someAttributes({
        'gen_ai.operation.name': 'execute_tool',
        'gen_ai.tool.name': 'bash',
        'gen_ai.tool.call.arguments': '{"command":"npm test"}',
        'gen_ai.tool.call.result': TEXT
      })
    })
  )
}

/** Milliseconds: median and the 95th percentile. */
async function measure(): Promise<string> {
  const waits: number[] = []
  for (let at = 0; at < REQUESTS; at += 1) {
    const spans = aRequest()
    const startedAt = performance.now()
    await accept(spans)
    waits.push(performance.now() - startedAt)
  }
  const sorted = waits.toSorted((a, b) => a - b)
  const at = (share: number): string => (sorted[Math.floor(sorted.length * share)] ?? 0).toFixed(0)
  return `median ${at(0.5)} ms, p95 ${at(0.95)} ms`
}

for (let run = 0; run < RUNS; run += 1) {
  const spans = aRequest()
  const steps = toClassifiedSteps(spans, prices)
  await store.write({ spans, steps: steps.map((step) => ({ ...step, dialect: 'gen_ai@0' })) })
}
const { raw } = store
if (raw === undefined) throw new Error('no raw spans')
const analyzeNow = async (): Promise<void> => undefined
for (const round of [1, 2]) {
  console.log(`round ${round}, alone:       ${await measure()}`)
  const renormalizer = createRenormalizer({
    raw,
    prices,
    analyzeNow,
    sharePercent: 25,
    logger,
    now
  })
  await renormalizer.start({})
  console.log(`round ${round}, meanwhile:   ${await measure()}`)
  const [state] = await renormalizer.list()
  console.log(
    `  ${state?.state}, ${state?.spans} spans read, ${state?.stepsRewritten} steps rewritten`
  )
  await renormalizer.close()
}
await store.close()
rmSync(folder, { recursive: true })

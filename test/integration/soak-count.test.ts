// The soak's counting finds what is planted: a loss, a double and a run that was not analysed. One that finds nothing
// would pass every soak.

import t from 'tap'
import { toUnixNano } from '../../collector/model/index.ts'
import { decodeLogsRequest } from '../../collector/receiver/index.ts'
import { aSpan, aStep } from '../support/builders.ts'
import { encodeLogsRequest } from '../support/otlp-telemetry.ts'
import { startTestGateway } from '../support/started-gateway.ts'
import { count, findStaleRuns } from '../soak/count.ts'
import { Ledger } from '../soak/ledger.ts'
import { createRandom } from '../soak/random.ts'
import { findFailures, type SoakReport } from '../soak/run-soak.ts'

const body = new Uint8Array()

t.test('a lost span, a doubled log record and a run without an analysis', async (t) => {
  const { store, url } = await startTestGateway(t)
  const ledger = new Ledger()
  const span = aSpan({})
  const step = aStep({ spanId: span.spanId, traceId: span.traceId })
  await store.write({ spans: [span, span], steps: [step] })
  ledger.acknowledge({
    signal: 'spans',
    runId: step.runId,
    ids: [span.spanId, 'f'.repeat(16)],
    body,
    isLate: false
  })
  const time = toUnixNano(BigInt(Date.now()) * 1_000_000n)
  for (const text of ['first', 'second']) {
    const request = encodeLogsRequest([{ time, body: text, attributes: { id: 'a' } }], 'protobuf')
    await store.writeLogs(decodeLogsRequest(request, 'protobuf', { now: Date.now() }).items)
  }
  ledger.acknowledge({ signal: 'logs', ids: ['a', 'b'], body, isLate: false })

  const found = await count(url, ledger)
  t.match(found.spans, { lost: 1, doubled: 0, examples: ['f'.repeat(16)] })
  t.match(found.logs, { lost: 1, doubled: 1, examples: ['b', 'a'] })
  t.match(found.metrics, { lost: 0, doubled: 0 })
  t.match(found, { rawLost: 1, rawRepeated: 1 })
  const staleRuns = await findStaleRuns(url, ledger)
  t.match(staleRuns, [/no analysis, sent 2/])

  ledger.note('a stop on SIGTERM ended with 1')
  const report: SoakReport = {
    seconds: 1,
    struck: {},
    leftOut: [],
    killsInFlight: 0,
    sent: ledger.counts(),
    found,
    staleRuns,
    peaks: { rssBytes: 0, eventLoopSeconds: 0, parts: 0, queueRows: 0 },
    problems: ledger.problems,
    errors: {}
  }
  t.match(findFailures(report), [
    /1 spans were acknowledged and are lost/,
    /1 logs were acknowledged and are lost/,
    /1 logs are there twice/,
    /1 raw spans are lost/,
    /1 runs are not analysed/,
    /SIGTERM/
  ])
})

t.test('the same seed strikes the same', async (t) => {
  const numbers = (seed: string): readonly number[] => {
    const random = createRandom(seed)
    return Array.from({ length: 50 }, () => random.between(1, 3))
  }
  t.strictSame(numbers('a'), numbers('a'))
  t.notSame(numbers('a'), numbers('b'))
  t.strictSame(new Set(numbers('a')), new Set([1, 2, 3]), 'both ends are reached')
})

// How fast a request becomes spans, on one thread: protobuf and JSON, beside what JSON.parse alone takes
// for the same spans in the same run. The ratio to JSON.parse travels between machines, spans/s do not.
//
// npx node test/bench/receiver-decode.ts [--rounds N] [--spans N]

import { parseArgs } from 'node:util'
import { decodeTraceRequest, type OtlpEncoding } from '../../collector/receiver/index.ts'
import { toUnixMillis } from '../../collector/model/index.ts'
import { agentSpans } from '../support/agent-spans.ts'
import { BUILT_START } from '../support/builders.ts'
import { encodeTraceRequest } from '../support/otlp-request.ts'

const { values } = parseArgs({
  options: { rounds: { type: 'string', default: '15' }, spans: { type: 'string', default: '512' } }
})
const rounds = Number(values.rounds)
const spanCount = Number(values.spans)
const spans = agentSpans({ seed: 1, steps: Math.ceil(spanCount / 2) }).slice(0, spanCount)
const protobuf = encodeTraceRequest(spans, 'protobuf')
const json = encodeTraceRequest(spans, 'json')
const now = toUnixMillis(BUILT_START)

const decode = (body: Buffer, encoding: OtlpEncoding) => () => {
  const { spans: decoded } = decodeTraceRequest(body, encoding, { now })
  if (decoded.length !== spanCount) throw new Error('the benchmark decodes all of its spans')
}

const CASES = [
  { name: 'JSON.parse alone', bytes: json.length, run: () => JSON.parse(json.toString()) },
  { name: 'decode protobuf', bytes: protobuf.length, run: decode(protobuf, 'protobuf') },
  { name: 'decode JSON', bytes: json.length, run: decode(json, 'json') }
]

/** CPU time of this thread, so that other processes on the machine count less. */
const MIN_ROUND_MICROS = 200_000

function microsPerRun(run: () => void): number {
  const start = process.threadCpuUsage()
  let runs = 0
  let micros = 0
  while (micros < MIN_ROUND_MICROS) {
    run()
    runs += 1
    const used = process.threadCpuUsage(start)
    micros = used.user + used.system
  }
  return micros / runs
}

const samples = CASES.map((): number[] => [])
for (let round = 0; round <= rounds; round += 1) {
  for (const [index, { run }] of CASES.entries()) {
    const micros = microsPerRun(run)
    // The first round warms up.
    if (round > 0) samples[index]?.push(micros)
  }
}

const medians = samples.map(
  (list) => list.toSorted((a, b) => a - b)[Math.floor(list.length / 2)] ?? 0
)
const baseline = medians[0] ?? 0
const kilobytes = (protobuf.length / spanCount / 1_000).toFixed(1)
console.log(`${spanCount} spans of ${kilobytes} kB in protobuf, median of ${rounds} rounds`)
for (const [index, { name, bytes }] of CASES.entries()) {
  const micros = medians[index] ?? 0
  const spansPerSecond = Math.round((spanCount / micros) * 1e6).toLocaleString('en')
  const megabytes = Math.round(bytes / micros)
  const ratio = (baseline / micros).toFixed(2)
  console.log(
    `${name.padEnd(18)} ${spansPerSecond} spans/s  ${megabytes} MB/s  ${ratio} × JSON.parse`
  )
}

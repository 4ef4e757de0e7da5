// Decodes mutated requests of all three signals until the time is up and prints what it found. A finding is a
// seed: the test suite can be given it with `--seed N --rounds 1`.
//
// npx node test/fuzz/receiver.ts [--seconds N] [--seed N] [--rounds N]

import { parseArgs } from 'node:util'
import { findDefect, makeFuzzCase } from '../support/receiver-fuzz.ts'
import { findTelemetryDefect, makeTelemetryCase } from '../support/telemetry-fuzz.ts'

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '30' },
    seed: { type: 'string' },
    rounds: { type: 'string', default: 'Infinity' }
  }
})
const first = Number(values.seed ?? Math.floor(Math.random() * 2 ** 30))
const rounds = Number(values.rounds)
const until = performance.now() + Number(values.seconds) * 1_000

let round = 0
let findings = 0
while (round < rounds && performance.now() < until) {
  const defect =
    findDefect(makeFuzzCase(first + round)) ?? findTelemetryDefect(makeTelemetryCase(first + round))
  if (defect !== undefined) {
    findings += 1
    console.log(`seed ${first + round}: ${defect}`)
  }
  round += 1
}
console.log(`${round} rounds from seed ${first}, ${findings} findings`)
process.exitCode = findings === 0 ? 0 : 1

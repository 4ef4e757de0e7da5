// Each way to die, many times: `node test/fuzz/instrumentation-ends.ts --rounds 20`, `--from 10` to begin with
// the eleventh. Prints what was lost; ends
// with 1 when anything was, or when a process ended otherwise than it does without the instrumentation.

import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { startDestination } from '../support/otlp-destination.ts'
import { die, WAYS_TO_DIE } from '../support/ways-to-die.ts'

const { values } = parseArgs({
  options: { rounds: { type: 'string', default: '20' }, from: { type: 'string', default: '0' } }
})
const rounds = Number(values.rounds)
// Inside the repository: the programs import its packages.
const base = join(import.meta.dirname, '..', '..', '.tap', 'ends')
mkdirSync(base, { recursive: true })
let lostTotal = 0
let otherEnds = 0

for (const way of WAYS_TO_DIE.slice(Number(values.from))) {
  let lost = 0
  let spans = 0
  for (let round = 0; round < rounds; round += 1) {
    const folder = mkdtempSync(join(base, 'round-'))
    const closers: (() => unknown)[] = []
    const destination = await startDestination({ teardown: (close) => closers.push(close) })
    const death = await die(folder, destination, way)
    lost += death.lost.length + death.notInterrupted.length
    spans += new Set(destination.spans.map(({ spanId }) => spanId)).size
    if (death.end.code !== way.ends.code || death.end.signal !== way.ends.signal) otherEnds += 1
    for (const close of closers) await close()
    rmSync(folder, { recursive: true, force: true })
  }
  lostTotal += lost
  process.stdout.write(`${way.name}: ${rounds} rounds, ${spans} spans arrived, ${lost} lost\n`)
}
process.stdout.write(`${lostTotal} spans lost, ${otherEnds} processes ended otherwise\n`)
process.exitCode = lostTotal === 0 && otherEnds === 0 ? 0 : 1

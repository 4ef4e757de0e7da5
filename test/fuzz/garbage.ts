// `npm run fuzz:garbage -- --minutes 10 [--seed N]`: a real Onset under garbage. Prints what it answered,
// its largest memory, and every finding with the seed that repeats it. Exit code 1 when there is one.

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { startOnset } from '../support/onset-process.ts'
import { throwGarbage } from '../support/throw-garbage.ts'

const { values } = parseArgs({
  options: { minutes: { type: 'string', default: '10' }, seed: { type: 'string', default: '1' } }
})
const endings: (() => unknown)[] = []
const dataDir = mkdtempSync(join(tmpdir(), 'onset-garbage-'))
try {
  const onset = await startOnset(
    { teardown: (end) => endings.push(end) },
    { dataDir, env: { ONSET_LOG_LEVEL: 'error' } }
  )
  const forMs = Number(values.minutes) * 60_000
  const report = await throwGarbage({
    url: onset.url,
    pid: onset.pid,
    forMs,
    seed: Number(values.seed)
  })
  const alive = await fetch(`${onset.url}/livez`).then(
    ({ status }) => status === 200,
    () => false
  )
  const exit = await onset.stop()
  console.table(report.answers)
  console.log(
    `${report.requests} requests, ${report.good} good ones (slowest ${report.slowestGoodMs.toFixed(0)} ms), ` +
      `resident memory at most ${report.residentMbMax.toFixed(0)} MB, alive ${alive}, exit code ${exit.code}`
  )
  for (const finding of report.findings) console.log(`FINDING ${finding}`)
  if (!alive || exit.code !== 0 || report.findings.length > 0) {
    console.log(onset.output().slice(-4000))
    process.exitCode = 1
  }
} finally {
  for (const end of endings) await end()
  rmSync(dataDir, { recursive: true, force: true })
}

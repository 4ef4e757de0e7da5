// Twenty seconds of what `npm run fuzz:garbage` does for as long as it is told.

import t from 'tap'
import { aDataDir, startOnset } from '../support/onset-process.ts'
import { throwGarbage } from '../support/throw-garbage.ts'

/** The engine may take 1.5 GB; JavaScript, buffers in flight and code take the rest. */
const RESIDENT_MB_MAX = 3000

t.test(
  'garbage leaves the process alive, its memory bounded, and good requests answered',
  async (t) => {
    const onset = await startOnset(t, { dataDir: aDataDir(t), env: { ONSET_LOG_LEVEL: 'error' } })
    const report = await throwGarbage({ url: onset.url, pid: onset.pid, forMs: 20_000, seed: 7 })
    t.same(report.findings, [])
    t.ok(
      report.requests > 50 && report.good > 5,
      `${report.requests} requests, ${report.good} good`
    )
    t.ok(report.residentMbMax < RESIDENT_MB_MAX, `${report.residentMbMax} MB`)
    t.equal((await fetch(`${onset.url}/livez`)).status, 200)
    t.equal((await fetch(`${onset.url}/readyz`)).status, 200)
    t.same(await onset.stop(), { code: 0, signal: null })
  }
)

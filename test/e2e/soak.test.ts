// A few rounds of the soak: spans, logs and metrics under load while the process is killed within a commit, stopped and
// set to another time. `npm run soak` goes on for as long as one likes.

import t from 'tap'
import { findFailures, runSoak } from '../soak/run-soak.ts'

t.test('nothing acknowledged is lost, nothing is there twice, each run is analysed', async (t) => {
  const report = await runSoak({
    rounds: 3,
    minutes: 3,
    faults: ['kill-in-commit', 'clock', 'restart'],
    seed: 'each once',
    spansPerSecond: 300,
    signal: new AbortController().signal,
    say: (line) => t.comment(line)
  })
  t.strictSame(findFailures(report), [])
  t.ok(report.struck['kill-in-commit'], 'it was killed')
  for (const signal of ['spans', 'logs', 'metrics'] as const) {
    t.ok(report.sent.acknowledged[signal] > 0, `${signal} were acknowledged`)
  }
})

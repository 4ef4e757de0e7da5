// A collector under sustained load while things go wrong: killed, also within a commit, restarted, frozen, its disk
// full or slow, its clock set forward and back, batches that come twice, late or too slowly. What was acknowledged
// is counted by id in the end, as a reader finds it. Exits with 1 when anything is lost or there twice.
//
//   npm run soak -- [--minutes 5] [--rounds N] [--faults kill,restart] [--seed TEXT] [--rate 500] [--json]

import { parseArgs } from 'node:util'
import { FAULTS, type Fault } from './faults.ts'
import { findFailures, runSoak, type SoakReport } from './run-soak.ts'

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '5' },
    rounds: { type: 'string', default: '1000000' },
    faults: { type: 'string', default: '' },
    seed: { type: 'string', default: String(Date.now()) },
    rate: { type: 'string', default: '500' },
    json: { type: 'boolean', default: false }
  }
})

function readFaults(text: string): readonly Fault[] {
  return text
    .split(',')
    .filter((name) => name !== '')
    .map((name) => {
      const fault = FAULTS.find((known) => known === name)
      if (fault === undefined) throw new Error(`${name} is none of ${FAULTS.join(', ')}`)
      return fault
    })
}

function print(report: SoakReport, failures: readonly string[]): void {
  const { sent, found, peaks } = report
  const struck = Object.entries(report.struck).map(([fault, times]) => `${fault} ${times}`)
  console.log(`seed ${values.seed}, ${report.seconds.toFixed(0)} s: ${struck.join(', ')}`)
  if (report.leftOut.length > 0) console.log(`not possible here: ${report.leftOut.join(', ')}`)
  console.table(
    (['spans', 'logs', 'metrics'] as const).map((signal) => ({
      '': signal,
      acknowledged: sent.acknowledged[signal],
      lost: found[signal].lost,
      doubled: found[signal].doubled
    }))
  )
  console.log(
    `kills with requests under way ${report.killsInFlight}; late spans ${sent.late}; requests unanswered ` +
      `${sent.unanswered}, deferred ${sent.deferred}, sent again on purpose ${sent.repeated}; rows of raw ` +
      `spans beyond one a span ${found.rawRepeated}`
  )
  console.log(
    `most: RSS ${(peaks.rssBytes / 1e6).toFixed(0)} MB, parts of a table ${peaks.parts}, rows waiting ` +
      `${peaks.queueRows}, event loop ${(peaks.eventLoopSeconds * 1e3).toFixed(0)} ms`
  )
  for (const [message, times] of Object.entries(report.errors)) {
    console.log(`logged as an error ${times} times: ${message}`)
  }
  for (const failure of failures) console.log(`FAILED: ${failure}`)
  if (failures.length === 0) console.log('nothing lost, nothing doubled, every run analysed')
}

/** The first signal ends the rounds, and what was sent is counted; a second one ends the process. */
const stop = new AbortController()
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => stop.abort())

const report = await runSoak({
  rounds: Number(values.rounds),
  minutes: Number(values.minutes),
  faults: readFaults(values.faults),
  seed: values.seed,
  spansPerSecond: Number(values.rate),
  signal: stop.signal,
  say: (line) => process.stderr.write(`${line}\n`)
})
const failures = findFailures(report)
if (values.json)
  console.log(JSON.stringify({ ...report, staleRuns: report.staleRuns.length, failures }))
else print(report, failures)
process.exitCode = failures.length === 0 ? 0 : 1

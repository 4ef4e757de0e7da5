// `npx node test/fuzz/gateway.ts --minutes 10 [--seed N]`: a real Onset under statements that try to write, to read
// files, to call and to hide. Prints what they came to and every finding with the seed that repeats it. Exit
// code 1 when there is one, or when Onset did not live through it.

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { fingerprint, setTraps } from '../support/gateway-attacks.ts'
import { fuzzGateway } from '../support/gateway-fuzz.ts'
import { startOnset } from '../support/onset-process.ts'
import { askGateway } from '../support/started-gateway.ts'

const { values } = parseArgs({
  options: { minutes: { type: 'string', default: '10' }, seed: { type: 'string', default: '1' } }
})
const endings: (() => unknown)[] = []
const dir = mkdtempSync(join(tmpdir(), 'onset-gateway-'))
try {
  const traps = await setTraps(dir)
  endings.push(() => traps.close())
  const onset = await startOnset(
    { teardown: (end) => endings.unshift(end) },
    {
      dataDir: join(dir, 'data'),
      env: { ONSET_LOG_LEVEL: 'error', ONSET_CLICKHOUSE_HTTP_PORT: '0' }
    }
  )
  const url = /ClickHouse +(http:\S+)/.exec(onset.output())?.[1]
  if (url === undefined) throw new Error(`no ClickHouse interface:\n${onset.output()}`)
  const report = await fuzzGateway({
    url,
    traps,
    seed: Number(values.seed),
    forMs: Number(values.minutes) * 60_000,
    fingerprint: () => fingerprint(async (sql) => (await askGateway(url, sql)).text)
  })
  const exit = await onset.stop()
  console.table(report.outcomes)
  console.log(`${report.statements} statements, exit code ${exit.code}`)
  for (const finding of report.findings) console.log(`FINDING ${finding}`)
  if (exit.code !== 0 || report.findings.length > 0) {
    console.log(onset.output().slice(-4_000))
    process.exitCode = 1
  }
} finally {
  for (const end of endings) await end()
  rmSync(dir, { recursive: true, force: true })
}

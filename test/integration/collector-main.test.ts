// The process itself: what it says and how it exits when it cannot start.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { aDataDir, spawnOnset } from '../support/onset-process.ts'

const MAIN = fileURLToPath(new URL('../../collector/main.ts', import.meta.url))

async function start(env: Record<string, string>) {
  const child = spawn(process.execPath, [MAIN], {
    env: { PATH: process.env['PATH'] ?? '', ...env },
    stdio: ['ignore', 'pipe', 'pipe']
  })
  const exit = new Promise<number | null>((resolve) => {
    child.once('exit', resolve)
  })
  const [stdout, stderr, code] = await Promise.all([text(child.stdout), text(child.stderr), exit])
  return { stdout, stderr, code }
}

t.test('a wrong setting is one line on standard error and exit code 2', async (t) => {
  const { stdout, stderr, code } = await start({ ONSET_PORT: 'abc' })
  t.equal(code, 2)
  t.equal(stdout, '')
  t.equal(stderr, 'ONSET_PORT is "abc"; a port from 0 (any free one) to 65535 is right\n')
})

t.test('a collector alone does not start on the embedded engine', async (t) => {
  const { stderr, code } = await start({})
  t.equal(code, 2)
  t.match(stderr, /^ONSET_CLICKHOUSE_URL is not set: .*`npm start`.*\n$/)
})

t.test('a secret in a wrong setting is not printed', async (t) => {
  const { stderr } = await start({ ONSET_CLICKHOUSE_URL: 'tcp://onset:hunter2@clickhouse:9000' })
  t.match(stderr, /^ONSET_CLICKHOUSE_URL has a value that cannot be used/)
  t.notMatch(stderr, /hunter2/)
})

t.test('a port that is taken is found out before the data is touched', async (t) => {
  const other = createServer().listen(0, '127.0.0.1')
  t.teardown(() => other.close())
  await once(other, 'listening')
  const port = String((other.address() as AddressInfo).port)
  for (const variable of ['ONSET_PORT', 'ONSET_GRPC_PORT', 'ONSET_CLICKHOUSE_HTTP_PORT']) {
    const dataDir = aDataDir(t)
    const { exited, output } = spawnOnset({ dataDir, env: { [variable]: port } })
    t.match(await exited, { code: 2 })
    t.match(output(), `${variable} is ${port}, which another process already listens on`)
    t.strictSame(readdirSync(dataDir), [], 'nothing was made or migrated')
  }
})

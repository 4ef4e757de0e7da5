// The process itself: what it says and how it exits when it cannot start.

import { spawn } from 'node:child_process'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import t from 'tap'

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

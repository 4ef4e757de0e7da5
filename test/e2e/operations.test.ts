// What goes wrong on a bad day, each as one clear line and an exit code: a second process, a folder that
// cannot be written, settings that are wrong, a port that is taken, a disk that is full.

import { execFileSync, spawn } from 'node:child_process'
import { closeSync, existsSync, mkdirSync, openSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { createApiClient } from '../../instrumentation/api-client/index.ts'
import { encodeTraceRequest } from '../support/otlp-request.ts'
import { agentSpans } from '../support/agent-spans.ts'
import {
  aDataDir,
  childEnvironment,
  spawnOnset,
  startOnset,
  type OnsetOptions
} from '../support/onset-process.ts'

const COMMAND = fileURLToPath(new URL('../../onset.ts', import.meta.url))
const NO_PROC = existsSync('/proc/self') ? false : 'this system has no /proc'
const NO_FULL_DEVICE = existsSync('/dev/full') ? false : 'this system has no /dev/full'

/** Starts what must not start; returns its exit code and the lines that are not log records. */
async function refuse(options: OnsetOptions): Promise<{ code: number | null; lines: string[] }> {
  const { exited, output } = spawnOnset(options)
  const { code } = await exited
  const lines = output()
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('{'))
  return { code, lines }
}

t.test('a second process on the same folder is told so and does no harm', async (t) => {
  const dataDir = aDataDir(t)
  const onset = await startOnset(t, { dataDir })
  const { code, lines } = await refuse({ dataDir })
  t.equal(code, 1)
  t.equal(lines.length, 1, lines.join('\n'))
  t.match(lines[0], /Another process \(pid \d+\) uses the data folder/)
  t.match(lines[0], dataDir)
  t.equal((await fetch(`${onset.url}/readyz`)).status, 200, 'the first goes on')
})

t.test('a folder that is a file, and one below a file', async (t) => {
  const dir = aDataDir(t)
  const file = join(dir, 'a-file')
  writeFileSync(file, '')
  for (const dataDir of [file, join(file, 'below')]) {
    const { code, lines } = await refuse({ dataDir })
    t.equal(code, 1)
    t.equal(lines.length, 1, lines.join('\n'))
    t.match(lines[0], file)
  }
})

t.test('a folder that no file system makes is refused at once', { skip: NO_PROC }, async (t) => {
  const { code, lines } = await refuse({ dataDir: '/proc/onset/data' })
  t.equal(code, 1)
  t.equal(lines.length, 1, lines.join('\n'))
  t.match(lines[0], '/proc/onset')
})

t.test("the engine's own databases are not for runs", async (t) => {
  for (const database of ['default', 'system', 'INFORMATION_SCHEMA']) {
    const { code, lines } = await refuse({
      dataDir: aDataDir(t),
      env: { ONSET_CLICKHOUSE_DATABASE: database }
    })
    t.equal(code, 2, database)
    t.match(lines.join('\n'), `database is ${database}`)
  }
})

t.test('what cannot be written is one line and a failure', { skip: NO_FULL_DEVICE }, async (t) => {
  const onset = await startOnset(t, { dataDir: aDataDir(t) })
  const full = openSync('/dev/full', 'w')
  t.teardown(() => closeSync(full))
  const child = spawn(process.execPath, [COMMAND, 'runs'], {
    env: childEnvironment({ ONSET_URL: onset.url }),
    stdio: ['ignore', full, 'pipe']
  })
  const exit = new Promise((resolve) => child.once('exit', resolve))
  const said = await text(child.stderr ?? Readable.from([]))
  t.equal(await exit, 1)
  t.match(said, /^onset: the output cannot be written: ENOSPC[^\n]*\n$/)
})

t.test('settings that are wrong name the variable and what would be right', async (t) => {
  const dataDir = aDataDir(t)
  const cases: readonly [Record<string, string>, RegExp][] = [
    [{ ONSET_PROT: '4318' }, /ONSET_PROT is no setting; ONSET_PORT may be meant/],
    [{ ONSET_PORT: 'x' }, /ONSET_PORT is "x"/],
    [{ ONSET_HOST: '0.0.0.0' }, /ONSET_HOST is "0\.0\.0\.0".*ONSET_API_KEYS/]
  ]
  for (const [env, expected] of cases) {
    const { code, lines } = await refuse({ dataDir, env })
    t.equal(code, 2)
    t.equal(lines.length, 1, lines.join('\n'))
    t.match(lines[0], expected)
  }
})

t.test('a port that is taken', async (t) => {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => server.close())
  const { port } = server.address() as AddressInfo
  const { code, lines } = await refuse({ dataDir: aDataDir(t), env: { ONSET_PORT: String(port) } })
  t.ok(code === 1 || code === 2)
  t.equal(lines.length, 1, lines.join('\n'))
  t.match(lines[0], String(port))
})

t.test(
  'SIGTERM and SIGINT stop cleanly, and the second run finds what the first stored',
  async (t) => {
    const dataDir = aDataDir(t)
    const env = { ONSET_COMPLETION_SETTLE_MS: '100' }
    const first = await startOnset(t, { dataDir, env })
    const spans = agentSpans({ steps: 4, seed: 1 })
    const response = await fetch(`${first.url}/v1/traces`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-protobuf' },
      body: new Uint8Array(encodeTraceRequest(spans, 'protobuf'))
    })
    t.equal(response.status, 200)
    t.same(await first.stop('SIGTERM'), { code: 0, signal: null })
    const second = await startOnset(t, { dataDir, env })
    const api = createApiClient({ ONSET_URL: second.url })
    const deadline = Date.now() + 20_000
    let runs = await api.listRuns({})
    while (runs.items[0]?.state !== 'complete' && Date.now() < deadline)
      runs = await api.listRuns({})
    t.equal(runs.items.length, 1)
    t.equal(runs.items[0]?.state, 'complete', 'analysed after the restart')
    t.same(await second.stop('SIGINT'), { code: 0, signal: null })
  }
)

t.test('a full disk answers 503, keeps what it had, and recovers', async (t) => {
  const dir = join(aDataDir(t), 'small')
  mkdirSync(dir)
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64m', 'tmpfs', dir], { stdio: 'ignore' })
  } catch {
    t.comment('mounting a small file system is not permitted here: the full disk is not tested')
    t.end()
    return
  }
  t.teardown(() => execFileSync('umount', ['-l', dir]))
  const onset = await startOnset(t, { dataDir: join(dir, 'data') })
  const send = async (seed: number): Promise<Response> =>
    fetch(`${onset.url}/v1/traces`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: new Uint8Array(encodeTraceRequest(agentSpans({ steps: 20, seed }), 'json'))
    })
  t.equal((await send(1)).status, 200)
  const ballast = join(dir, 'ballast')
  try {
    execFileSync('dd', ['if=/dev/zero', `of=${ballast}`, 'bs=1M'], { stdio: 'ignore' })
  } catch {
    // dd fails when the disk is full: that is the point.
  }
  const refused = await send(2)
  t.equal(refused.status, 503, await refused.clone().text())
  t.ok(refused.headers.get('retry-after'), 'says when to try again')
  t.equal((await fetch(`${onset.url}/api/runs`)).status, 200, 'reading goes on')
  t.equal((await fetch(`${onset.url}/livez`)).status, 200)
  t.equal((await fetch(`${onset.url}/readyz`)).status, 200, 'and is not taken out of the balancing')
  rmSync(ballast)
  const deadline = Date.now() + 30_000
  let status = (await send(3)).status
  while (status !== 200 && Date.now() < deadline) status = (await send(3)).status
  t.equal(status, 200, 'takes spans again when there is space')
})

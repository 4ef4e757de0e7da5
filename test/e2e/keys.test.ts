// Keys from the first to the revoked one, with the programs that people use: a real Onset that is stopped,
// killed and started again, the `onset` command, the demo, an exporter, SQL.

import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto'
import t, { type Test } from 'tap'
import {
  aDataDir,
  childEnvironment,
  startOnset,
  type OnsetProcess
} from '../support/onset-process.ts'
import { recordRun } from '../support/recorded-run.ts'
import { runOnsetCommand } from '../support/run-onset-command.ts'
import { askGateway } from '../support/started-gateway.ts'
import { openTestStore } from '../support/test-store.ts'

const DEMO = fileURLToPath(new URL('../../instrumentation/demo/main.ts', import.meta.url))
const SECRET = /^onset_[\w-]{49}\n$/
const ENV = { ONSET_CLICKHOUSE_HTTP_PORT: '0', ONSET_COMPLETION_SETTLE_MS: '100' }

function bearer(key: string): { readonly headers: { readonly authorization: string } } {
  return { headers: { authorization: `Bearer ${key}` } }
}

function sqlUrl(onset: OnsetProcess): string {
  return /ClickHouse +(http:\/\/\S+)/.exec(onset.output())?.[1] ?? ''
}

/** What each interface answers a key. */
async function askAll(onset: OnsetProcess, key: string): Promise<readonly unknown[]> {
  const exporter = new OTLPTraceExporter({ url: `${onset.url}/v1/traces`, ...bearer(key) })
  const exported = await new Promise<boolean>((resolve) =>
    exporter.export([...recordRun()], ({ code }) => resolve(!code))
  )
  const rest = await fetch(`${onset.url}/api/runs`, bearer(key))
  const basic = Buffer.from(`grafana:${key}`).toString('base64')
  const ways: readonly Record<string, string>[] = [
    { authorization: `Basic ${basic}` },
    { authorization: `Bearer ${key}` },
    { 'x-clickhouse-user': 'grafana', 'x-clickhouse-key': key }
  ]
  const sql = await Promise.all(
    ways.map(async (headers) => (await askGateway(sqlUrl(onset), 'SELECT 1', { headers })).status)
  )
  return [exported, rest.status, ...sql]
}

function runDemo(env: Readonly<Record<string, string>>): Promise<number | null> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [DEMO], { env: childEnvironment(env), stdio: 'ignore' })
    child.once('exit', resolve)
  })
}

t.test('from the first key to one that is revoked, through stops and kills', async (t) => {
  const dataDir = aDataDir(t)
  const first = await startOnset(t, { dataDir, env: ENV })
  const local = { ONSET_URL: first.url }
  const early = await runOnsetCommand(['keys', 'create', '--name', 'r', '--scope', 'read'], local)
  t.match(early, { code: 2, stdout: '', stderr: /the scope admin that does not expire first/ })
  const made = await runOnsetCommand(['keys', 'create', '--name', 'ops', '--scope', 'admin'], local)
  t.match(made, { code: 0, stdout: SECRET, stderr: /key [0-9a-f]{16} \(ops\)/ })
  const admin = made.stdout.trim()

  t.match(await runOnsetCommand(['runs'], local), { code: 1, stderr: /set ONSET_API_KEY/ })
  const asAdmin = { ...local, ONSET_API_KEY: admin }
  const args = ['keys', 'create', '--name', 'agents', '--scope', 'ingest,read', '--expires', '90d']
  const second = await runOnsetCommand(args, asAdmin)
  t.match(second, { code: 0, stdout: SECRET, stderr: /ingest, read is active until 20/ })
  const agents = second.stdout.trim()
  const agentsId = /key (\w+)/.exec(second.stderr)?.[1] ?? ''

  t.strictSame(await askAll(first, agents), [true, 200, 200, 200, 200])
  t.equal(await runDemo({ ...local, ONSET_API_KEY: agents }), 0, 'the demo')
  t.equal((await fetch(`${first.url}/api/keys`, bearer(agents))).status, 403)
  t.same(await first.stop(), { code: 0, signal: null })

  const again = await startOnset(t, { dataDir, env: ENV })
  t.strictSame(await askAll(again, agents), [true, 200, 200, 200, 200], 'after a restart')
  const listed = await runOnsetCommand(['keys', 'list'], {
    ONSET_URL: again.url,
    ONSET_API_KEY: admin
  })
  t.match(
    listed.stdout,
    new RegExp(`${agentsId} +agents +ingest,read +active .*20\\d\\d.*20\\d\\d`)
  )
  const revoked = await runOnsetCommand(['keys', 'revoke', agentsId], {
    ONSET_URL: again.url,
    ONSET_API_KEY: admin
  })
  t.match(revoked, { code: 0, stdout: /is revoked/ })
  t.strictSame(await askAll(again, agents), [false, 401, 403, 403, 403], 'at once')
  await again.stop('SIGKILL')

  // Keys of the store are keys: an address that others reach needs none in the settings.
  const open = await startOnset(t, { dataDir, env: { ...ENV, ONSET_HOST: '0.0.0.0' } })
  t.strictSame(await askAll(open, agents), [false, 401, 403, 403, 403], 'still revoked')
  t.strictSame(await askAll(open, admin), [true, 200, 200, 200, 200])
  const audit = await runOnsetCommand(['audit', '--json'], {
    ONSET_URL: open.url,
    ONSET_API_KEY: admin
  })
  const { items } = JSON.parse(audit.stdout) as { items: { action: string; target: string }[] }
  const ofKeys = items.filter(({ action }) => action.startsWith('key_'))
  t.match(ofKeys, [
    { action: 'key_revoked', target: agentsId, result: 'succeeded', actor: { name: 'ops' } },
    { action: 'key_created', target: agentsId, result: 'succeeded', actor: { name: 'ops' } },
    { action: 'key_created', result: 'succeeded', actor: { id: 'local' }, address: '127.0.0.1' }
  ])
  await open.stop()

  const rows = await readAccessTables(t, dataDir)
  t.ok(rows.includes(agentsId))
  for (const secret of [admin, agents]) {
    for (const { output } of [first, again, open]) t.notOk(output().includes(secret), 'logs')
    t.notOk(audit.stdout.includes(secret), 'audit trail')
    t.notOk(rows.includes(secret), 'at rest')
  }
})

/** Every column of every row, as the engine has them. */
async function readAccessTables(t: Test, dataDir: string): Promise<string> {
  const { readOnlyQueries } = await openTestStore(t, { dataDir })
  const tables = ['agent_keys', 'agent_key_uses', 'agent_audit']
  const results = await Promise.all(
    tables.map(async (table) =>
      readOnlyQueries?.query({
        statement: `SELECT * FROM ${table}`,
        format: 'CSV',
        database: 'otel',
        settings: new Map(),
        parameters: new Map(),
        signal: AbortSignal.timeout(10_000)
      })
    )
  )
  return results.map((result) => Buffer.from(result?.bytes ?? []).toString('utf8')).join('\n')
}

t.test('a wrong command line is told, and nothing is asked of anybody', async (t) => {
  const nowhere = { ONSET_URL: 'http://127.0.0.1:1' }
  const wrong: readonly [args: readonly string[], says: RegExp][] = [
    [[], /no action given; expected create, list or revoke/],
    [['make'], /unknown action make/],
    [['create', '--scope', 'read'], /--name is missing/],
    [['create', '--name', 'x'], /--scope is missing/],
    [['create', '--name', 'x', '--scope', 'read', '--expires', '90'], /--expires is "90"/],
    [['create', '--name', 'x', '--scope', 'read', '--expires', '-1d'], /--expires/],
    [['revoke'], /<id> is missing/]
  ]
  for (const [args, says] of wrong) {
    t.match(await runOnsetCommand(['keys', ...args], nowhere), { code: 2, stderr: says })
  }
  t.match(await runOnsetCommand(['keys', '--help'], nowhere), { code: 0, stdout: /keys revoke ID/ })
})

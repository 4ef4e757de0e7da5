// Logs of coding agents through a whole Onset: posted as exporters post them, in either order with their
// spans and twice, they end as one analyzed run.

import t from 'tap'
import {
  type RecordedLogs,
  readLogFixture,
  readSpanFixture,
  toLogsRequest,
  toTracesRequest
} from '../support/log-fixtures.ts'
import { aDataDir, startOnset } from '../support/onset-process.ts'
import { waitFor } from '../support/wait-for.ts'

// Starting a whole Onset and waiting for runs to be quiet takes its time on a busy machine.
t.setTimeout(120_000)

const onset = await startOnset(t, {
  dataDir: aDataDir(t),
  env: { ONSET_COMPLETION_QUIET_MS: '1500', ONSET_COMPLETION_SETTLE_MS: '500' }
})

interface StepDetail {
  readonly kind: string
  readonly action: string
}

interface RunDetail {
  readonly run: { readonly task: string; readonly cost?: number }
  readonly steps: readonly StepDetail[]
}

async function post(path: string, body: Buffer): Promise<void> {
  const headers = { 'content-type': 'application/json' }
  const response = await fetch(`${onset.url}${path}`, { method: 'POST', headers, body })
  if (response.status !== 200) throw new Error(await response.text())
}

interface RunJson {
  readonly id: string
  readonly sessionId: string
  readonly state: string
}

async function read<Json>(path: string): Promise<Json> {
  return JSON.parse(await (await fetch(`${onset.url}${path}`)).text())
}

async function find(session: string): Promise<RunDetail> {
  return waitFor(`the run of ${session}`, async () => {
    const listed = await read<{ items: RunJson[] }>('/api/runs')
    const found = listed.items.find(
      (item) => item.sessionId === session && item.state === 'complete'
    )
    if (found === undefined) return undefined
    return read<RunDetail>(`/api/runs/${found.id}`)
  })
}

/** Every request of one record, the last first. */
function piecemeal(logs: RecordedLogs): readonly Buffer[] {
  return logs.records.map((record) => toLogsRequest({ ...logs, records: [record] })).toReversed()
}

const claude = readLogFixture('claude-code-2.1.197-logs')
const gemini = readLogFixture('gemini-cli-0.61.0-logs')
const codex = readLogFixture('codex-0.169.0-logs')

t.test('logs alone, record by record and twice', async (t) => {
  for (const body of [...piecemeal(codex), ...piecemeal(codex)]) await post('/v1/logs', body)
  const { run, steps } = await find('01a20e18-0000-7000-8000-000000000001')
  t.equal(run.task, 'Say what is wrong.')
  t.equal(steps.filter(({ kind }) => kind === 'tool').length, 2)
})

t.test('logs before the spans', async (t) => {
  await post('/v1/logs', toLogsRequest(claude))
  await post('/v1/traces', toTracesRequest(readSpanFixture('claude-code-2.1.197-spans')))
  const { run, steps } = await find('5d3c0f5e-0000-4000-8000-000000000001')
  const tools = steps.filter(({ kind }) => kind === 'tool')
  t.strictSame(
    tools.map(({ action }) => action),
    ['Bash: npm test', 'Edit: src/cart.ts']
  )
  t.equal(run.task, 'Make the cart test pass.')
  t.equal(run.cost?.toFixed(3), '0.024')
})

t.test('spans before the logs, in three traces', async (t) => {
  await post('/v1/traces', toTracesRequest(readSpanFixture('gemini-cli-0.61.0-spans')))
  for (const body of piecemeal(gemini)) await post('/v1/logs', body)
  const { steps } = await find('d2b2054e-0000-4000-8000-000000000001')
  t.strictSame(
    steps.map(({ action }) => action),
    ['run_shell_command: ls docs', 'There is one page.']
  )
})

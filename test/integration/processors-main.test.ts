// Processors as a process of their own: what they refuse, and that they find and analyse what collectors put
// on a ClickHouse server (a stand-in that runs the real engine).

import { spawn } from 'node:child_process'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { toRunId, toUnixNano } from '../../collector/model/index.ts'
import { openStore } from '../../collector/store/index.ts'
import { aRunTree, aStep, aTraceId } from '../support/builders.ts'
import { startClickHouseServer } from '../support/clickhouse-server.ts'
import { childEnvironment } from '../support/onset-process.ts'
import { aDataDir, storeBasics } from '../support/test-store.ts'
import { waitFor } from '../support/wait-for.ts'

const MAIN = fileURLToPath(new URL('../../processors/main.ts', import.meta.url))

function start(env: Record<string, string>) {
  const child = spawn(process.execPath, [MAIN], {
    env: childEnvironment(env),
    stdio: ['ignore', 'pipe', 'pipe']
  })
  const exited = new Promise<number | null>((resolve) => {
    child.once('exit', resolve)
  })
  return { child, exited }
}

async function refused(env: Record<string, string>) {
  const { child, exited } = start(env)
  const [code, stdout, stderr] = await Promise.all([exited, text(child.stdout), text(child.stderr)])
  return { code, stdout, stderr }
}

t.test('the embedded engine is refused: its folder belongs to one process', async (t) => {
  const { code, stdout, stderr } = await refused({})
  t.equal(code, 2)
  t.equal(stdout, '')
  t.match(
    stderr,
    /^ONSET_CLICKHOUSE_URL is not set: processors alone need a server.*`npm start`.*\n$/
  )
})

t.test('a wrong setting is one line and exit code 2, without its secret', async (t) => {
  const { code, stderr } = await refused({ ONSET_CLICKHOUSE_URL: 'tcp://onset:hunter2@ch:9000' })
  t.equal(code, 2)
  t.match(stderr, /^ONSET_CLICKHOUSE_URL has a value that cannot be used/)
  t.notMatch(stderr, /hunter2/)
})

t.test('a file of alert rules that is not there stops the start', async (t) => {
  const { code, stderr } = await refused({
    ONSET_CLICKHOUSE_URL: 'http://127.0.0.1:1',
    ONSET_ALERT_RULES: '/absent/alerts.yaml'
  })
  t.equal(code, 2)
  t.match(stderr, /\/absent\/alerts.yaml/)
})

t.test('runs that collectors stored are found and analysed; probes answer', async (t) => {
  const server = await startClickHouseServer(t, aDataDir(t))
  const store = await openStore({ ...storeBasics(), url: server.url })
  t.teardown(() => store.close())
  const step = aStep()
  await store.write({ spans: [], steps: [step] })

  const key = 'read:0123456789abcdef'
  const { child, exited } = start({
    ONSET_CLICKHOUSE_URL: server.url,
    ONSET_PORT: '0',
    ONSET_API_KEYS: key,
    ONSET_COMPLETION_SETTLE_MS: '50',
    ONSET_LOG_LEVEL: 'warn'
  })
  t.teardown(() => child.kill('SIGKILL'))
  let output = ''
  child.stdout.on('data', (chunk: Buffer) => {
    output += chunk.toString()
  })
  const url = await waitFor('an address', async () => /at (http:\/\/\S+)/.exec(output)?.[1])
  const run = await waitFor('an analysis', () => store.findRun(step.runId))
  t.equal(run.run.stepCount, 1)
  t.equal((await fetch(`${url}/livez`)).status, 200)
  t.equal((await fetch(`${url}/readyz`)).status, 200)
  t.equal((await fetch(`${url}/metrics`)).status, 401, 'metrics are behind the keys')
  const headers = { authorization: `Bearer ${key.slice('read:'.length)}` }
  const metrics = await (await fetch(`${url}/metrics`, { headers })).text()
  t.match(metrics, /^onset_completion_\w+/m)
  t.match(metrics, /^onset_store_/m)
  t.equal((await fetch(`${url}/v1/traces`, { method: 'POST' })).status, 404, 'takes no spans')

  child.kill('SIGTERM')
  t.equal(await exited, 0, 'a clean stop')
})

t.test('two processes that save the same analysis at once leave one of it', async (t) => {
  const server = await startClickHouseServer(t, aDataDir(t))
  const open = async () => {
    const store = await openStore({ ...storeBasics(), url: server.url })
    t.teardown(() => store.close())
    return store
  }
  const [one, other] = [await open(), await open()]
  const traceId = aTraceId()
  const runId = toRunId(traceId)
  const steps = [aStep({ runId, traceId })]
  await one.write({ spans: [], steps })
  const save = async (store: typeof one) => {
    const { ingestedThrough } = await store.readRunSteps(runId)
    return store.saveAnalysis({
      tree: aRunTree(steps, { runId, traceIds: [traceId] }),
      localization: {
        onsets: [],
        abstention: 'no failure',
        incorrectSteps: [],
        unusefulSteps: []
      },
      state: 'complete',
      partial: false,
      ingestedThrough
    })
  }
  await Promise.all([save(one), save(other)])
  t.equal((await one.listRuns({ limit: 10 })).items.length, 1)
  t.equal((await one.readStages(runId)).length, 1)
  t.equal((await one.readSteps(runId, 0, 10)).length, 1)
  t.strictSame(await one.findPendingRuns(toUnixNano(0n), 10), [], 'nothing is left to do')
  const before = await one.findRun(runId)
  t.equal(await save(other), before?.revision, 'the same once more is no new revision')
})

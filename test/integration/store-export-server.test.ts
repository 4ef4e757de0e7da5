// Parquet files of a ClickHouse server: streamed as it makes them, and an error when it breaks off.

import { buffer } from 'node:stream/consumers'
import { Readable } from 'node:stream'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import {
  CollectorError,
  toRunId,
  toUnixNano,
  type StepExport
} from '../../collector/model/index.ts'
import { openStore } from '../../collector/store/index.ts'
import { aRunTree, aStep } from '../support/builders.ts'
import { cutConnection, exception, startClickHouseServer } from '../support/clickhouse-server.ts'
import { aDataDir, storeBasics } from '../support/test-store.ts'

const dataDir = aDataDir(t)
const server = await startClickHouseServer(t, dataDir)
const store = await openStore({ ...storeBasics(), openTimeoutMs: 0, url: server.url })
t.teardown(() => store.close())

const RUN = toRunId('a1'.repeat(16))
const step = aStep({ runId: RUN, action: "it's\n\n\\ 😀", tool: 'bash' })

async function saveRun(task: string): Promise<number> {
  return store.saveAnalysis({
    tree: aRunTree([step], { runId: RUN, task }),
    localization: { onsets: [], abstention: undefined, incorrectSteps: [], unusefulSteps: [] },
    state: 'complete',
    partial: false,
    ingestedThrough: toUnixNano(1n)
  })
}

function request(revision: number, change: Partial<StepExport> = {}): StepExport {
  return {
    runs: [{ runId: RUN, revision, truth: { onsetStepIndex: 1, category: undefined } }],
    subAgentTools: ['Task'],
    signal: new AbortController().signal,
    ...change
  }
}

async function fileOf(asked: StepExport): Promise<Buffer> {
  return buffer(Readable.from(store.exportSteps(asked)))
}

let revision = 0
t.before(async () => {
  revision = await saveRun('count words')
})

t.test('a server streams the file', async (t) => {
  const bytes = await fileOf(request(revision))
  t.equal(bytes.subarray(0, 4).toString(), 'PAR1')
  const file = join(dataDir, '..', 'steps.parquet')
  writeFileSync(file, bytes)
  const answer = await fetch(server.url, {
    method: 'POST',
    body: `SELECT id, task, index, action, onset_step, labelled FROM file('${file}') FORMAT JSONEachRow`
  })
  t.strictSame(await answer.json(), {
    id: RUN,
    task: 'count words',
    index: 1,
    action: "it's\n\n\\ 😀",
    onset_step: 1,
    labelled: true
  })
})

t.test('a server that breaks off is an error, however its answer ends', async (t) => {
  const whole = await fileOf(request(revision))
  const faults = [
    cutConnection,
    exception(241, 'Memory limit exceeded'),
    // As servers do that have begun to answer: 200, some bytes, the message, and a proper end.
    (response: import('node:http').ServerResponse) => {
      response.writeHead(200)
      response.write(whole.subarray(0, 400))
      response.end('Code: 241. DB::Exception: Memory limit exceeded')
    },
    (response: import('node:http').ServerResponse) => {
      response.writeHead(200)
      response.write(whole.subarray(0, 400), () => response.destroy())
    }
  ]
  for (const fail of faults) {
    server.failNext({ on: /FORMAT Parquet/, fail })
    await t.rejects(fileOf(request(revision)), { name: 'CollectorError' })
  }
  t.strictSame(await fileOf(request(revision)), whole, 'and the next one is whole')
})

t.test('a run that was analyzed again makes no file of two revisions', async (t) => {
  const next = await saveRun('count words, but differently')
  t.not(next, revision)
  await t.rejects(fileOf(request(revision)), { code: 'STORE_BUSY', retryable: true })
  t.ok((await fileOf(request(next))).length > 0)
  revision = next
})

t.test('only so many files are made at once, and those nobody reads are given up', async (t) => {
  const opened = [0, 1].map(() => store.exportSteps(request(revision))[Symbol.asyncIterator]())
  for (const file of opened) await file.next()
  const refused = await fileOf(request(revision)).catch((error: unknown) => error)
  t.ok(refused instanceof CollectorError && refused.code === 'STORE_BUSY')
  for (const file of opened) await file.return?.()
  t.ok((await fileOf(request(revision))).length > 0)
})

t.test('a file is stopped by its signal', async (t) => {
  const gone = new AbortController()
  gone.abort()
  await t.rejects(fileOf(request(revision, { signal: gone.signal })))
  t.ok((await fileOf(request(revision))).length > 0)
})

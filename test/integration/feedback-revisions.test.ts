// What people said stays about the step they meant when a later analysis numbers the steps anew, and is told
// by its new number; suspicions of open runs are not measured; old reports are masked where they are read.

import { Session } from 'chdb'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { findAgreedTruth } from '../../collector/api/export-truth.ts'
import type { Analysis, RunId, RunStep, RunTree } from '../../collector/model/index.ts'
import { toRunId, toSpanId, toStepId, toUnixNano } from '../../collector/model/index.ts'
import { aRunTree, anOnset } from '../support/builders.ts'
import { aDataDir } from '../support/onset-process.ts'
import { startTestCollector } from '../support/started-collector.ts'
import { openTestStore } from '../support/test-store.ts'

const SECRET = `ghp_${'a1B2c3D4e5F6'.repeat(3)}`
const folder = aDataDir(t)
const dataDir = join(folder, 'data')
const store = await openTestStore(t, { dataDir })
const collector = await startTestCollector(t, { store })

function aStepNamed(name: string): Partial<Omit<RunStep, 'effects'>> {
  const id = Buffer.from(name.padEnd(8, '.')).toString('hex')
  return { stepId: toStepId(id), spanId: toSpanId(id), action: name }
}

async function save(
  names: readonly string[],
  { run, state = 'complete' }: { run?: Partial<RunTree['run']>; state?: Analysis['state'] } = {}
): Promise<RunId> {
  const tree = aRunTree(names.map(aStepNamed), { outcome: 'error', ...run })
  const [first] = tree.steps
  if (first === undefined) throw new Error('a run without steps')
  const { stepId, spanId } = first
  await store.saveAnalysis({
    tree,
    localization: {
      onsets: [
        anOnset({ runId: tree.run.runId, stepId, spanId, provisional: state !== 'complete' })
      ],
      abstention: undefined,
      incorrectSteps: [],
      unusefulSteps: []
    },
    state,
    partial: false,
    ingestedThrough: toUnixNano(1n)
  })
  return tree.run.runId
}

interface Said {
  readonly onsetStepIndex: number | null
  readonly onsetStepId?: string
  readonly isGone?: boolean
  readonly judged?: object
}

async function say(runId: RunId, body: object): Promise<Said> {
  const { json } = await collector.post(`/api/runs/${runId}/feedback`, body)
  return json as Said
}

async function readSaid(runId: RunId): Promise<readonly Said[]> {
  const { json } = await collector.get(`/api/runs/${runId}/feedback`)
  return (json as { items: readonly Said[] }).items
}

/** Not one JSON document, so not checked as such. */
async function exportLines(): Promise<string> {
  return (await fetch(`${collector.url}/api/export?format=jsonl&limit=200`)).text()
}

async function labelOf(runId: RunId): Promise<{ onset_step: number } | null | undefined> {
  const lines = (await exportLines()).split('\n').filter((line) => line !== '')
  const runs = lines.map((line) => JSON.parse(line) as { id: string; label: never })
  return runs.find(({ id }) => id === runId)?.label
}

async function readParquet(what: string): Promise<readonly unknown[]> {
  const answer = await fetch(`${collector.url}/api/export?format=parquet`)
  const file = join(folder, 'steps.parquet')
  writeFileSync(file, new Uint8Array(await answer.arrayBuffer()))
  // One folder a process: the store's.
  const session = new Session(dataDir)
  try {
    const statement = `SELECT DISTINCT ${what} FROM file('${file}', Parquet)`
    const text = (await session.queryAsync(statement, { format: 'JSONEachRow' })).text()
    return text
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as unknown)
  } finally {
    session.close()
  }
}

t.test('a label follows its step through later numbers', async (t) => {
  const runId = await save(['look', 'write', 'test'])
  const said = await say(runId, { onsetStepIndex: 2 })
  t.equal(said.onsetStepId, Buffer.from('write...').toString('hex'))
  t.ok(said.judged)
  await save(['ask', 'look', 'write', 'test'], { run: { runId } })
  t.match(await readSaid(runId), [{ onsetStepIndex: 3 }])
  t.match(await labelOf(runId), { attributable: true, onset_step: 3 })
  await say(runId, { onsetStepIndex: 3, author: 'bob' })
  const { json } = await collector.get('/api/precision')
  t.match(json, { items: [{ runs: 1, disagreements: 0, exact: { of: 1 } }] }, 'they agree')
})

t.test('a step that is gone labels nothing', async (t) => {
  const said = { runId: toRunId('a'), comment: '', author: '', createdAt: toUnixNano(1n) }
  const blaming = { ...said, onsetStepIndex: 2, category: undefined }
  t.match(findAgreedTruth([blaming], 3), { onsetStepIndex: 2 })
  t.equal(findAgreedTruth([{ ...blaming, isGone: true }], 3), undefined)
})

t.test('a suspicion about an open run is not measured', async (t) => {
  const before = (await collector.get('/api/precision')).json
  const runId = await save(['look', 'write'], { state: 'open' })
  const said = await say(runId, { onsetStepIndex: 1 })
  t.notOk(said.judged)
  t.ok(said.onsetStepId, 'and still says which step')
  t.strictSame((await collector.get('/api/precision')).json, before)
})

t.test('a report from before masking is masked wherever it is read', async (t) => {
  const runId = await save(['look'], {
    run: {
      outcomeSource: 'reported',
      verifierOutput: `fatal: could not log in with ${SECRET}`,
      checks: [{ name: 'logs in', status: 'failed', message: `sent ${SECRET}` }]
    }
  })
  const { text } = await collector.get(`/api/runs/${runId}`)
  t.match(text, /could not log in with/)
  t.notMatch(text, SECRET)
  const exported = await exportLines()
  t.match(exported, /could not log in with/)
  t.notMatch(exported, SECRET)
  const rows = await readParquet('id, test_output, test_messages, tests')
  t.match(
    rows.find((row) => (row as { id: string }).id === runId),
    { test_output: '', tests: {} }
  )
  t.notMatch(JSON.stringify(rows), SECRET)
})

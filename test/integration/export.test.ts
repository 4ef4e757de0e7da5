// Exports of many runs from the real store: pages, what breaks off, what comes meanwhile, and that what was
// exported is localized as it was live.

import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { classifyStep } from '@onset/collector/effects'
import { assembleRun } from '@onset/processors/assembler'
import { localizeOnset } from '@onset/processors/localizer'
import t from 'tap'
import type { RunId, RunTree, Store } from '../../collector/model/index.ts'
import { CollectorError, toUnixNano } from '../../collector/model/index.ts'
import { exportCommand } from '../../instrumentation/commands/export.ts'
import { readDataset } from '../../processors/evaluation/datasets/dataset.ts'
import { agentRun, failing, ran, said, wrote } from '../support/agent-runs.ts'
import { exportedLine, readAgain, toAnswer } from '../support/exported-run.ts'
import { startTestCollector } from '../support/started-collector.ts'
import { openTestStore } from '../support/test-store.ts'
import { waitFor } from '../support/wait-for.ts'

/** Three pages of the command. */
const RUNS = 45
const SERVICE = 'shop'

const store = await openTestStore(t)
const collector = await startTestCollector(t, { store })
const folder = mkdtempSync(join(tmpdir(), 'onset-export-'))
t.teardown(() => rmSync(folder, { recursive: true, force: true }))

function aFailingRun(number: number, startsAt: number): RunTree {
  const tree = agentRun(
    [
      wrote('/app/cart.js', `export const total = (items) => items.length * ${number}`),
      ran('npm test', `not ok 1 - adds up\n  expected: 7\n  actual: ${number}`, { exit: 1 }),
      said(`It adds up now, number ${number}.`)
    ],
    {
      outcome: 'error',
      task: `Make total() of /app/cart.js add up, take ${number}.`,
      checks: [failing('adds up', `expected 7, got ${number}`)]
    }
  )
  const startTime = toUnixNano(BigInt(startsAt) * 1_000_000_000n)
  return { ...tree, run: { ...tree.run, startTime, service: SERVICE } }
}

async function save(tree: RunTree): Promise<RunId> {
  await store.saveAnalysis({
    tree,
    localization: localizeOnset(tree),
    state: 'complete',
    partial: false,
    ingestedThrough: toUnixNano(1n)
  })
  return tree.run.runId
}

interface CommandEnd {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

async function onsetExport(url: string, ...args: readonly string[]): Promise<CommandEnd> {
  let stdout = ''
  let stderr = ''
  const code = await exportCommand.run(['--format', 'jsonl', '--service', SERVICE, ...args], {
    stdout: { write: (text) => (stdout += String(text)) },
    stderr: { write: (text) => (stderr += text) },
    env: { ONSET_URL: url }
  })
  return { code, stdout, stderr }
}

function idsOf(lines: string): readonly string[] {
  return lines
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => (JSON.parse(line) as { id: string }).id)
}

const ids: string[] = []
t.before(async () => {
  const trees = Array.from({ length: RUNS }, (_, at) => aFailingRun(at, 1_700_000_000 + at * 10))
  ids.push(...(await Promise.all(trees.map((tree) => save(tree)))))
})

t.test('every run of many pages comes once, newest first', async (t) => {
  const { code, stdout, stderr } = await onsetExport(collector.url)
  t.equal(code, 0, stderr)
  t.strictSame(idsOf(stdout), ids.toReversed())
})

t.test('what was exported is localized as it was live', async (t) => {
  const { stdout } = await onsetExport(collector.url)
  for (const line of stdout.split('\n').slice(0, RUNS)) {
    const tree = readAgain(line)
    const { id } = JSON.parse(line) as { id: RunId }
    const live = await store.readOnsets(id)
    t.ok(live.length > 0)
    t.strictSame(toAnswer(localizeOnset(tree).onsets), toAnswer(live))
  }
})

t.test('a page that fails midway is an error that says where to go on', async (t) => {
  const broken = ids.at(-27)
  const failingStore: Store = {
    ...store,
    readSteps: async (runId, after, limit) => {
      if (runId !== broken) return store.readSteps(runId, after, limit)
      throw new CollectorError('STORE_UNAVAILABLE', 'the disk is gone', { retryable: true })
    }
  }
  const other = await startTestCollector(t, { store: failingStore })
  const answer = await fetch(`${other.url}/api/export?format=jsonl&limit=200`)
  t.equal(answer.status, 200, 'the page had begun')
  await t.rejects(answer.text(), 'whoever reads it sees that it is not whole')

  const file = join(folder, 'runs.jsonl')
  const end = await onsetExport(other.url, '-o', file)
  t.match(end, {
    code: 1,
    stderr: /interrupted .*earlier pages are in the file; continue with --cursor \S+/
  })
  t.strictSame(idsOf(readFileSync(file, 'utf8')), ids.toReversed().slice(0, 20), 'whole pages only')
  const cursor = /--cursor (\S+)/.exec(end.stderr)?.[1] ?? ''
  const rest = await onsetExport(collector.url, '-o', file, '--cursor', cursor)
  t.equal(rest.code, 0, rest.stderr)
  t.strictSame(idsOf(readFileSync(file, 'utf8')), ids.toReversed(), 'no run twice, none lost')
})

t.test('nothing more is read for whoever has gone away', async (t) => {
  const read: string[] = []
  const watched: Store = {
    ...store,
    readSteps: async (runId, after, limit) => {
      read.push(runId)
      // So slowly that the first line is on its way before the last one is made.
      await new Promise((resolve) => setTimeout(resolve, 20))
      return store.readSteps(runId, after, limit)
    }
  }
  const other = await startTestCollector(t, { store: watched })
  const gone = new AbortController()
  const { signal } = gone
  const answer = await fetch(`${other.url}/api/export?format=jsonl&limit=200`, { signal })
  const reader = answer.body?.getReader()
  await reader?.read()
  gone.abort()
  await reader?.read().catch(() => undefined)
  let seen = -1
  await waitFor('silence', async () => {
    if (seen === read.length) return true
    seen = read.length
    await new Promise((resolve) => setTimeout(resolve, 200))
    return undefined
  })
  t.ok(read.length < RUNS, `${read.length} of ${RUNS} runs were read`)
})

t.test('runs that come meanwhile move none of the others', async (t) => {
  const pages: string[][] = []
  let cursor: string | null = ''
  while (cursor !== null) {
    const query = new URLSearchParams({ format: 'jsonl', service: SERVICE, limit: '15' })
    if (cursor !== '') query.set('cursor', cursor)
    const answer = await fetch(`${collector.url}/api/export?${query.toString()}`)
    pages.push([...idsOf(await answer.text())])
    cursor = answer.headers.get('onset-next-cursor')
    if (pages.length > 1) continue
    // One newer than all, one older: the second is still to come.
    ids.push(await save(aFailingRun(99, 1_800_000_000)))
    ids.unshift(await save(aFailingRun(98, 1_600_000_000)))
  }
  t.strictSame(pages.flat(), ids.slice(0, -1).toReversed())
})

const folderOfRuns = process.env['ONSET_DATA']
for (const name of [
  'onsets/dev.jsonl.gz',
  'who-and-when/algorithm-generated.jsonl.gz',
  'who-and-when/hand-crafted.dev.jsonl.gz',
  'agentrx-tau/dev.jsonl.gz'
]) {
  const path = folderOfRuns === undefined ? undefined : join(folderOfRuns, name)
  const skip =
    path === undefined || !existsSync(path)
      ? 'set ONSET_DATA to the folder of the labelled runs'
      : false
  t.test(`${name}: an exported run has the onset of the run`, { skip }, async (t) => {
    const { runs } = await readDataset(path ?? '')
    for (const run of runs) {
      const steps = run.steps.map((step) => ({ ...step, effects: classifyStep(step) }))
      const tree = assembleRun(steps, { outcomeReports: run.outcomeReports })
      if (tree === undefined) throw new Error(`${run.id} has no steps`)
      const again = localizeOnset(readAgain(exportedLine(tree)))
      t.strictSame(toAnswer(again.onsets), toAnswer(localizeOnset(tree).onsets), run.id)
    }
  })
}

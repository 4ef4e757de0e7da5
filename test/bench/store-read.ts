// Reads of the store that people and analyses wait for: a run of ten thousand steps, its analysis, lists
// over a hundred thousand runs, and the sweep over half a million steps. Prints the best time of several and
// the CPU of the whole process in it, after the engine's merges have come to rest.
//
//   UV_THREADPOOL_SIZE=16 npx node test/bench/store-read.ts

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Analysis } from '../../collector/model/index.ts'
import { fromUnixMillis, toRunId } from '../../collector/model/index.ts'
import { openEmbeddedEngine } from '../../collector/store/engine/embedded-engine.ts'
import { openStore } from '../../collector/store/index.ts'
import { aRunTree, anOnset } from '../support/builders.ts'
import { aSpokenStep } from '../support/spoken-steps.ts'
import { storeBasics } from '../support/test-store.ts'

const LONG_RUN_STEPS = 10_000
const RUNS = 100_000
const STEPS = 500_000
const TRIES = 4

const dataDir = mkdtempSync(join(tmpdir(), 'onset-bench-'))
let store = await openStore({ ...storeBasics(), dataDir })
const engine = await openEmbeddedEngine({ dataDir, database: 'otel', writerId: 'bench' })

async function best<T>(label: string, work: () => Promise<T>, tries = TRIES): Promise<T> {
  let result = await work()
  let ms = Number.POSITIVE_INFINITY
  let cpuMs = 0
  for (let tried = 0; tried < tries; tried += 1) {
    const startedAt = performance.now()
    const cpu = process.cpuUsage()
    // oxlint-disable-next-line no-await-in-loop -- one after another is what is measured
    result = await work()
    const elapsed = performance.now() - startedAt
    if (elapsed > ms) continue
    ms = elapsed
    const used = process.cpuUsage(cpu)
    cpuMs = (used.user + used.system) / 1_000
  }
  console.log(`${label.padEnd(48)} ${ms.toFixed(0)} ms, ${cpuMs.toFixed(0)} ms CPU`)
  return result
}

async function once<T>(label: string, work: () => Promise<T>): Promise<T> {
  const startedAt = performance.now()
  const cpu = process.cpuUsage()
  const result = await work()
  const used = process.cpuUsage(cpu)
  console.log(
    `${label.padEnd(48)} ${(performance.now() - startedAt).toFixed(0)} ms, ${((used.user + used.system) / 1_000).toFixed(0)} ms CPU`
  )
  return result
}

async function waitForMerges(): Promise<void> {
  for (let second = 0; second < 60; second += 1) {
    // oxlint-disable-next-line no-await-in-loop -- asks until there are none
    const merges = await engine.read('read', 'SELECT 1 FROM system.merges')
    if (merges.length === 0) return
    // oxlint-disable-next-line no-await-in-loop -- asks until there are none
    await new Promise((resolve) => setTimeout(resolve, 1_000))
  }
}

/** A hundred thousand analysed runs of ten steps each, made by the engine out of one of each. */
async function fill(): Promise<void> {
  const tree = aRunTree(Array.from({ length: 10 }, (_, at) => aSpokenStep(at).step))
  await store.write({ spans: [], steps: tree.steps })
  await store.saveAnalysis(anAnalysis(tree))
  const id = "leftPad(hex(n.number), 32, 'c') AS RunId"
  const start = 'r.StartTime - toIntervalSecond(n.number) AS StartTime'
  await engine.run(
    'read',
    `INSERT INTO otel.agent_runs SELECT r.* REPLACE (${id}, ${start})
    FROM otel.agent_runs AS r CROSS JOIN numbers(${RUNS}) AS n`
  )
  await engine.run(
    'read',
    `INSERT INTO otel.agent_steps SELECT r.* REPLACE (${id})
    FROM (SELECT * FROM otel.agent_steps FINAL) AS r CROSS JOIN numbers(${STEPS / 10}) AS n`
  )
}

function anAnalysis(tree: Analysis['tree']): Analysis {
  return {
    tree,
    localization: {
      onsets: [anOnset({ runId: tree.run.runId })],
      abstention: undefined,
      incorrectSteps: [],
      unusefulSteps: []
    },
    state: 'complete',
    partial: false,
    ingestedThrough: fromUnixMillis(Date.now())
  }
}

try {
  await once('fill', fill)
  const steps = Array.from({ length: LONG_RUN_STEPS }, (_, at) => aSpokenStep(at + 100).step)
  const runId = toRunId('f'.repeat(32))
  const long = steps.map((step) => ({ ...step, runId }))
  for (let at = 0; at < long.length; at += 500) {
    // oxlint-disable-next-line no-await-in-loop -- as many writes as an agent would cause
    await store.write({ spans: [], steps: long.slice(at, at + 500) })
  }
  await waitForMerges()
  const stored = await best(`readRunSteps of ${LONG_RUN_STEPS} steps`, () =>
    store.readRunSteps(runId)
  )
  const tree = aRunTree(stored.steps, { runId })
  await once(`saveAnalysis of ${LONG_RUN_STEPS} steps`, () => store.saveAnalysis(anAnalysis(tree)))
  await once('the same again, unchanged', () => store.saveAnalysis(anAnalysis(tree)))
  await waitForMerges()
  await best('readRunSteps after analysis', () => store.readRunSteps(runId))
  await best('readSteps, 2,000 from the start', () => store.readSteps(runId, 0, 2_000))
  await best('readSteps, 2,000 from 7,000', () => store.readSteps(runId, 7_000, 2_000))
  const short = toRunId('c'.repeat(27) + '00ABC')
  await best('findRun', () => store.findRun(short))
  await best('readRunSteps of 10 steps among half a million', () => store.readRunSteps(short))
  await best(`listRuns, 50 of ${RUNS}`, () => store.listRuns({ limit: 50 }))
  await best('listRuns, 50 of one hour', () =>
    store.listRuns({
      limit: 50,
      since: fromUnixMillis(Number(tree.run.startTime / 1_000_000n) - 3_600_000)
    })
  )
  await best('findPendingRuns since ever', () => store.findPendingRuns(fromUnixMillis(0), 1_000))
  await best('findPendingRuns since a minute', () =>
    store.findPendingRuns(fromUnixMillis(Date.now() - 60_000), 1_000)
  )
  await store.close()
  store = await once('open the existing store', () => openStore({ ...storeBasics(), dataDir }))
} finally {
  await engine.close()
  await store.close()
  rmSync(dataDir, { recursive: true, force: true })
}

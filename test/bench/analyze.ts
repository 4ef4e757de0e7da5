// What one analysis of a long run costs the process it runs in: how long each part takes, and for how long
// the event loop, which also receives spans, is held at a time. On the embedded store.
// Run: npx node test/bench/analyze.ts [steps]

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { setImmediate } from 'node:timers/promises'

import { createNoopMeter } from '@opentelemetry/api'

import type { OutcomeReport, RunTree } from '../../collector/model/index.ts'
import { openStore } from '../../collector/store/index.ts'
import { assembleRun } from '../../processors/assembler/index.ts'
import { localizeOnset } from '../../processors/localizer/index.ts'
import { startProcessors } from '../../processors/processors.ts'
import { BUILT_START } from '../support/builders.ts'
import { aLongRun } from '../support/long-run.ts'
import { storeBasics } from '../support/test-store.ts'

const STEPS_DEFAULT = 10_000
const BATCH_STEPS = 1_000
const NANOS_PER_MS = 1e6
const MICROS_PER_MS = 1_000

/** Of a run that did not fail, nothing is ranked. */
const FAILED: OutcomeReport = {
  outcome: 'error',
  source: 'ci',
  checks: [{ name: 'test_totals', status: 'failed', message: 'expected 7, got 6' }],
  output: 'E   AssertionError: expected 7, got 6 in src/file7.ts\nFAILED test_totals',
  reportedAt: BUILT_START
}

const steps = aLongRun(Number(process.argv[2] ?? STEPS_DEFAULT))
const folder = mkdtempSync(join(tmpdir(), 'onset-bench-'))
const store = await openStore({ ...storeBasics(), dataDir: join(folder, 'data') })
const { logger, now } = storeBasics()
const parts: Record<string, number> = {}

/** CPU of the thread, which is what the event loop is held for on a machine that is not busy. */
function timed<T>(part: string, run: () => T): T {
  const before = process.threadCpuUsage()
  const result = run()
  const { user, system } = process.threadCpuUsage(before)
  parts[`${part} CPU`] = (user + system) / MICROS_PER_MS
  return result
}

/** The most CPU of the thread between two turns of the event loop: what a busy machine does not change. */
function watchTurns(): () => number {
  let most = 0
  let before = process.threadCpuUsage()
  const over = new AbortController()
  const turn = async (): Promise<void> => {
    while (!over.signal.aborted) {
      await setImmediate()
      const { user, system } = process.threadCpuUsage(before)
      most = Math.max(most, user + system)
      before = process.threadCpuUsage()
    }
  }
  void turn()
  return () => {
    over.abort()
    return most / MICROS_PER_MS
  }
}

const processors = await startProcessors({
  store: {
    ...store,
    findPendingRuns: async () => [],
    readRunSteps: async (runId) => {
      const began = performance.now()
      const read = await store.readRunSteps(runId)
      parts['read'] = performance.now() - began
      await setImmediate()
      timed('assemble', () => assembleRun(read.steps))
      return read
    },
    readOutcomeReports: async (runId) => store.readOutcomeReports(runId),
    saveAnalysis: async (analysis) => {
      const began = performance.now()
      const revision = await store.saveAnalysis(analysis)
      parts['save'] = performance.now() - began
      return revision
    }
  },
  localize: (tree: RunTree, options) => timed('localize', () => localizeOnset(tree, options)),
  now,
  meter: createNoopMeter(),
  logger
})

for (let at = 0; at < steps.length; at += BATCH_STEPS) {
  await store.write({ spans: [], steps: steps.slice(at, at + BATCH_STEPS) })
}
const [first] = steps
if (first !== undefined) {
  await store.saveOutcomeReport(first.runId, FAILED)
  for (const round of ['cold', 'warm', 'warm again']) {
    const delay = monitorEventLoopDelay({ resolution: 1 })
    delay.enable()
    const stopWatching = watchTurns()
    const began = performance.now()
    await processors.analyzeNow(first.runId)
    const total = performance.now() - began
    const mostCpu = stopWatching()
    delay.disable()
    const told = Object.entries(parts).map(([part, ms]) => `${part} ${ms.toFixed(0)} ms`)
    console.log(
      `${steps.length} steps, ${round}: ${total.toFixed(0)} ms (${told.join(', ')}); ` +
        `event loop held for at most ${(delay.max / NANOS_PER_MS).toFixed(0)} ms, ${mostCpu.toFixed(0)} ms CPU`
    )
  }
}
await processors.close()
await store.close()
rmSync(folder, { recursive: true, force: true })

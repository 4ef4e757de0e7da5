// Remembers each complete run: its failure pattern, and where it left the way of a success. Before the analysis
// is saved, so that a process that dies in between does it again; and beside it: when memory fails, the
// analysis goes on without.

import { setTimeout as sleep } from 'node:timers/promises'

import type {
  Divergence,
  FailurePattern,
  Localization,
  MemoryStore,
  RunMemory,
  RunTree
} from '@onset/collector/model'
import { fromUnixMillis } from '@onset/collector/model'
import type { Meter } from '@opentelemetry/api'
import type { Logger } from 'pino'

import { findDivergence } from './diverge.ts'
import {
  CANDIDATE_RUNS_MAX,
  MEMORY_TIMEOUT_MS,
  PATTERNS_PER_AGENT_MAX,
  STEPS_COMPARED_MAX,
  SUCCESS_DAYS_MAX
} from './limits.ts'
import { nearestSuccess } from './same-task.ts'
import { overflowOf, patternOf } from './signature.ts'

export interface MemoryOptions {
  readonly store: MemoryStore
  /** Milliseconds since 1970. */
  readonly now: () => number
  readonly meter: Meter
  readonly logger: Logger
  readonly timeoutMs?: number
  readonly patternsPerAgentMax?: number
}

export interface Memory {
  /** Of a complete run. Never rejects. */
  remember(tree: RunTree, localization: Localization): Promise<void>
}

const MS_PER_DAY = 86_400_000

export function createMemory(options: MemoryOptions): Memory {
  const { store, meter, logger, timeoutMs = MEMORY_TIMEOUT_MS } = options
  const runs = meter.createCounter('onset_memory_runs', {
    description: 'Complete runs remembered, by result: remembered, or failed and left out.'
  })
  const overflows = meter.createCounter('onset_memory_overflows', {
    description: 'Runs counted under the sign `other`, because their agent has too many patterns.'
  })
  runs.add(0, { result: 'remembered' })
  runs.add(0, { result: 'failed' })
  overflows.add(0)
  return {
    remember: async (tree, localization) => {
      const { runId } = tree.run
      const ended = new AbortController()
      const work = (async () => {
        const { memory, overflows: isOver } = await toMemory(options, tree, localization)
        // Too late: what came after may have been remembered already.
        if (ended.signal.aborted) return
        await store.remember(runId, memory)
        if (isOver) overflows.add(1)
      })()
      try {
        await Promise.race([work, rejectLate(timeoutMs, ended.signal)])
        runs.add(1, { result: 'remembered' })
      } catch (error) {
        work.catch(() => {})
        runs.add(1, { result: 'failed' })
        logger.warn({ runId, err: error }, 'run not remembered')
      } finally {
        ended.abort()
      }
    }
  }
}

async function rejectLate(timeoutMs: number, signal: AbortSignal): Promise<never> {
  await sleep(timeoutMs, undefined, { signal, ref: false })
  throw new Error(`memory took longer than ${timeoutMs} ms`)
}

async function toMemory(
  options: MemoryOptions,
  tree: RunTree,
  { onsets }: Localization
): Promise<{ readonly memory: RunMemory | undefined; readonly overflows: boolean }> {
  const found = patternOf(tree, onsets)
  if (found === undefined) return { memory: undefined, overflows: false }
  const pattern = await withRoom(options, found.pattern)
  const divergence = tree.run.outcome === 'error' ? await compare(options, tree) : undefined
  const memory: RunMemory = {
    runId: tree.run.runId,
    service: tree.run.service,
    onsetStepIndex: found.onset.stepIndex,
    pattern,
    divergence,
    seenAt: tree.run.endTime
  }
  return { memory, overflows: pattern !== found.pattern }
}

/** Runs that are analysed at the same moment may pass the bound by as many. */
async function withRoom(
  { store, patternsPerAgentMax = PATTERNS_PER_AGENT_MAX }: MemoryOptions,
  pattern: FailurePattern
): Promise<FailurePattern> {
  const { patterns, known } = await store.countPatterns(pattern.agent, pattern.patternId)
  return known || patterns < patternsPerAgentMax ? pattern : overflowOf(pattern)
}

async function compare(
  { store, now }: MemoryOptions,
  { run, steps }: RunTree
): Promise<Divergence | undefined> {
  if (run.task.trim() === '') return undefined
  const since = fromUnixMillis(now() - SUCCESS_DAYS_MAX * MS_PER_DAY)
  const { service, agent, runId } = run
  const successes = await store.findSuccesses({ service, agent, since, limit: CANDIDATE_RUNS_MAX })
  const others = successes.filter((one) => one.runId !== runId)
  const nearest = nearestSuccess(run.task, others)
  if (nearest === undefined) return undefined
  const success = await store.readSteps(nearest.runId, 0, STEPS_COMPARED_MAX)
  return findDivergence(steps, { runId: nearest.runId, steps: success })
}

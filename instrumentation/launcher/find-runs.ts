// The runs of a launch: the one of its own trace, and those a producer made of its logs under ids of its own.

import { setTimeout as sleep } from 'node:timers/promises'
import type { ApiClient, RunDetail } from '../api-client/index.ts'

const POLL_INTERVAL_MS = 300

/** Prompts of one session, each a run; more are in the list. */
const RUNS_SHOWN_MAX = 5

export interface FindRunsOptions {
  readonly api: ApiClient
  readonly runId: string
  /** Under which the producer sends what does not join the trace. */
  readonly services: readonly string[]
  readonly startedAt: number
  readonly endedAt: number
  readonly waitMs: number
  /** A check was reported: the analysis that counts it is waited for. */
  readonly isReported: boolean
  readonly now: () => number
}

export interface FoundRuns {
  readonly own: RunDetail | undefined
  readonly others: readonly RunDetail[]
  /** Whether the analysis is through. */
  readonly isSettled: boolean
}

/** @throws OnsetApiError when Onset cannot be asked. */
export async function findRuns(options: FindRunsOptions): Promise<FoundRuns> {
  const deadline = options.now() + options.waitMs
  for (;;) {
    const found = await look(options)
    if (found.isSettled || options.now() >= deadline) return found
    await sleep(POLL_INTERVAL_MS)
  }
}

async function look(options: FindRunsOptions): Promise<FoundRuns> {
  const own = await options.api.findRun(options.runId)
  const others = await findOthers(options)
  const isSettled =
    own !== undefined &&
    own.run.state === 'complete' &&
    (!options.isReported || own.run.outcomeSource === 'reported') &&
    others.every(({ run }) => run.state === 'complete')
  return { own, others, isSettled }
}

/** By service and time: two launches of one producer at once see each other's. */
async function findOthers(options: FindRunsOptions): Promise<readonly RunDetail[]> {
  const { api, services, startedAt, endedAt, runId } = options
  const since = new Date(startedAt).toISOString()
  const until = new Date(endedAt + 1).toISOString()
  const details: RunDetail[] = []
  for (const service of services) {
    const limit = String(RUNS_SHOWN_MAX)
    const page = await api.listRuns({ service, since, until, limit })
    for (const { id } of page.items) {
      const detail = id === runId ? undefined : await api.findRun(id)
      if (detail !== undefined) details.push(detail)
    }
  }
  return details.slice(0, RUNS_SHOWN_MAX)
}

/** Whatever it was: the agent's end must not become another one by it. */
export function explainFailure(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

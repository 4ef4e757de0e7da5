// The runs of a launch: the one of its own trace, and those a producer made of its logs under ids of its own.

import { setTimeout as sleep } from 'node:timers/promises'
import type { ApiClient, RunDetail } from '../api-client/index.ts'

const POLL_INTERVAL_MS = 300

/** Prompts of one session, each a run; more are in the list. */
const RUNS_SHOWN_MAX = 5

/** Onset looks at a run that says nothing of its end after ten seconds for the first time. */
const OTHERS_WAIT_MS = 15_000

export interface FindRunsOptions {
  readonly api: ApiClient
  readonly runId: string
  /** Under which the producer sends what does not join the trace. */
  readonly services: readonly string[]
  readonly startedAt: number
  readonly endedAt: number
  /** Until when to wait for the analysis, as `now` tells time. */
  readonly deadline: number
  /** A check was reported: the analysis that counts it is waited for. */
  readonly isReported: boolean
  readonly now: () => number
}

export interface FoundRuns {
  /** Undefined too when it is the frame alone, and what happened is in others. */
  readonly own: RunDetail | undefined
  readonly others: readonly RunDetail[]
  /** Another launch of the same producer went on: the others may be its runs. */
  readonly isAmbiguous: boolean
  /** Whether the analysis is through. */
  readonly isSettled: boolean
}

/** @throws OnsetApiError when Onset cannot be asked. */
export async function findRuns(options: FindRunsOptions): Promise<FoundRuns> {
  for (;;) {
    const found = await look(options)
    if (found.isSettled || options.now() >= options.deadline) return found
    await sleep(POLL_INTERVAL_MS)
  }
}

async function look(options: FindRunsOptions): Promise<FoundRuns> {
  const { api, runId, services, endedAt, isReported, now } = options
  const own = await api.findRun(runId)
  const others = keepLaunched(await findOthers(options), runId)
  const isFrame = own?.steps.every(({ kind }) => kind === 'agent') === true
  const isElsewhere = services.length > 0 && isFrame && others.length === 0
  const isAnalyzed =
    own !== undefined &&
    own.run.state === 'complete' &&
    (!isReported || own.run.outcomeSource === 'reported')
  return {
    own: isFrame && others.length > 0 ? undefined : own,
    others,
    isAmbiguous: new Set(others.map(({ run }) => run.sessionId ?? run.id)).size > 1,
    isSettled: isAnalyzed && (!isElsewhere || now() > endedAt + OTHERS_WAIT_MS)
  }
}

/** Records that carry the launch's trace are of this launch; where none do, nothing tells them apart. */
function keepLaunched(others: readonly RunDetail[], runId: string): readonly RunDetail[] {
  const launched = others.filter(({ steps }) => steps.some(({ traceId }) => traceId === runId))
  return launched.length > 0 ? launched : others
}

/** A run whose outcome was told just now, once the analysis counts it; before the deadline or as it is then. */
export async function awaitReported(
  { api, now }: Pick<FindRunsOptions, 'api' | 'now'>,
  found: RunDetail,
  deadline: number
): Promise<RunDetail> {
  for (let detail = found; ; detail = (await api.findRun(found.run.id)) ?? detail) {
    const { state, outcomeSource } = detail.run
    const isCounted = state === 'complete' && outcomeSource === 'reported'
    if (isCounted || now() >= deadline) return detail
    await sleep(POLL_INTERVAL_MS)
  }
}

/** A run without an end of its own is open until it has been quiet; here it is known that its producer ended. */
export async function analyzeNow(api: ApiClient, detail: RunDetail): Promise<RunDetail> {
  try {
    return (await api.localizeRun(detail.run.id)) ?? detail
  } catch {
    // A key may be there to send and read only: what is known so far is told.
    return detail
  }
}

/** By service and time. */
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

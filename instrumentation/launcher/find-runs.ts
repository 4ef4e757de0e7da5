// The runs of a launch: the one of its own trace, and those a producer made of its logs under ids of its own.

import { setTimeout as sleep } from 'node:timers/promises'
import { OnsetApiError, type ApiClient, type RunDetail } from '../api-client/index.ts'

const POLL_INTERVAL_MS = 300

/** Prompts of one session, each a run; more are in the list. */
const RUNS_SHOWN_MAX = 5

/** Onset looks at a run that says nothing of its end after ten seconds for the first time. */
const OTHERS_WAIT_MS = 15_000

/** How an Onset that does not know the filter by launch refuses it. */
const UNKNOWN_FILTER_STATUS = 400

export interface FindRunsOptions {
  readonly api: ApiClient
  readonly runId: string
  /** In the resource of all that the launch started. */
  readonly launchId: string
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
  /** More than one session that Onset could not tell apart: the others may be another launch's runs. */
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
  const { others, isCertain } = await findOthers(options)
  const isFrame = own?.steps.every(({ kind }) => kind === 'agent') === true
  const isElsewhere = services.length > 0 && isFrame && others.length === 0
  const isAnalyzed =
    own !== undefined &&
    own.run.state === 'complete' &&
    (!isReported || own.run.outcomeSource === 'reported')
  return {
    own: isFrame && others.length > 0 ? undefined : own,
    others,
    isAmbiguous: !isCertain && new Set(others.map(({ run }) => run.sessionId ?? run.id)).size > 1,
    isSettled: isAnalyzed && (!isElsewhere || now() > endedAt + OTHERS_WAIT_MS)
  }
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

interface Others {
  readonly others: readonly RunDetail[]
  readonly isCertain: boolean
}

/** Those that Onset knows to be of this launch, or when it is too old to know, what looks like them. */
async function findOthers(options: FindRunsOptions): Promise<Others> {
  const { launchId, services, runId } = options
  if (services.length === 0) return { others: [], isCertain: true }
  try {
    const others = await readOthers(options, { launch: launchId })
    if (others.length > 0) return { others, isCertain: true }
  } catch (error) {
    if (!(error instanceof OnsetApiError) || error.status !== UNKNOWN_FILTER_STATUS) throw error
    const alike = await readAlike(options)
    const joined = keepJoined(alike, runId)
    return { others: joined.length > 0 ? joined : alike, isCertain: joined.length > 0 }
  }
  // A producer that keeps its resource to itself may still have joined the trace.
  return { others: keepJoined(await readAlike(options), runId), isCertain: true }
}

/** Records that carry the launch's trace are of this launch. */
function keepJoined(runs: readonly RunDetail[], runId: string): readonly RunDetail[] {
  return runs.filter(({ steps }) => steps.some(({ traceId }) => traceId === runId))
}

/** By service and time. */
async function readAlike(options: FindRunsOptions): Promise<readonly RunDetail[]> {
  const details: RunDetail[] = []
  for (const service of options.services) details.push(...(await readOthers(options, { service })))
  return details.slice(0, RUNS_SHOWN_MAX)
}

async function readOthers(
  { api, startedAt, endedAt, runId }: FindRunsOptions,
  filter: Readonly<Record<string, string>>
): Promise<readonly RunDetail[]> {
  const since = new Date(startedAt).toISOString()
  const until = new Date(endedAt + 1).toISOString()
  // The launch's own run may be among them.
  const limit = String(RUNS_SHOWN_MAX + 1)
  const page = await api.listRuns({ ...filter, since, until, limit })
  const details: RunDetail[] = []
  for (const { id } of page.items) {
    const detail = id === runId ? undefined : await api.findRun(id)
    if (detail !== undefined) details.push(detail)
  }
  return details.slice(0, RUNS_SHOWN_MAX)
}

/** Whatever it was: the agent's end must not become another one by it. */
export function explainFailure(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

// The REST API as this page asks it, with the key of this tab.

import type {
  CategoryWire,
  FeedbackListWire,
  RunDetailWire,
  RunsPageWire
} from '../../api/index.ts'

export class ApiError extends Error {
  override readonly name = 'ApiError'
  /** Of HTTP; 0 when nobody answered. */
  readonly status: number

  constructor(message: string, status: number) {
    super(message)
    this.status = status
  }
}

/** For the life of the tab: a key does not stay on a machine that others use. */
const KEY_ITEM = 'onset.key'

const RUNS_PER_PAGE = 50

/** A page of the API; runs of more steps come in several. */
const STEPS_PER_REQUEST = 2_000

/** 40,000 steps, some hundred megabytes of texts: beyond it a browser is the wrong reader. */
const STEP_PAGES_MAX = 20

export function setKey(key: string): void {
  sessionStorage.setItem(KEY_ITEM, key)
}

export function listRuns(
  filters: URLSearchParams,
  { cursor, limit = RUNS_PER_PAGE }: { cursor?: string | undefined; limit?: number } = {}
): Promise<RunsPageWire> {
  const query = new URLSearchParams(filters)
  query.set('limit', String(limit))
  if (cursor !== undefined) query.set('cursor', cursor)
  return ask<RunsPageWire>(`/api/runs?${query}`)
}

/** Without its steps: what changed, and is there a newer revision? */
export function findRun(runId: string): Promise<RunDetailWire> {
  return ask<RunDetailWire>(`/api/runs/${encodeURIComponent(runId)}?stepsLimit=0`)
}

/** All pages of steps, of one revision; `isWhole` is false beyond the bound. */
export async function readRun(
  runId: string
): Promise<{ readonly detail: RunDetailWire; readonly isWhole: boolean }> {
  const path = `/api/runs/${encodeURIComponent(runId)}?stepsLimit=${STEPS_PER_REQUEST}`
  let detail = await ask<RunDetailWire>(path)
  for (let page = 1; detail.nextStepsAfter !== undefined && page < STEP_PAGES_MAX; page += 1) {
    const next = await ask<RunDetailWire>(`${path}&stepsAfter=${detail.nextStepsAfter}`)
    // Analyzed meanwhile: the steps may have other numbers, so from the beginning.
    detail =
      next.run.revision === detail.run.revision
        ? { ...next, steps: [...detail.steps, ...next.steps] }
        : await ask<RunDetailWire>(path)
  }
  return { detail, isWhole: detail.nextStepsAfter === undefined }
}

export function readFeedback(runId: string): Promise<FeedbackListWire> {
  return ask<FeedbackListWire>(`/api/runs/${encodeURIComponent(runId)}/feedback`)
}

export interface GivenFeedback {
  /** Null: no step of the run is to blame. */
  readonly onsetStepIndex: number | null
  readonly category?: CategoryWire
  readonly comment?: string
  readonly revision: number
}

export async function giveFeedback(runId: string, given: GivenFeedback): Promise<void> {
  await ask<unknown>(`/api/runs/${encodeURIComponent(runId)}/feedback`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(given)
  })
}

async function ask<Answer>(path: string, init: RequestInit = {}): Promise<Answer> {
  const headers = new Headers(init.headers)
  const key = sessionStorage.getItem(KEY_ITEM)
  if (key !== null) headers.set('authorization', `Bearer ${key}`)
  let response: Response
  try {
    response = await fetch(path, { ...init, headers })
  } catch {
    throw new ApiError('Onset does not answer; is it running?', 0)
  }
  if (!response.ok) throw new ApiError(await readMessage(response), response.status)
  const answer: Answer = await response.json()
  return answer
}

async function readMessage(response: Response): Promise<string> {
  try {
    const { error }: { error: { message: string } } = await response.json()
    return error.message
  } catch {
    return `Onset answered ${response.status}`
  }
}

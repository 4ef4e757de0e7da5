// The REST API as commands use it. Its errors are sentences for a person: what was wrong, what to do.

import type {
  AuditPageJson,
  CreatedKeyJson,
  KeyJson,
  KeyListJson,
  KeyRequestJson
} from './access-json.ts'
import type {
  FeedbackJson,
  FeedbackRequestJson,
  OutcomeAcceptedJson,
  OutcomeRequestJson,
  PrecisionListJson
} from './feedback-json.ts'
import type {
  RenormalizationJson,
  RenormalizationRequestJson,
  TraceDialectsJson
} from './dialect-json.ts'
import { readExportPage, type ExportPage } from './export-page.ts'
import { createSend, DEFAULT_URL, OnsetApiError, type Send } from './send.ts'
import type { RunDetail, RunListJson, StepJson } from './run-detail.ts'

export { DEFAULT_URL, OnsetApiError } from './send.ts'
export type { ExportPage } from './export-page.ts'
export type * from './access-json.ts'
export type * from './dialect-json.ts'
export type * from './feedback-json.ts'
export type * from './run-detail.ts'

const STEPS_PAGE = 2_000

/** A backup as `/api/admin/backup` tells of it. */
export interface BackupJson {
  readonly folder: string
  readonly state: 'running' | 'done' | 'failed'
  readonly bytes?: number
  readonly problem?: string
}

/** An alert as `/api/alerts` tells of it. */
export interface AlertJson {
  readonly id: string
  /** Absent for a summary of many. */
  readonly runId?: string
  readonly rule: string
  readonly destination: string
  readonly event: string
  readonly state: string
  readonly attempts: number
  readonly error?: string
  /** ISO 8601, UTC. */
  readonly startedAt: string
  readonly updatedAt: string
}

export interface AlertListJson {
  readonly items: readonly AlertJson[]
  readonly nextCursor?: string
}

/** A failure pattern as `/api/patterns` tells of it. */
export interface PatternJson {
  readonly id: string
  readonly agent: string
  readonly model?: string
  readonly tool?: string
  readonly category: string
  readonly stage: string
  readonly family?: string
  readonly sign: string
  readonly hits: number
  readonly weight: number
  readonly confirmed: number
  readonly refuted: number
  readonly helpfulness: number
  /** ISO 8601, UTC. */
  readonly lastSeenAt: string
  readonly lastRunId: string
}

export interface ApiClient {
  readonly url: string
  /** @throws OnsetApiError when no Onset answers, or one that is not ready. */
  checkReady(): Promise<void>
  listRuns(query: Readonly<Record<string, string>>): Promise<RunListJson>
  /**
   * The id of the run that begins so; as given when there is none (yet).
   *
   * @throws OnsetApiError when several runs begin so.
   */
  expandRunId(text: string): Promise<string>
  /**
   * As `expandRunId`, and whether there is such a run; undefined when the key may not look.
   *
   * @throws OnsetApiError when several runs begin so.
   */
  lookUpRun(text: string): Promise<{ readonly id: string; readonly isKnown: boolean | undefined }>
  /** Undefined when the run is unknown (yet). */
  findRun(runId: string): Promise<RunDetail | undefined>
  /** Analyzes the run again, now, and returns it. */
  localizeRun(runId: string): Promise<RunDetail | undefined>
  giveFeedback(runId: string, feedback: FeedbackRequestJson): Promise<FeedbackJson>
  /** The newest first. */
  readFeedback(runId: string): Promise<readonly FeedbackJson[]>
  reportOutcome(runId: string, report: OutcomeRequestJson): Promise<OutcomeAcceptedJson>
  readPrecision(query: Readonly<Record<string, string>>): Promise<PrecisionListJson>
  /** One page of an export, as its bytes come. */
  exportPage(query: Readonly<Record<string, string>>): Promise<ExportPage>
  /** Returns while it runs. */
  startRenormalization(request: RenormalizationRequestJson): Promise<RenormalizationJson>
  readRenormalization(id: string): Promise<RenormalizationJson>
  explainTrace(traceId: string): Promise<TraceDialectsJson>
  /** Returns while it is being made. */
  startBackup(name: string): Promise<BackupJson>
  readBackup(): Promise<BackupJson>
  listPatterns(
    query: Readonly<Record<string, string>>
  ): Promise<{ readonly items: readonly PatternJson[] }>
  listAlerts(query: Readonly<Record<string, string>>): Promise<AlertListJson>
  /** One that was given up. */
  resendAlert(alertId: string): Promise<AlertJson>
  createKey(key: KeyRequestJson): Promise<CreatedKeyJson>
  listKeys(): Promise<KeyListJson>
  revokeKey(keyId: string): Promise<KeyJson>
  listAuditEvents(query: Readonly<Record<string, string>>): Promise<AuditPageJson>
}

/** Reads ONSET_URL and ONSET_API_KEY of `env`. */
export function createApiClient(env: Readonly<Record<string, string | undefined>>): ApiClient {
  const url = (env['ONSET_URL'] || DEFAULT_URL).replace(/\/+$/, '')
  const send = createSend(url, env['ONSET_API_KEY'])
  const request = createRequest(url, send)
  const findRun = (runId: string): Promise<RunDetail | undefined> => readRun(request, runId)
  return {
    url,
    checkReady: async () => {
      await request<unknown>('GET', '/readyz')
    },
    listRuns: (query) =>
      request<RunListJson>('GET', `/api/runs?${new URLSearchParams(query).toString()}`),
    expandRunId: async (text) =>
      WHOLE_TRACE_ID.test(text) ? text : (await lookUpRun(request, text)).id,
    lookUpRun: (text) => lookUpRun(request, text),
    findRun,
    localizeRun: async (runId) => {
      const path = `/api/runs/${encodeURIComponent(runId)}/localize`
      const answer = await orUndefined(() => request<unknown>('POST', path))
      return answer === undefined ? undefined : findRun(runId)
    },
    giveFeedback: (runId, feedback) =>
      request<FeedbackJson>('POST', `/api/runs/${encodeURIComponent(runId)}/feedback`, feedback),
    readFeedback: async (runId) => {
      const path = `/api/runs/${encodeURIComponent(runId)}/feedback`
      return (await request<{ readonly items: readonly FeedbackJson[] }>('GET', path)).items
    },
    reportOutcome: (runId, report) =>
      request<OutcomeAcceptedJson>(
        'POST',
        `/api/runs/${encodeURIComponent(runId)}/outcome`,
        report
      ),
    readPrecision: (query) =>
      request<PrecisionListJson>('GET', `/api/precision?${new URLSearchParams(query).toString()}`),
    exportPage: (query) => readExportPage(send, query),
    startRenormalization: (asked) =>
      request<RenormalizationJson>('POST', '/api/renormalizations', asked),
    readRenormalization: (id) =>
      request<RenormalizationJson>('GET', `/api/renormalizations/${encodeURIComponent(id)}`),
    explainTrace: (traceId) =>
      request<TraceDialectsJson>('GET', `/api/traces/${encodeURIComponent(traceId)}/dialects`),
    startBackup: (name) => request<BackupJson>('POST', '/api/admin/backup', { name }),
    readBackup: () => request<BackupJson>('GET', '/api/admin/backup'),
    listPatterns: (query) =>
      request<{ readonly items: readonly PatternJson[] }>(
        'GET',
        `/api/patterns?${new URLSearchParams(query).toString()}`
      ),
    listAlerts: (query) =>
      request<AlertListJson>('GET', `/api/alerts?${new URLSearchParams(query).toString()}`),
    resendAlert: (alertId) =>
      request<AlertJson>('POST', `/api/alerts/${encodeURIComponent(alertId)}/resend`),
    createKey: (key) => request<CreatedKeyJson>('POST', '/api/keys', key),
    listKeys: () => request<KeyListJson>('GET', '/api/keys'),
    revokeKey: (keyId) => request<KeyJson>('DELETE', `/api/keys/${encodeURIComponent(keyId)}`),
    listAuditEvents: (query) =>
      request<AuditPageJson>('GET', `/api/audit?${new URLSearchParams(query).toString()}`)
  }
}

/** `T` is what the server's OpenAPI document promises for the path; both come from one release. */
type Request = <T>(method: string, path: string, body?: object) => Promise<T>

type RunPage = RunDetail & { readonly nextStepsAfter?: number }

const FORBIDDEN = 403
const WHOLE_TRACE_ID = /^[0-9a-f]{32}$/i

async function lookUpRun(
  request: Request,
  text: string
): Promise<{ readonly id: string; readonly isKnown: boolean | undefined }> {
  const path = `/api/runs/${encodeURIComponent(text)}?stepsLimit=0`
  try {
    const found = await orUndefined(() => request<RunPage>('GET', path))
    return { id: found?.run.id ?? text, isKnown: found !== undefined }
  } catch (error) {
    // A key that may only report cannot look: then what is given is the id.
    if (error instanceof OnsetApiError && error.status === FORBIDDEN) {
      return { id: text, isKnown: undefined }
    }
    throw error
  }
}

async function readRun(request: Request, runId: string): Promise<RunDetail | undefined> {
  const steps: StepJson[] = []
  let after = 0
  for (;;) {
    const query = `stepsAfter=${after}&stepsLimit=${STEPS_PAGE}`
    const path = `/api/runs/${encodeURIComponent(runId)}?${query}`
    const page = await orUndefined(() => request<RunPage>('GET', path))
    if (page === undefined) return undefined
    steps.push(...page.steps)
    if (page.nextStepsAfter === undefined) {
      return { run: page.run, stages: page.stages, steps, onsets: page.onsets }
    }
    after = page.nextStepsAfter
  }
}

async function orUndefined<T>(call: () => Promise<T>): Promise<T | undefined> {
  try {
    return await call()
  } catch (error) {
    if (error instanceof OnsetApiError && error.status === 404) return undefined
    throw error
  }
}

function createRequest(url: string, send: Send): Request {
  return async <T>(method: string, path: string, body?: object): Promise<T> => {
    const text = await (await send(method, path, body === undefined ? {} : { body })).text()
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the promise of Request
    return parseJson(url, text) as T
  }
}

function parseJson(url: string, text: string): unknown {
  try {
    return text === '' ? undefined : JSON.parse(text)
  } catch (cause) {
    const message = `${url} did not answer like Onset; is another program listening there?`
    throw new OnsetApiError(message, { cause })
  }
}

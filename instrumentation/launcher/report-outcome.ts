// Tells Onset what the check found: `POST /api/runs/{runId}/outcome`.

import { createApiClient } from '../api-client/index.ts'
import type { CheckResult } from './run-check.ts'
import type { Environment } from './producer.ts'

/** A second report of this source replaces the first. */
const SOURCE = 'onset run'
const NAME_CHARS_MAX = 500
const REQUEST_TIMEOUT_MS = 10_000

export interface OutcomeToReport {
  readonly runId: string
  readonly check: string
  readonly result: CheckResult
  readonly redact: (text: string) => string
}

/** What went wrong, or undefined. */
export async function reportOutcome(
  env: Environment,
  { runId, check, result, redact }: OutcomeToReport
): Promise<string | undefined> {
  const { url } = createApiClient(env)
  const key = env['ONSET_API_KEY']
  const body = {
    outcome: result.passed ? 'ok' : 'error',
    source: SOURCE,
    checks: [
      {
        name: redact(check).slice(0, NAME_CHARS_MAX),
        status: result.passed ? 'passed' : 'failed',
        message: `exit code ${result.exitCode}`
      }
    ],
    output: redact(result.output)
  }
  try {
    const response = await fetch(`${url}/api/runs/${encodeURIComponent(runId)}/outcome`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...(key === undefined ? {} : { authorization: `Bearer ${key}` })
      },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS)
    })
    await response.arrayBuffer()
    return response.ok ? undefined : `status ${response.status}`
  } catch {
    return `no answer from ${url}`
  }
}

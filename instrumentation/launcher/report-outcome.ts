// Tells Onset what the check found.

import type { ApiClient } from '../api-client/index.ts'
import { explainFailure } from './find-runs.ts'
import type { CheckResult } from './run-check.ts'

/** A second report of this source replaces the first. */
const SOURCE = 'onset run'
const NAME_CHARS_MAX = 500

export interface OutcomeToReport {
  readonly runId: string
  readonly check: string
  readonly result: CheckResult
  readonly redact: (text: string) => string
}

/** What went wrong, or undefined. */
export async function reportOutcome(
  api: ApiClient,
  { runId, check, result, redact }: OutcomeToReport
): Promise<string | undefined> {
  try {
    await api.reportOutcome(runId, {
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
    })
    return undefined
  } catch (error) {
    return explainFailure(error)
  }
}

// What people and verifiers say about a run: outcome reports and feedback.

import type { Feedback, OutcomeReport, RunId, UnixNano } from '../model/index.ts'
import { toUnixNano } from '../model/index.ts'
import type { Engine } from './engine/engine.ts'
import type { IngestClock } from './ingest-clock.ts'
import { readNanos } from './rows/cells.ts'
import type { FeedbackRow } from './rows/feedback-row.ts'
import { fromFeedbackRow, toFeedbackRow } from './rows/feedback-row.ts'
import type { OutcomeRow } from './rows/outcome-row.ts'
import { fromOutcomeRow, toOutcomeRow } from './rows/outcome-row.ts'
import { toRowJson } from './rows/row-json.ts'
import { sqlText } from './sql/sql-text.ts'

/** Newest first, sources that report on one run and corrections of one run; nobody reads more. */
const REPORTS_PER_RUN_MAX = 100
const FEEDBACK_PER_RUN_MAX = 1_000

// Keys: RunId. Reads a few rows. Called by readOutcomeReports.
const READ_OUTCOMES = `
SELECT *
FROM {database: Identifier}.agent_outcomes FINAL
WHERE RunId = {runId: String}
ORDER BY ReportedAt DESC, Source
LIMIT {limit: UInt32}`

// Keys: RunId. Reads a few rows. Called by readFeedback.
const READ_FEEDBACK = `
SELECT *
FROM {database: Identifier}.agent_feedback FINAL
WHERE RunId = {runId: String}
ORDER BY CreatedAt DESC, Author
LIMIT {limit: UInt32}`

// Keys: RunId, StepId. Reads the numbers of a few steps. Called by readFeedback.
const READ_NUMBERS = `
SELECT
    StepId,
    StepIndex
FROM {database: Identifier}.agent_steps FINAL
WHERE RunId = {runId: String}
    AND StepId IN {stepIds: Array(String)}`

// Keys: RunId. Reads the arrivals of one run's steps and reports. Called by saveOutcomeReport.
const READ_ARRIVALS = `
SELECT
    (
        SELECT max(IngestedAt)
        FROM {database: Identifier}.agent_steps
        WHERE RunId = {runId: String}
    ) AS Steps,
    maxIf(IngestedAt, Source != {source: String}) AS Others,
    maxIf(IngestedAt, Source = {source: String}) AS Own
FROM {database: Identifier}.agent_outcomes
WHERE RunId = {runId: String}`

// Keys: RunId. Reads a few rows. Called by readRunSteps.
const READ_NEWEST_REPORT = `
SELECT max(IngestedAt) AS Newest
FROM {database: Identifier}.agent_outcomes
WHERE RunId = {runId: String}`

interface ArrivalsRow {
  readonly Steps: string
  readonly Others: string
  readonly Own: string
}

export interface ReportsOptions {
  readonly engine: Engine
  readonly clock: IngestClock
}

export class Reports {
  readonly #engine: Engine
  readonly #clock: IngestClock

  constructor({ engine, clock }: ReportsOptions) {
    this.#engine = engine
    this.#clock = clock
  }

  /**
   * An analysis that runs meanwhile may have read before the report was there, and says that it has seen
   * everything up to its newest row. The report must be newer than that, or it would never be looked at:
   * so once it can be seen, it is stamped above everything else that can. Above the same source's earlier
   * report too, which it is to replace, whatever clock that one was stamped by.
   */
  async saveOutcomeReport(runId: RunId, report: OutcomeReport): Promise<void> {
    const stamped = this.#clock.next()
    await this.#insertReport(runId, report, stamped)
    const { database } = this.#engine
    const [arrivals] = await this.#engine.read<ArrivalsRow>(
      'analysis',
      sqlText(READ_ARRIVALS, { database, runId, source: report.source })
    )
    if (arrivals === undefined) return
    const own = readNanos(arrivals.Own)
    const newest = latest(readNanos(arrivals.Steps), readNanos(arrivals.Others))
    if (newest < stamped && own <= stamped) return
    await this.#insertReport(runId, report, this.#clock.nextAfter(latest(newest, own)))
  }

  async readOutcomeReports(runId: RunId): Promise<readonly OutcomeReport[]> {
    const { database } = this.#engine
    const statement = sqlText(READ_OUTCOMES, { database, runId, limit: REPORTS_PER_RUN_MAX })
    const rows = await this.#engine.read<OutcomeRow>('analysis', statement)
    return rows.map(fromOutcomeRow).toReversed()
  }

  /** Arrival of the run's newest report; 0 when there is none. */
  async readNewestReport(runId: RunId): Promise<UnixNano> {
    const statement = sqlText(READ_NEWEST_REPORT, { database: this.#engine.database, runId })
    const [row] = await this.#engine.read<{ readonly Newest: string }>('analysis', statement)
    return row === undefined ? toUnixNano(0n) : readNanos(row.Newest)
  }

  async saveFeedback(feedback: Feedback): Promise<void> {
    const row = toRowJson(toFeedbackRow(feedback, this.#clock.next()))
    await this.#engine.insert('analysis', { table: 'agent_feedback', rows: [row] })
  }

  async readFeedback(runId: RunId): Promise<readonly Feedback[]> {
    const { database } = this.#engine
    const statement = sqlText(READ_FEEDBACK, { database, runId, limit: FEEDBACK_PER_RUN_MAX })
    const rows = await this.#engine.read<FeedbackRow>('read', statement)
    return this.#renumber(runId, rows.map(fromFeedbackRow))
  }

  /** Numbers are those of the revision that was looked at; steps stay what they are. */
  async #renumber(runId: RunId, given: readonly Feedback[]): Promise<readonly Feedback[]> {
    const stepIds = [...new Set(given.flatMap(({ onsetStepId }) => onsetStepId ?? []))]
    if (stepIds.length === 0) return given
    const { database } = this.#engine
    const rows = await this.#engine.read<{ readonly StepId: string; readonly StepIndex: number }>(
      'read',
      sqlText(READ_NUMBERS, { database, runId, stepIds })
    )
    const numbers = new Map(rows.map((row) => [row.StepId, row.StepIndex]))
    return given.map((feedback) => {
      const { onsetStepId } = feedback
      if (onsetStepId === undefined) return feedback
      const onsetStepIndex = numbers.get(onsetStepId) ?? 0
      return onsetStepIndex === 0 ? { ...feedback, isGone: true } : { ...feedback, onsetStepIndex }
    })
  }

  async #insertReport(runId: RunId, report: OutcomeReport, stamped: UnixNano): Promise<void> {
    const row = toRowJson(toOutcomeRow(runId, report, stamped))
    await this.#engine.insert('analysis', { table: 'agent_outcomes', rows: [row] })
  }
}

function latest(a: UnixNano, b: UnixNano): UnixNano {
  return a > b ? a : b
}

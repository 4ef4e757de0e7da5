// What a verifier reported as a row of agent_outcomes, and back.

import type { OutcomeReport, RunId } from '../../model/index.ts'
import { OUTCOMES } from '../../model/index.ts'
import type { RowToWrite } from './cells.ts'
import { countCell, nanosCell, readNanos, readWord } from './cells.ts'
import type { CheckColumns } from './check-cells.ts'
import { countCheckChars, fromCheckCells, toCheckCells } from './check-cells.ts'

export interface OutcomeRow extends CheckColumns {
  readonly RunId: string
  readonly Source: string
  readonly IngestedAt: string
  readonly ReportedAt: string
  readonly Outcome: string
  readonly Output: string
  readonly TextChars: number
}

export function toOutcomeRow(
  runId: RunId,
  report: OutcomeReport,
  ingestedAt: bigint
): RowToWrite<OutcomeRow> {
  return {
    RunId: runId,
    Source: report.source,
    IngestedAt: nanosCell(ingestedAt),
    ReportedAt: nanosCell(report.reportedAt),
    Outcome: report.outcome,
    ...toCheckCells(report.checks),
    Output: report.output,
    TextChars: countCell(report.output.length + countCheckChars(report.checks))
  }
}

export function fromOutcomeRow(row: OutcomeRow): OutcomeReport {
  return {
    outcome: readWord(OUTCOMES, row.Outcome, 'unknown'),
    source: row.Source,
    checks: fromCheckCells(row),
    output: row.Output,
    reportedAt: readNanos(row.ReportedAt)
  }
}

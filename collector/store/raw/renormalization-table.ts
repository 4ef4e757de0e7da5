// Where re-normalizations stand, one row each.

import type { Renormalization } from '../../model/index.ts'
import { RENORMALIZATION_STATES, toRunId } from '../../model/index.ts'
import type { Engine } from '../engine/engine.ts'
import {
  bigCountCell,
  countCell,
  nanosCell,
  readNanos,
  readOptionalText,
  readWord,
  textCell
} from '../rows/cells.ts'
import { toRowJson } from '../rows/row-json.ts'
import { sqlText } from '../sql/sql-text.ts'

interface Row {
  readonly Id: string
  readonly State: string
  readonly Since: string
  readonly Until: string
  readonly RunId: string
  readonly Day: string
  readonly TraceId: string
  readonly DaysDone: number
  readonly DaysTotal: number
  readonly Spans: string
  readonly StepsRewritten: string
  readonly StepsHidden: string
  readonly RunsAnalyzed: string
  readonly StartedAt: string
  readonly UpdatedAt: string
  readonly Problem: string
}

// Keys: none. Reads the whole table, a row each.
const LIST = `
SELECT *
FROM {database: Identifier}.agent_renormalizations FINAL
ORDER BY StartedAt DESC, Id
LIMIT {limit: UInt32}`

export class RenormalizationTable {
  readonly #engine: Engine

  constructor(engine: Engine) {
    this.#engine = engine
  }

  async save(state: Renormalization): Promise<void> {
    const rows = [toRowJson(toRow(state))]
    await this.#engine.insert('analysis', { table: 'agent_renormalizations', rows })
  }

  async list(limit: number): Promise<readonly Renormalization[]> {
    const { database } = this.#engine
    const rows = await this.#engine.read<Row>('analysis', sqlText(LIST, { database, limit }))
    return rows.map(fromRow)
  }
}

function toRow(state: Renormalization) {
  return {
    Id: state.id,
    State: state.state,
    Since: nanosCell(state.since),
    Until: nanosCell(state.until),
    RunId: textCell(state.runId),
    Day: nanosCell(state.day),
    TraceId: state.traceId,
    DaysDone: countCell(state.daysDone),
    DaysTotal: countCell(state.daysTotal),
    Spans: bigCountCell(state.spans),
    StepsRewritten: bigCountCell(state.stepsRewritten),
    StepsHidden: bigCountCell(state.stepsHidden),
    RunsAnalyzed: bigCountCell(state.runsAnalyzed),
    StartedAt: nanosCell(state.startedAt),
    UpdatedAt: nanosCell(state.updatedAt),
    Problem: textCell(state.problem)
  }
}

function fromRow(row: Row): Renormalization {
  const runId = readOptionalText(row.RunId)
  return {
    id: row.Id,
    state: readWord(RENORMALIZATION_STATES, row.State, 'failed'),
    since: readNanos(row.Since),
    until: readNanos(row.Until),
    runId: runId === undefined ? undefined : toRunId(runId),
    day: readNanos(row.Day),
    traceId: row.TraceId,
    daysDone: row.DaysDone,
    daysTotal: row.DaysTotal,
    spans: Number(row.Spans),
    stepsRewritten: Number(row.StepsRewritten),
    stepsHidden: Number(row.StepsHidden),
    runsAnalyzed: Number(row.RunsAnalyzed),
    startedAt: readNanos(row.StartedAt),
    updatedAt: readNanos(row.UpdatedAt),
    problem: readOptionalText(row.Problem)
  }
}

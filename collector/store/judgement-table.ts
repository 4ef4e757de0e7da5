// Keeps what judges have said and spent. Decides nothing about either.

import type { JudgementStore, JudgeSpending, RunId, StoredJudgement } from '../model/index.ts'
import { JUDGEMENTS_READ_MAX, toRunId, type UnixNano } from '../model/index.ts'
import type { Engine } from './engine/engine.ts'
import {
  bigCountCell,
  nanosCell,
  optionalFloatCell,
  readNanos,
  readOptionalNumber,
  readWord,
  type RowToWrite
} from './rows/cells.ts'
import { toRowJson } from './rows/row-json.ts'
import { sqlText } from './sql/sql-text.ts'

// Keys: RunId. Reads a few rows. Called by readJudgements.
const READ_JUDGEMENTS = `
SELECT *
FROM {database: Identifier}.agent_judgements FINAL
WHERE RunId = {runId: String}
    AND Judge = {judge: String}
ORDER BY BegunAt DESC
LIMIT {limit: UInt32}`

// Keys: none; the index on BegunAt bounds what is read, a few numbers of each judgement since then. Called once
// at the start of a judge.
const SUM_SPENDING = `
SELECT
    sum(InputTokens + OutputTokens) AS Tokens,
    sum(ifNull(CostUsd, 0)) AS Usd
FROM {database: Identifier}.agent_judgements FINAL
WHERE BegunAt >= {since: DateTime64}`

interface JudgementRow {
  readonly RunId: string
  readonly BegunAt: string
  readonly Revision: number
  readonly Fingerprint: string
  readonly Judge: string
  readonly LocalizerVersion: string
  readonly State: string
  readonly InputTokens: string
  readonly OutputTokens: string
  readonly CostUsd: number | null
  readonly Localization: string
}

const STATES = ['begun', 'spoken', 'failed'] as const

export function createJudgementTable(engine: Engine): JudgementStore {
  return {
    saveJudgement: async (judgement) => {
      const rows = [toRowJson(toRow(judgement))]
      await engine.insert('analysis', { table: 'agent_judgements', rows })
    },
    readJudgements: (runId, judge) => readJudgements(engine, runId, judge),
    sumJudgeSpending: (since) => sumSpending(engine, since)
  }
}

async function readJudgements(
  engine: Engine,
  runId: RunId,
  judge: string
): Promise<readonly StoredJudgement[]> {
  const asked = { database: engine.database, runId, judge, limit: JUDGEMENTS_READ_MAX }
  const rows = await engine.read<JudgementRow>('analysis', sqlText(READ_JUDGEMENTS, asked))
  return rows.map(fromRow)
}

async function sumSpending(engine: Engine, since: UnixNano): Promise<JudgeSpending> {
  const statement = sqlText(SUM_SPENDING, { database: engine.database, since })
  const [sum] = await engine.read<{ Tokens: string; Usd: number }>('analysis', statement)
  return { tokens: Number(sum?.Tokens ?? 0), costUsd: sum?.Usd ?? 0 }
}

function toRow(judgement: StoredJudgement): RowToWrite<JudgementRow> {
  return {
    RunId: judgement.runId,
    BegunAt: nanosCell(judgement.begunAt),
    Revision: judgement.state === 'begun' ? 1 : 2,
    Fingerprint: judgement.fingerprint,
    Judge: judgement.judge,
    LocalizerVersion: judgement.localizerVersion,
    State: judgement.state,
    InputTokens: bigCountCell(judgement.inputTokens),
    OutputTokens: bigCountCell(judgement.outputTokens),
    CostUsd: optionalFloatCell(judgement.costUsd),
    Localization: judgement.localization
  }
}

function fromRow(row: JudgementRow): StoredJudgement {
  return {
    runId: toRunId(row.RunId),
    begunAt: readNanos(row.BegunAt),
    fingerprint: row.Fingerprint,
    judge: row.Judge,
    localizerVersion: row.LocalizerVersion,
    state: readWord(STATES, row.State, 'failed'),
    inputTokens: Number(row.InputTokens),
    outputTokens: Number(row.OutputTokens),
    costUsd: readOptionalNumber(row.CostUsd),
    localization: row.Localization
  }
}

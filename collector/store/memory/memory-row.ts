// What one run adds to the failure patterns as a row of agent_patterns, and back.

import type { FailurePattern, PatternRecord, RunId, RunMemory } from '../../model/index.ts'
import { ONSET_CATEGORIES, STAGE_NAMES, toRunId } from '../../model/index.ts'
import type { RowToWrite } from '../rows/cells.ts'
import { countCell, nanosCell, readNanos, readWord } from '../rows/cells.ts'

export interface PatternColumns {
  readonly PatternId: string
  readonly Agent: string
  readonly Model: string
  readonly Tool: string
  readonly Category: string
  readonly Stage: string
  readonly Family: string
  readonly Sign: string
}

export interface MemoryRow extends PatternColumns {
  readonly RunId: string
  readonly SeenAt: string
  readonly Service: string
  readonly OnsetStepIndex: number
  readonly DivergedStepIndex: number
  readonly DivergedQuote: string
  readonly SuccessRunId: string
  readonly SuccessStepIndex: number
}

/** As counted over runs: 64-bit columns come as text. */
export interface PatternRow extends PatternColumns {
  readonly Hits: string
  readonly Weight: number
  readonly Confirmed: string
  readonly Refuted: string
  readonly Helpfulness: number
  readonly FirstSeenAt: string
  readonly LastSeenAt: string
  readonly LastRunId: string
}

export function toMemoryRow(memory: RunMemory): RowToWrite<MemoryRow> {
  const { pattern, divergence } = memory
  return {
    RunId: memory.runId,
    SeenAt: nanosCell(memory.seenAt),
    Service: memory.service,
    PatternId: pattern.patternId,
    Agent: pattern.agent,
    Model: pattern.model,
    Tool: pattern.tool,
    Category: pattern.category,
    Stage: pattern.stage,
    Family: pattern.family,
    Sign: pattern.sign,
    OnsetStepIndex: countCell(memory.onsetStepIndex),
    DivergedStepIndex: countCell(divergence?.stepIndex),
    DivergedQuote: divergence?.quote ?? '',
    SuccessRunId: divergence?.successRunId ?? '',
    SuccessStepIndex: countCell(divergence?.successStepIndex)
  }
}

export function fromMemoryRow(row: MemoryRow, runId: RunId): RunMemory {
  const isDiverged = row.DivergedStepIndex > 0
  return {
    runId,
    service: row.Service,
    onsetStepIndex: row.OnsetStepIndex,
    pattern: toPattern(row),
    divergence: isDiverged
      ? {
          stepIndex: row.DivergedStepIndex,
          quote: row.DivergedQuote,
          successRunId: toRunId(row.SuccessRunId),
          successStepIndex: row.SuccessStepIndex
        }
      : undefined,
    seenAt: readNanos(row.SeenAt)
  }
}

export function fromPatternRow(row: PatternRow): PatternRecord {
  return {
    pattern: toPattern(row),
    hits: Number(row.Hits),
    weight: row.Weight,
    confirmed: Number(row.Confirmed),
    refuted: Number(row.Refuted),
    helpfulness: row.Helpfulness,
    firstSeenAt: readNanos(row.FirstSeenAt),
    lastSeenAt: readNanos(row.LastSeenAt),
    lastRunId: toRunId(row.LastRunId)
  }
}

function toPattern(row: PatternColumns): FailurePattern {
  return {
    patternId: row.PatternId,
    agent: row.Agent,
    model: row.Model,
    tool: row.Tool,
    category: readWord(ONSET_CATEGORIES, row.Category, 'other'),
    stage: readWord(STAGE_NAMES, row.Stage, 'implementation'),
    family: row.Family,
    sign: row.Sign
  }
}

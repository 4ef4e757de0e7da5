// A ranked onset as a row of agent_onsets, and back.

import type { Evidence, Onset, OnsetRecord, RunTree, Tokens } from '../../model/index.ts'
import { ONSET_CATEGORIES, STAGE_NAMES, toRunId, toSpanId, toStepId } from '../../model/index.ts'
import type { RowToWrite } from './cells.ts'
import {
  countCell,
  floatCell,
  fromTokenCells,
  nanosCell,
  optionalFloatCell,
  readNanos,
  readOptionalNumber,
  readOptionalText,
  readWord,
  textCell,
  toTokenCells
} from './cells.ts'

const METHODS = ['deterministic', 'judge'] as const

export interface OnsetRow {
  readonly RunId: string
  readonly Rank: number
  readonly RunStart: string
  readonly OnsetTime: string
  readonly Service: string
  readonly Agent: string
  readonly TraceId: string
  readonly SpanId: string
  readonly StepId: string
  readonly StepIndex: number
  readonly Stage: string
  readonly Category: string
  readonly Confidence: number
  readonly Summary: string
  readonly Chain: readonly number[]
  readonly SymptomStepIndex: number
  readonly 'Evidence.StepIndex': readonly number[]
  readonly 'Evidence.Detector': readonly string[]
  readonly 'Evidence.Quote': readonly string[]
  readonly 'Evidence.Weight': readonly number[]
  readonly Caveats: readonly string[]
  readonly WasteSteps: number
  readonly WasteInputTokens: string | null
  readonly WasteOutputTokens: string | null
  readonly WasteCacheReadTokens: string | null
  readonly WasteCacheWriteTokens: string | null
  readonly WasteReasoningTokens: string | null
  readonly WasteCostUsd: number | null
  readonly WasteMs: number
  readonly Method: string
  readonly LocalizerVersion: string
  readonly Provisional: boolean
}

/** Columns of an onset as a value, in the order of the table: not what only filters and charts look at. */
export const ONSET_COLUMNS = [
  'RunId',
  'Rank',
  'Revision',
  'SpanId',
  'StepId',
  'StepIndex',
  'Stage',
  'Category',
  'Confidence',
  'Summary',
  'Chain',
  'SymptomStepIndex',
  'Evidence.StepIndex',
  'Evidence.Detector',
  'Evidence.Quote',
  'Evidence.Weight',
  'Caveats',
  'WasteSteps',
  'WasteInputTokens',
  'WasteOutputTokens',
  'WasteCacheReadTokens',
  'WasteCacheWriteTokens',
  'WasteReasoningTokens',
  'WasteCostUsd',
  'WasteMs',
  'Method',
  'LocalizerVersion',
  'Provisional'
] as const satisfies readonly (keyof StoredOnsetRow)[]

export type OnsetValueRow = Pick<StoredOnsetRow, (typeof ONSET_COLUMNS)[number]>

export interface StoredOnsetRow extends OnsetRow {
  readonly Revision: number
  readonly DetectedAt: string
}

export function toOnsetRow(onset: Onset, { run, steps }: RunTree): RowToWrite<OnsetRow> {
  const step = steps[onset.stepIndex - 1]
  return {
    RunId: run.runId,
    Rank: countCell(onset.rank),
    RunStart: nanosCell(run.startTime),
    OnsetTime: nanosCell(step?.startTime ?? run.startTime),
    Service: run.service,
    Agent: textCell(run.agent),
    TraceId: step?.traceId ?? run.traceIds[0] ?? '',
    SpanId: onset.spanId,
    StepId: onset.stepId,
    StepIndex: countCell(onset.stepIndex),
    Stage: onset.stage,
    Category: onset.category,
    Confidence: floatCell(onset.confidence),
    Summary: onset.summary,
    Chain: onset.chain.map(countCell),
    SymptomStepIndex: countCell(onset.symptomStepIndex),
    'Evidence.StepIndex': onset.evidence.map((item) => countCell(item.stepIndex)),
    'Evidence.Detector': onset.evidence.map((item) => item.detector),
    'Evidence.Quote': onset.evidence.map((item) => item.quote),
    'Evidence.Weight': onset.evidence.map((item) => floatCell(item.weight)),
    Caveats: onset.caveats,
    WasteSteps: countCell(onset.waste.steps),
    ...toWasteTokenCells(onset.waste.tokens),
    WasteCostUsd: optionalFloatCell(onset.waste.costUsd),
    WasteMs: floatCell(onset.waste.ms),
    Method: onset.method,
    LocalizerVersion: onset.localizerVersion,
    Provisional: onset.provisional
  }
}

export function fromOnsetRow(row: OnsetValueRow): Onset {
  return {
    runId: toRunId(row.RunId),
    rank: row.Rank,
    stepIndex: row.StepIndex,
    stepId: toStepId(row.StepId),
    spanId: toSpanId(row.SpanId),
    stage: readWord(STAGE_NAMES, row.Stage, 'inspection'),
    category: readWord(ONSET_CATEGORIES, row.Category, 'other'),
    confidence: row.Confidence,
    summary: row.Summary,
    chain: row.Chain,
    symptomStepIndex: row.SymptomStepIndex,
    evidence: fromEvidenceCells(row),
    caveats: row.Caveats,
    waste: {
      steps: row.WasteSteps,
      tokens: fromWasteTokenCells(row),
      costUsd: readOptionalNumber(row.WasteCostUsd),
      ms: row.WasteMs
    },
    method: readWord(METHODS, row.Method, 'deterministic'),
    localizerVersion: row.LocalizerVersion,
    provisional: row.Provisional
  }
}

export function toOnsetRecord(row: StoredOnsetRow): OnsetRecord {
  return {
    onset: fromOnsetRow(row),
    service: row.Service,
    agent: readOptionalText(row.Agent),
    runStartTime: readNanos(row.RunStart),
    detectedAt: readNanos(row.DetectedAt)
  }
}

function fromEvidenceCells(row: OnsetValueRow): Evidence[] {
  return row['Evidence.StepIndex'].map((stepIndex, at) => ({
    stepIndex,
    detector: row['Evidence.Detector'][at] ?? '',
    quote: row['Evidence.Quote'][at] ?? '',
    weight: row['Evidence.Weight'][at] ?? 0
  }))
}

function toWasteTokenCells(tokens: Tokens) {
  const cells = toTokenCells(tokens)
  return {
    WasteInputTokens: cells.InputTokens,
    WasteOutputTokens: cells.OutputTokens,
    WasteCacheReadTokens: cells.CacheReadTokens,
    WasteCacheWriteTokens: cells.CacheWriteTokens,
    WasteReasoningTokens: cells.ReasoningTokens
  }
}

function fromWasteTokenCells(row: OnsetValueRow): Tokens {
  return fromTokenCells({
    InputTokens: row.WasteInputTokens,
    OutputTokens: row.WasteOutputTokens,
    CacheReadTokens: row.WasteCacheReadTokens,
    CacheWriteTokens: row.WasteCacheWriteTokens,
    ReasoningTokens: row.WasteReasoningTokens
  })
}

// Ingest as JSONEachRow, the plain way: what the columnar one is held against, row by row and in benchmarks.

import type { ClassifiedStep, DecodedSpan, IngestBatch } from '../../collector/model/index.ts'
import type { Engine, LaneName, TableName } from '../../collector/store/engine/engine.ts'
import type { IngestClock } from '../../collector/store/ingest-clock.ts'
import { nanosCell, secondsCell } from '../../collector/store/rows/cells.ts'
import { toRowJson } from '../../collector/store/rows/row-json.ts'
import { toSpanRow } from './span-row.ts'
import { toStepRow } from '../../collector/store/rows/step-row.ts'
import type { EncodedBatch, IngestFormat } from '../../collector/store/write/ingest-format.ts'
import type { EncodedRow } from '../../collector/store/write/split-inserts.ts'
import { dayOf, splitInserts, weekOf } from '../../collector/store/write/split-inserts.ts'

export interface JsonBatch extends EncodedBatch {
  readonly spans: readonly EncodedRow[]
  readonly steps: readonly EncodedRow[]
}

export interface JsonIngestOptions {
  readonly engine: Engine
  readonly clock: Pick<IngestClock, 'next'>
}

export function createJsonIngest({ engine, clock }: JsonIngestOptions): IngestFormat<JsonBatch> {
  return {
    encode: (batch) => encodeBatch(batch, clock.next()),
    insert: async (batches) => {
      const results = await Promise.allSettled([
        insertRows(engine, { lane: 'spans', table: 'otel_traces' }, batches.flatMap(spansOf)),
        insertRows(engine, { lane: 'steps', table: 'agent_steps' }, batches.flatMap(stepsOf))
      ])
      const failed = results.find((result) => result.status === 'rejected')
      if (failed !== undefined) throw failed.reason
    }
  }
}

function encodeBatch(batch: IngestBatch, ingestedAt: bigint): JsonBatch {
  const spans = batch.spans.map(encodeSpan)
  const steps = batch.steps.map((step) => encodeStep(step, ingestedAt))
  return {
    spans,
    steps,
    rows: spans.length + steps.length,
    bytes: countChars(spans) + countChars(steps)
  }
}

function encodeSpan(span: DecodedSpan): EncodedRow {
  return { json: toRowJson(toSpanRow(span)), partition: dayOf(span.startTime) }
}

function encodeStep(step: ClassifiedStep, ingestedAt: bigint): EncodedRow {
  const json = toRowJson({
    ...toStepRow(step),
    Revision: 0,
    PartitionTime: secondsCell(step.startTime),
    IngestedAt: nanosCell(ingestedAt),
    Stage: step.effects.stage
  })
  return { json, partition: weekOf(step.startTime) }
}

function countChars(rows: readonly EncodedRow[]): number {
  return rows.reduce((chars, row) => chars + row.json.length, 0)
}

function spansOf(batch: JsonBatch): readonly EncodedRow[] {
  return batch.spans
}

function stepsOf(batch: JsonBatch): readonly EncodedRow[] {
  return batch.steps
}

async function insertRows(
  engine: Engine,
  { lane, table }: { readonly lane: LaneName; readonly table: TableName },
  rows: readonly EncodedRow[]
): Promise<void> {
  for (const insert of splitInserts(rows)) await engine.insert(lane, { table, rows: insert })
}

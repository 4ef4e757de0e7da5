// Ingest as JSONEachRow: each row becomes its JSON text when the batch arrives, so that the queue is
// bounded by what it really holds. Spans and steps go in side by side, each over its own connection.

import type { ClassifiedStep, DecodedSpan, IngestBatch } from '../../model/index.ts'
import type { Engine, LaneName, TableName } from '../engine/engine.ts'
import type { IngestClock } from '../ingest-clock.ts'
import { nanosCell, secondsCell } from '../rows/cells.ts'
import { toRowJson } from '../rows/row-json.ts'
import { toSpanRow } from '../rows/span-row.ts'
import { toStepRow } from '../rows/step-row.ts'
import type { EncodedBatch, IngestFormat } from './ingest-format.ts'
import type { EncodedRow } from './split-inserts.ts'
import { dayOf, splitInserts, weekOf } from './split-inserts.ts'

export interface JsonBatch extends EncodedBatch {
  readonly spans: readonly EncodedRow[]
  readonly steps: readonly EncodedRow[]
}

export interface JsonIngestOptions {
  readonly engine: Engine
  readonly clock: IngestClock
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
    chars: countChars(spans) + countChars(steps)
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

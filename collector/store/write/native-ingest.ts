// Ingest in ClickHouse's Native format: a batch becomes a block of columns for each table when it arrives, so
// that the queue is bounded by what it really holds, and the engine parses nothing. Spans and steps go in side
// by side, each over its own connection.

import type { ClassifiedStep, DecodedSpan, IngestBatch } from '../../model/index.ts'
import type { Engine, LaneName, TableName } from '../engine/engine.ts'
import type { IngestClock } from '../ingest-clock.ts'
import { SPAN_COLUMNS } from '../rows/span-columns.ts'
import { stepColumns } from '../rows/step-columns.ts'
import type { EncodedBatch, IngestFormat } from './ingest-format.ts'
import { BufferPool } from './native/buffer-pool.ts'
import { BlockEncoder } from './native/encode-block.ts'
import type { Column } from './native/columns.ts'
import type { EncodedBlock, RowGroup } from './gather-blocks.ts'
import { gatherInserts, INSERT_BYTES_MAX, splitByPartitions } from './gather-blocks.ts'
import { dayOf, weekOf } from './split-inserts.ts'

export interface NativeBatch extends EncodedBatch {
  readonly spans: readonly EncodedBlock[]
  readonly steps: readonly EncodedBlock[]
}

export interface NativeIngestOptions {
  readonly engine: Pick<Engine, 'insertBlocks'>
  readonly clock: Pick<IngestClock, 'next'>
}

const SPAN_COLUMN_NAMES = SPAN_COLUMNS.map(({ name }) => name)
const STEP_COLUMN_NAMES = stepColumns(0n).map(({ name }) => name)

/** Memory kept for blocks: those of one full group, which is written while the next one gathers. */
const KEPT_BYTES_MAX = 67_108_864

export function createNativeIngest(options: NativeIngestOptions): IngestFormat<NativeBatch> {
  const { engine, clock } = options
  const pool = new BufferPool(KEPT_BYTES_MAX)
  const encoder = new BlockEncoder(pool)
  // What failed once may still be on its way to a server, written again or not: its memory is not used again.
  const suspects = new WeakSet<NativeBatch>()
  return {
    encode: ({ spans, steps }: IngestBatch) => {
      const spanGroups = splitByPartitions<DecodedSpan>(spans, (span) => dayOf(span.startTime))
      const stepGroups = splitByPartitions<ClassifiedStep>(steps, (step) => weekOf(step.startTime))
      const columns = stepColumns(clock.next())
      return toBatch(
        spanGroups.flatMap((group) => encodeGroup(encoder, SPAN_COLUMNS, group)),
        stepGroups.flatMap((group) => encodeGroup(encoder, columns, group))
      )
    },
    insert: async (batches) => {
      const results = await Promise.allSettled([
        insertBlocks(
          engine,
          { lane: 'spans', table: 'otel_traces', columns: SPAN_COLUMN_NAMES },
          batches.flatMap(({ spans }) => spans)
        ),
        insertBlocks(
          engine,
          { lane: 'steps', table: 'agent_steps', columns: STEP_COLUMN_NAMES },
          batches.flatMap(({ steps }) => steps)
        )
      ])
      const failed = results.find((result) => result.status === 'rejected')
      if (failed !== undefined) {
        for (const batch of batches) suspects.add(batch)
        throw failed.reason
      }
      for (const batch of batches) if (!suspects.has(batch)) giveBack(batch, pool)
    }
  }
}

function giveBack({ spans, steps }: NativeBatch, pool: BufferPool): void {
  for (const { bytes } of [...spans, ...steps]) pool.give(bytes)
}

function toBatch(spans: readonly EncodedBlock[], steps: readonly EncodedBlock[]): NativeBatch {
  const blocks = [...spans, ...steps]
  return {
    spans,
    steps,
    rows: blocks.reduce((rows, block) => rows + block.rows, 0),
    bytes: blocks.reduce((bytes, block) => bytes + block.bytes.length, 0)
  }
}

/** One block, or several when it would be more than one insert: how large it is shows when it is written. */
function encodeGroup<Row>(
  encoder: BlockEncoder,
  columns: readonly Column<Row>[],
  { rows, partitions }: RowGroup<Row>
): readonly EncodedBlock[] {
  const bytes = encoder.encode(columns, rows)
  if (bytes.length <= INSERT_BYTES_MAX || rows.length === 1) {
    return [{ rows: rows.length, bytes, partitions }]
  }
  const middle = Math.ceil(rows.length / 2)
  const halves = [rows.slice(0, middle), rows.slice(middle)]
  return halves.flatMap((half) => encodeGroup(encoder, columns, { rows: half, partitions }))
}

interface Target {
  readonly lane: LaneName
  readonly table: TableName
  readonly columns: readonly string[]
}

async function insertBlocks(
  engine: Pick<Engine, 'insertBlocks'>,
  { lane, table, columns }: Target,
  blocks: readonly EncodedBlock[]
): Promise<void> {
  for (const insert of gatherInserts(blocks)) {
    await engine.insertBlocks(lane, { table, columns, blocks: insert.map(({ bytes }) => bytes) })
  }
}

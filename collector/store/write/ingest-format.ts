// How ingest's batches become bytes for the engine: what group commit needs to know of it and no more.

import type { IngestBatch } from '../../model/index.ts'

export interface EncodedBatch {
  readonly rows: number
  /** Held until the batch is written. */
  readonly bytes: number
}

export interface IngestFormat<Encoded extends EncodedBatch> {
  /** Never throws: whatever can be in a batch can be stored. */
  encode(batch: IngestBatch): Encoded
  /** Durable when resolved. After an error, some of the rows may be stored. */
  insert(batches: readonly Encoded[]): Promise<void>
}

// How ingest's batches become bytes for the engine: what group commit needs to know, so that another
// encoding (columnar Native, see ADR on the store's wire) is another file and nothing else.

import type { IngestBatch } from '../../model/index.ts'

export interface EncodedBatch {
  readonly rows: number
  /** UTF-16 units held until the batch is written. */
  readonly chars: number
}

export interface IngestFormat<Encoded extends EncodedBatch> {
  /** Never throws: whatever can be in a batch can be stored. */
  encode(batch: IngestBatch): Encoded
  /** Durable when resolved. After an error, some of the rows may be stored. */
  insert(batches: readonly Encoded[]): Promise<void>
}

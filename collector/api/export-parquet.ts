// A page of runs as one Parquet file: a row a step, made by the engine. Whole or an error; the first piece is
// waited for, so that what can be refused is refused with a status.

import type { ExportedStepsOf, RunRecord } from '../model/index.ts'
import type { ApiOptions } from './api-options.ts'
import { SUB_AGENT_TOOLS } from './export-labelled.ts'
import { findAgreedTruth } from './export-truth.ts'
import { maskReport } from './mask-report.ts'

export interface ParquetRequest {
  readonly labelledOnly: boolean
  readonly maskText: ApiOptions['maskText']
  /** Of whoever asked: gone is gone. */
  readonly signal: AbortSignal
}

export interface ParquetFile {
  /** Of which there are rows; a run without a step has none. */
  readonly runs: number
  readonly pieces: AsyncIterable<Uint8Array>
}

/** @throws CollectorError what the store has against it. */
export async function openParquetFile(
  store: ApiOptions['store'],
  records: readonly RunRecord[],
  { labelledOnly, maskText, signal }: ParquetRequest
): Promise<ParquetFile> {
  const runs: ExportedStepsOf[] = []
  for (const { run, state, revision } of records) {
    if (state !== 'complete') continue
    const truth = findAgreedTruth(await store.readFeedback(run.runId), run.stepCount)
    if (labelledOnly && truth === undefined) continue
    // The engine cannot mask: what would have to be is left out.
    const withoutReport = maskReport(run, maskText) !== run
    runs.push({
      runId: run.runId,
      revision,
      withoutReport,
      ...(truth === undefined ? {} : { truth })
    })
  }
  const request = { runs, subAgentTools: [...SUB_AGENT_TOOLS], signal }
  const pieces = store.exportSteps(request)[Symbol.asyncIterator]()
  // A stream to nobody may never be read or destroyed, and the file would stay.
  signal.addEventListener('abort', () => void pieces.return?.(), { once: true })
  const first = await pieces.next()
  return { runs: runs.length, pieces: goOn(first, pieces) }
}

/** Not a generator: one that nobody began to read would not let go of the engine's file. */
function goOn(
  first: IteratorResult<Uint8Array>,
  rest: AsyncIterator<Uint8Array>
): AsyncIterable<Uint8Array> {
  let held: IteratorResult<Uint8Array> | undefined = first
  const iterator: AsyncIterator<Uint8Array> = {
    next: async () => {
      const piece = held ?? (await rest.next())
      held = undefined
      return piece
    },
    return: async () => {
      await rest.return?.()
      return { done: true, value: undefined }
    }
  }
  return { [Symbol.asyncIterator]: () => iterator }
}

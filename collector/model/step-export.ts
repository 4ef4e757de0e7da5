// The contract of whoever asks for many steps as a file with the store that makes it.

import type { OnsetCategory } from './onset.ts'
import type { RunId } from './quantities.ts'

/** A run whose steps go into a file, with what people agree on about it. */
export interface ExportedStepsOf {
  readonly runId: RunId
  readonly revision: number
  /** Its checks and what its verifier printed are not to be told. */
  readonly withoutReport?: boolean
  /** Absent when nobody said anything, or when people contradict each other. */
  readonly truth?: {
    /** Undefined: no step is to blame. */
    readonly onsetStepIndex: number | undefined
    readonly category: OnsetCategory | undefined
  }
}

export interface StepExport {
  /** At most LIST_LIMIT_MAX. */
  readonly runs: readonly ExportedStepsOf[]
  /** Names of the tools that start sub-agents. */
  readonly subAgentTools: readonly string[]
  /** Stops the statement. */
  readonly signal: AbortSignal
}

export interface StepExporter {
  /**
   * Steps as one Parquet file, in pieces, in order of run id and number. The last piece comes only when the
   * file is whole and no run got another revision meanwhile; else the iteration rejects.
   *
   * @throws CollectorError STORE_BUSY when too many files are being made, or a run changed.
   */
  exportSteps(request: StepExport): AsyncIterable<Uint8Array>
}

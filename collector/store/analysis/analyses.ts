// What completion and assembly need: pending runs, the steps of a run as they came, and saving what an
// analysis made of them. Analyses of one run are saved one after another.

import type { Analysis, PendingRun, RunId, StoredSteps, UnixNano } from '../../model/index.ts'
import { fromUnixMillis } from '../../model/index.ts'
import type { Engine } from '../engine/engine.ts'
import type { Reports } from '../reports.ts'
import { fromIngestedRow } from '../rows/run-step-row.ts'
import type { StoreMetrics } from '../store-metrics.ts'
import { mapInSlices } from './in-slices.ts'
import { findPendingRuns } from './pending-runs.ts'
import { saveAnalysis } from './save-analysis.ts'
import { readStoredSteps } from './stored-steps.ts'

export interface AnalysesOptions {
  readonly engine: Engine
  readonly metrics: StoreMetrics
  readonly reports: Reports
  readonly now: () => number
}

export class Analyses {
  readonly #engine: Engine
  readonly #metrics: StoreMetrics
  readonly #reports: Reports
  readonly #now: () => number
  readonly #saving = new Map<RunId, Promise<unknown>>()

  constructor({ engine, metrics, reports, now }: AnalysesOptions) {
    this.#engine = engine
    this.#metrics = metrics
    this.#reports = reports
    this.#now = now
  }

  findPendingRuns(ingestedSince: UnixNano, limit: number): Promise<readonly PendingRun[]> {
    return this.#metrics.timeRead('find_pending_runs', () =>
      findPendingRuns(this.#engine, ingestedSince, limit)
    )
  }

  /**
   * Reports that arrive while the steps are read count as seen, so a caller who wants reports reads them
   * after this has resolved, not at the same time.
   */
  readRunSteps(runId: RunId): Promise<StoredSteps> {
    return this.#metrics.timeRead('read_run_steps', async () => {
      const stored = await readStoredSteps(this.#engine, runId)
      const reported = await this.#reports.readNewestReport(runId)
      const given = await mapInSlices(stored.rows, fromIngestedRow)
      const steps = given.toSorted((a, b) => {
        if (a.startTime !== b.startTime) return a.startTime < b.startTime ? -1 : 1
        return a.stepId < b.stepId ? -1 : 1
      })
      const { capped, ingestedThrough } = stored
      return {
        steps,
        capped,
        ingestedThrough: reported > ingestedThrough ? reported : ingestedThrough
      }
    })
  }

  async saveAnalysis(analysis: Analysis): Promise<number> {
    const { runId } = analysis.tree.run
    const before = this.#saving.get(runId) ?? Promise.resolve()
    const saving = before.then(
      () => this.#save(analysis),
      () => this.#save(analysis)
    )
    this.#saving.set(runId, saving)
    try {
      return await saving
    } finally {
      if (this.#saving.get(runId) === saving) this.#saving.delete(runId)
    }
  }

  async #save(analysis: Analysis): Promise<number> {
    const analyzedAt = fromUnixMillis(this.#now())
    const { revision, isNew } = await saveAnalysis(this.#engine, analysis, analyzedAt)
    this.#metrics.countAnalysis(isNew ? 'written' : 'unchanged')
    return revision
  }
}

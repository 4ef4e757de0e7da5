// One whole run for an export, all of one revision. Steps are turned into what the format needs page by page,
// so that the texts of one page are held and not those of a run.

import type { Onset, RunId, RunRecord, RunStep, Stage } from '../model/index.ts'
import { CollectorError } from '../model/index.ts'
import type { ApiOptions } from './api-options.ts'
import type { AgreedTruth } from './export-truth.ts'
import { findAgreedTruth } from './export-truth.ts'
import { readRunDetail } from './run-detail.ts'

export interface ExportedRun<T> {
  readonly record: RunRecord
  readonly stages: readonly Stage[]
  readonly onsets: readonly Onset[]
  readonly truth: AgreedTruth | undefined
  readonly steps: readonly T[]
}

const STEPS_PER_PAGE = 2_000

/** A run is analyzed at most every few seconds; three collisions in a row are no coincidence. */
const READ_ATTEMPTS_MAX = 3

/**
 * Undefined when the run is gone. `begin` is called once for each attempt and makes what takes its steps.
 *
 * @throws CollectorError STORE_BUSY when the run changes faster than it can be read.
 */
export async function readExportedRun<T>(
  store: ApiOptions['store'],
  runId: RunId,
  begin: () => (step: RunStep) => T
): Promise<ExportedRun<T> | undefined> {
  for (let attempt = 1; attempt <= READ_ATTEMPTS_MAX; attempt += 1) {
    const take = begin()
    const feedback = await store.readFeedback(runId)
    const first = await readRunDetail(store, runId, { after: 0, limit: STEPS_PER_PAGE })
    if (first === undefined) return undefined
    const { record, stages, onsets } = first
    const steps = first.steps.map(take)
    let page = first
    while (page.nextStepsAfter !== undefined && page.record.revision === record.revision) {
      const next = { after: page.nextStepsAfter, limit: STEPS_PER_PAGE }
      const read = await readRunDetail(store, runId, next)
      if (read === undefined) return undefined
      page = read
      for (const step of page.steps) steps.push(take(step))
    }
    if (page.record.revision !== record.revision) continue
    const truth = findAgreedTruth(feedback, record.run.stepCount)
    return { record, stages, onsets, truth, steps }
  }
  const message = `run ${runId} is analyzed again and again while it is exported; go on from the last cursor`
  throw new CollectorError('STORE_BUSY', message, { retryable: true })
}

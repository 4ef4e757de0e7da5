// One run with its parts, all of one revision: an analysis that ends between two reads would otherwise
// give steps of one numbering and onsets of another.

import type { Onset, RunId, RunReader, RunRecord, RunStep, Stage } from '../model/index.ts'

export interface RunDetail {
  readonly record: RunRecord
  readonly stages: readonly Stage[]
  readonly steps: readonly RunStep[]
  readonly onsets: readonly Onset[]
  /** Index of the last step of this page when the run has more. */
  readonly nextStepsAfter: number | undefined
}

export interface StepsPage {
  /** Steps with a greater index. */
  readonly after: number
  readonly limit: number
}

/** Of 2,000 steps without texts to the 10,000 of the largest page: a response of at most some 30 MB. */
const PAGE_TEXT_CHARS_MAX = 16_777_216

/**
 * A read costs the same for 500 and 2,000 steps of usual length (about 90 ms, 10,000-step run), so few and
 * large ones are right; with all texts at their bounds this many are 128 million characters at most.
 */
const STEPS_PER_READ = 1_000

/** A run is analyzed at most every few seconds; two collisions in a row are a coincidence, three a loop. */
const READ_ATTEMPTS_MAX = 3

/** Undefined when the run is unknown. A page ends early when its texts are long, never without a step. */
export async function readRunDetail(
  store: RunReader,
  runId: RunId,
  page: StepsPage
): Promise<RunDetail | undefined> {
  let record = await store.findRun(runId)
  for (let attempt = 1; record !== undefined; attempt += 1) {
    const [stages, onsets, steps] = await Promise.all([
      store.readStages(runId),
      store.readOnsets(runId),
      readStepsPage(store, runId, page)
    ])
    const after = await store.findRun(runId)
    if (after?.revision === record.revision || attempt === READ_ATTEMPTS_MAX) {
      const last = steps.at(-1)?.index ?? page.after
      const nextStepsAfter = last < record.run.stepCount && steps.length > 0 ? last : undefined
      return { record, stages, steps, onsets, nextStepsAfter }
    }
    record = after
  }
  return undefined
}

async function readStepsPage(
  store: RunReader,
  runId: RunId,
  page: StepsPage
): Promise<readonly RunStep[]> {
  const steps: RunStep[] = []
  let chars = 0
  while (steps.length < page.limit) {
    const after = steps.at(-1)?.index ?? page.after
    const wanted = Math.min(STEPS_PER_READ, page.limit - steps.length)
    const read = await store.readSteps(runId, after, wanted)
    for (const step of read) {
      chars += countChars(step)
      if (chars > PAGE_TEXT_CHARS_MAX && steps.length > 0) return steps
      steps.push(step)
    }
    if (read.length < wanted) return steps
  }
  return steps
}

function countChars(step: RunStep): number {
  return step.action.length + step.arguments.length + step.thought.length + step.observation.length
}

// Whether a run is one for the judge, and whether two analyses of a run are the same case.

import { createHash } from 'node:crypto'
import type { Localization, RunTree } from '@onset/collector/model'
import type { JudgeLimits } from './limits.ts'
import { JUDGE_AGENT } from './limits.ts'

/** Something is in question, and the deterministic answer is not sure of it. */
export function isWanted(
  { run }: RunTree,
  { onsets }: Localization,
  { belowConfidence }: JudgeLimits
): boolean {
  if (run.agent === JUDGE_AGENT || onsets.length < 2) return false
  const best = onsets.find(({ rank }) => rank === 1)
  return best !== undefined && !best.provisional && best.confidence < belowConfidence
}

/** Of all that is asked about: a run with the same one has the same verdict. */
export function fingerprint({ run, steps }: RunTree, localization: Localization): string {
  const hash = createHash('sha256')
  hash.update(
    JSON.stringify([run.task, run.outcome, run.checks, run.verifierOutput, run.finalMessage])
  )
  hash.update(JSON.stringify(localization))
  for (const step of steps) {
    // Lengths stand for texts: a step's texts do not change, they arrive or are cut otherwise.
    const lengths = [step.action, step.arguments, step.thought, step.observation].map(
      ({ length }) => length
    )
    hash.update(`${step.stepId} ${lengths.join(' ')}\n`)
  }
  return hash.digest('hex')
}

// A run as `onset export --format jsonl` writes it and as `onset eval` reads it again.

import { classifyStep } from '@onset/collector/effects'
import { encodeLabelledRun, encodeLabelledSteps } from '../../collector/api/export-labelled.ts'
import type { Onset, RunTree } from '../../collector/model/index.ts'
import { maskText } from '../../collector/normalizer/index.ts'
import { assembleRun } from '../../processors/assembler/index.ts'
import { assembleRunTree, classifySteps } from '../../processors/evaluation/production.ts'
import { readOnsetsRun } from '../../processors/evaluation/datasets/onsets.ts'
import type { JsonObject } from '../../processors/evaluation/datasets/fields.ts'
import { BUILT_START } from './builders.ts'

/** The line of a run that nobody has labelled. */
export function exportedLine(tree: RunTree): string {
  const exported = {
    record: {
      run: tree.run,
      state: 'complete',
      revision: 1,
      partial: false,
      abstention: undefined,
      topOnset: undefined,
      analyzedAt: BUILT_START
    },
    stages: tree.stages,
    onsets: [],
    truth: undefined,
    steps: tree.steps.map(encodeLabelledSteps())
  } as const
  return encodeLabelledRun(exported, maskText)
}

/** The run of such a line, by the path that the evaluation takes. */
export function readAgain(line: string): RunTree {
  const run = readOnsetsRun(JSON.parse(line) as JsonObject)
  return assembleRunTree(assembleRun, run, classifySteps(classifyStep, run))
}

/** What two localizations must have in common to be the same answer. */
export function toAnswer(onsets: readonly Onset[]): readonly unknown[] {
  return onsets.map(({ rank, stepIndex, category, confidence, evidence }) => ({
    rank,
    stepIndex,
    category,
    confidence,
    evidence: evidence.map(({ detector, quote }) => [detector, quote])
  }))
}

// What of a run is drawn: stages, steps with their depth, and gaps where nothing matters.

import type { RunDetailWire, StepWire } from '../../api/index.ts'

export type TreePart =
  | { readonly kind: 'stage'; readonly index: number; readonly name: string }
  | { readonly kind: 'step'; readonly step: StepWire; readonly depth: number }
  | { readonly kind: 'gap'; readonly after: number; readonly count: number }

/** A run that a person reads in one go; longer ones are folded. */
const STEPS_SHOWN_WHOLE = 150

/** On either side of a step that matters. */
const CONTEXT_STEPS = 3

/** Deeper nesting is drawn like this depth: the text needs the room. */
const DEPTH_MAX = 6

export interface Fold {
  readonly chosen: number | undefined
  readonly isUnfolded: boolean
}

export function foldSteps(
  detail: RunDetailWire,
  { chosen, isUnfolded }: Fold
): readonly TreePart[] {
  const { steps } = detail
  const isShown =
    isUnfolded || steps.length <= STEPS_SHOWN_WHOLE
      ? () => true
      : nearSteps([...findCentres(detail), ...(chosen === undefined ? [] : [chosen])])
  const stages = new Map(detail.stages.map((stage) => [stage.index, stage]))
  const depths = new Map<number, number>()
  const parts: TreePart[] = []
  let stageIndex: number | undefined
  let hidden = 0
  let after = 0
  const endGap = (): void => {
    if (hidden > 0) parts.push({ kind: 'gap', after, count: hidden })
    hidden = 0
  }
  for (const step of steps) {
    // Parents come before their children.
    const parent = step.parentIndex === undefined ? undefined : depths.get(step.parentIndex)
    const depth = parent === undefined ? 0 : Math.min(parent + 1, DEPTH_MAX)
    depths.set(step.index, depth)
    if (!isShown(step.index)) {
      hidden += 1
      continue
    }
    endGap()
    if (step.stageIndex !== stageIndex) {
      stageIndex = step.stageIndex
      parts.push({
        kind: 'stage',
        index: step.index,
        name: stages.get(stageIndex)?.name ?? step.stage
      })
    }
    parts.push({ kind: 'step', step, depth })
    after = step.index
  }
  endGap()
  return parts
}

function findCentres({ steps, onsets }: RunDetailWire): readonly number[] {
  const last = steps.at(-1)?.index ?? 1
  const suspected = onsets.flatMap(({ stepIndex, symptomStepIndex, chain, evidence }) => [
    stepIndex,
    symptomStepIndex,
    ...chain,
    ...evidence.map((found) => found.stepIndex)
  ])
  return [1, last, ...suspected]
}

function nearSteps(centres: readonly number[]): (index: number) => boolean {
  const near = new Set<number>()
  for (const centre of centres) {
    for (let index = centre - CONTEXT_STEPS; index <= centre + CONTEXT_STEPS; index += 1) {
      near.add(index)
    }
  }
  return (index) => near.has(index)
}

// Trivial rules that read no more than the kind of each step. A localizer is worth its name only where it
// beats them; they are printed beside it always.

import type { RunStep } from '@onset/collector/model'
import type { Prediction } from '../metrics/onset-scores.ts'

export interface Rule {
  readonly name: string
  /** Steps in the rule's order; when it finds none, the last step is taken. */
  readonly find: (steps: readonly RunStep[]) => readonly number[]
  /** Which of them the rule calls wrong: its first choice, unless told. */
  readonly stepSet?: 'first choice' | 'all' | 'all or none'
  /** The rule makes a step set only: its order means nothing. */
  readonly setOnly?: boolean
}

/** A method that ranks is asked for five: where a reader would have stopped long before. */
const RANKING_DEPTH = 5

export const RULES: readonly Rule[] = [
  { name: 'first step', find: (steps) => indexes(steps) },
  { name: 'last step', find: (steps) => indexes(steps).toReversed() },
  { name: 'first write', find: (steps) => indexes(steps.filter(isWriteTool)) },
  { name: 'last write', find: (steps) => indexes(steps.filter(isWriteTool)).toReversed() },
  {
    name: 'every write or none',
    find: (steps) => indexes(steps.filter(isWriteTool)),
    stepSet: 'all or none',
    setOnly: true
  },
  {
    name: 'every write or last',
    find: (steps) => indexes(steps.filter(isWriteTool)),
    stepSet: 'all',
    setOnly: true
  },
  { name: 'first file change', find: (steps) => indexes(steps.filter(isFileChange)) },
  { name: 'last file change', find: (steps) => indexes(steps.filter(isFileChange)).toReversed() },
  {
    name: 'every file change or last',
    find: (steps) => indexes(steps.filter(isFileChange)),
    stepSet: 'all',
    setOnly: true
  },
  { name: 'first error', find: (steps) => indexes(steps.filter(isError)) },
  { name: 'last error', find: (steps) => indexes(steps.filter(isError)).toReversed() }
]

/** What `rule` says of a run; the ranking goes on from the end of the run where the rule has no more to say. */
export function applyRule(rule: Rule, steps: readonly RunStep[]): Prediction {
  const found = rule.find(steps)
  const ranking = found.slice(0, RANKING_DEPTH)
  for (let last = steps.length; last >= 1 && ranking.length < RANKING_DEPTH; last -= 1) {
    if (!ranking.includes(last)) ranking.push(last)
  }
  return {
    ranking: rule.setOnly === true ? [] : ranking,
    stepSet: chooseStepSet(rule, found, ranking)
  }
}

function chooseStepSet(rule: Rule, found: readonly number[], ranking: readonly number[]) {
  if (rule.stepSet === 'all or none') return found
  if (rule.stepSet === 'all' && found.length > 0) return found
  return ranking.slice(0, 1)
}

const WRITE_TOOLS = new Set(['Write', 'Edit', 'MultiEdit', 'NotebookEdit'])

/** By the tool's name alone; a write that failed counts, as in the published figures. */
function isWriteTool(step: RunStep): boolean {
  return step.tool !== undefined && WRITE_TOOLS.has(step.tool)
}

/** As the product sees it: a change that wrote a file, by whatever tool. */
function isFileChange(step: RunStep): boolean {
  return step.effects.effect === 'change' && step.effects.filesWritten.length > 0
}

export function isError(step: RunStep): boolean {
  const exitCode = step.exitCode ?? step.effects.exitCode ?? 0
  return step.outcome === 'error' || exitCode !== 0 || step.effects.error !== undefined
}

function indexes(steps: readonly RunStep[]): readonly number[] {
  return steps.map((step) => step.index)
}

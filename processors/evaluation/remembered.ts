// What memory would be worth as a weight: the headline's suspects, reordered by what is remembered of other
// runs. Patterns are prequential: a run is ranked with what was said of runs that ended before it and of other
// tasks, and is added only afterwards. Successes are of the same task and count whenever they ended: no label
// is in them.

import type { Localization, Onset, RunTree } from '@onset/collector/model'
import { TASK_CHARS_COMPARED } from '@onset/collector/model'
import { findDivergence, nearestSuccess, patternOf } from '../memory/index.ts'
import type { AnalyzedRun } from './analyzed-run.ts'
import type { Case, LocalizerMethod } from './cases.ts'
import { localizerMethod, toPrediction } from './cases.ts'

/** By how many logarithms of confidence a suspect is moved. */
const WEIGHTS = [0.5, 1, 2]

export interface RememberedCases {
  /** The same answers without memory. */
  readonly before: LocalizerMethod
  /** One for each weight. */
  readonly patterns: readonly LocalizerMethod[]
  readonly divergences: readonly LocalizerMethod[]
  /** Runs with a suspect whose pattern was known before. */
  readonly knownCount: number
  /** By case: whether there is a success of the same task to compare it with. */
  readonly compared: readonly boolean[]
  /** On the compared runs, alone. */
  readonly firstDivergentChange: LocalizerMethod
  readonly firstChange: LocalizerMethod
}

/** Of the first assignment to folds of `base`. */
export function rememberCases(
  cases: readonly Case[],
  base: LocalizerMethod,
  runs: readonly AnalyzedRun[]
): RememberedCases {
  const answers = base.localizations[0] ?? []
  const method = (name: string, of: readonly Localization[]): LocalizerMethod =>
    localizerMethod({ name, kind: base.kind }, cases, [of])
  const divergedAt = findDivergences(cases, runs)
  const bonuses = tellPatterns(cases, answers)
  return {
    before: method('without memory', answers),
    patterns: WEIGHTS.map((weight) =>
      method(
        `patterns, weight ${weight}`,
        answers.map((answer, at) =>
          rerank(answer, (onset) => weight * (bonuses.of[at]?.get(onset) ?? 0))
        )
      )
    ),
    divergences: WEIGHTS.map((weight) =>
      method(
        `divergence, weight ${weight}`,
        answers.map((answer, at) =>
          rerank(answer, (onset) => (onset.stepIndex === divergedAt[at] ? weight : 0))
        )
      )
    ),
    knownCount: bonuses.knownCount,
    compared: divergedAt.map((step) => step !== undefined),
    firstDivergentChange: method(
      'first divergent change alone',
      answers.map((answer, at) => onlyStep(answer, divergedAt[at]))
    ),
    firstChange: method(
      'first change alone',
      answers.map((answer, at) => onlyStep(answer, firstChangeOf(cases[at]?.analyzed.tree)))
    )
  }
}

function findDivergences(
  cases: readonly Case[],
  runs: readonly AnalyzedRun[]
): readonly (number | undefined)[] {
  const successes = runs
    .filter(({ run }) => run.label.verdict === 'solved')
    .map(({ tree: { run, steps } }) => ({
      runId: run.runId,
      task: run.task.slice(0, TASK_CHARS_COMPARED),
      steps
    }))
  return cases.map(({ analyzed: { tree } }) => {
    const others = successes.filter(({ runId }) => runId !== tree.run.runId)
    const nearest = nearestSuccess(tree.run.task, others)
    const success = others.find(({ runId }) => runId === nearest?.runId)
    return success && findDivergence(tree.steps, success)?.stepIndex
  })
}

interface Told {
  readonly task: string
  readonly key: string
  readonly right: boolean
}

/** Of each suspect: log((confirmed + 1) / (refuted + 1)) of what was told before of its pattern. */
function tellPatterns(cases: readonly Case[], answers: readonly Localization[]) {
  const of: (ReadonlyMap<Onset, number> | undefined)[] = cases.map(() => undefined)
  const told: Told[] = []
  let knownCount = 0
  for (const { one, at } of inOrderOfTime(cases)) {
    const { onsets } = answers[at] ?? { onsets: [] }
    const { tree, run } = one.analyzed
    const bonus = new Map<Onset, number>()
    for (const onset of onsets) {
      const keys = keysOf(tree, onset)
      const hits = told.filter(({ key, task }) => task !== run.task && keys.includes(key))
      const confirmed = hits.filter(({ right }) => right).length
      if (hits.length > 0) {
        bonus.set(onset, Math.log((confirmed + 1) / (hits.length - confirmed + 1)))
      }
    }
    if (bonus.size > 0) knownCount += 1
    of[at] = bonus
    // The feedback of a person: whether the step that was named is right.
    const [top] = onsets
    const [step] = answers[at] === undefined ? [] : toPrediction(answers[at], one).ranking
    if (top === undefined || step === undefined) continue
    const right = step === one.label.stepIndex || one.label.acceptable.includes(step)
    for (const key of keysOf(tree, top)) told.push({ task: run.task, key, right })
  }
  return { of, knownCount }
}

function inOrderOfTime(cases: readonly Case[]) {
  return cases
    .map((one, at) => ({ one, at }))
    .toSorted((a, b) =>
      a.one.analyzed.tree.run.endTime < b.one.analyzed.tree.run.endTime ? -1 : 1
    )
}

/** Two grains, since an exact pattern hardly returns among so few tasks. */
function keysOf(tree: RunTree, onset: Onset): readonly string[] {
  const pattern = patternOf(tree, [onset])?.pattern
  if (pattern === undefined) return []
  const { patternId, tool, category, stage, family } = pattern
  return [patternId, JSON.stringify([tool, category, stage, family])]
}

/** The logarithm of no confidence at all. */
const CONFIDENCE_MIN = 1e-6

function rerank(answer: Localization, bonus: (onset: Onset) => number): Localization {
  const scored = answer.onsets.map((onset) => ({
    onset,
    score: Math.log(Math.max(onset.confidence, CONFIDENCE_MIN)) + bonus(onset)
  }))
  const onsets = scored
    .toSorted((a, b) => b.score - a.score)
    .map(({ onset }, at) => ({ ...onset, rank: at + 1 }))
  return { ...answer, onsets }
}

function firstChangeOf(tree: RunTree | undefined): number {
  return tree?.steps.find(({ effects }) => effects.effect === 'change')?.index ?? 1
}

/** Names this step and no other. */
function onlyStep(answer: Localization, stepIndex: number | undefined): Localization {
  const [any] = answer.onsets
  if (any === undefined || stepIndex === undefined) return { ...answer, onsets: [] }
  return { ...answer, onsets: [{ ...any, rank: 1, stepIndex }] }
}

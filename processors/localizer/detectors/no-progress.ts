// A long stretch of failing or fruitless calls that reaches towards the end of the run. Reason: the agent
// is stuck although no two calls are equal; the onset is the first call of the commonest kind in it.
// Cost: two passes and one map look-up a step.
// Measured on 69 labelled failures: fires in 2 (2 tasks), its first finding is the onset in 1, onset or
// acceptable in 1; in 1 of 20 solved runs.

import type { RunFacts, StepFacts } from '../run-facts.ts'
import type { Detector, Finding } from './detector.ts'

/** Fruitless calls, less two for each fruitful one between: shorter stretches happen in solved runs too. */
const STRETCH_SCORE_MIN = 7
const FRUITFUL_COST = 2
/** Stuck early and recovered is not stuck: the stretch must reach the last third. */
const REACH_MIN = 0.7
/** A kind of call that came back this often is what the stretch is about. */
const KIND_COUNT_MIN = 3
const SIGNATURE_CHARS_MAX = 120

export const noProgress: Detector = {
  name: 'no_progress',
  role: 'evidence',
  says: 'began a long stretch of calls that brought nothing',
  find: (facts) => findStretch(facts).slice(0, 1)
}

function findStretch({ steps, lastAt }: RunFacts): Finding[] {
  const signatures = steps.map((facts) => signatureOf(facts))
  const counts = new Map<string, number>()
  for (const signature of signatures) counts.set(signature, (counts.get(signature) ?? 0) + 1)
  const fruitless = steps.map((facts, at) =>
    isFruitless(facts, counts.get(signatures[at] ?? '') ?? 0)
  )
  const stretch = longestStretch(steps, fruitless)
  if (stretch.score < STRETCH_SCORE_MIN || stretch.end < lastAt * REACH_MIN) return []
  const first = steps[commonestKind(signatures, fruitless, stretch)]
  return first === undefined ? [] : [{ at: first.at, quote: first.step.action }]
}

function signatureOf({ step, failed }: StepFacts): string {
  const said = failed ? (step.effects.error ?? step.error ?? step.observation) : step.observation
  const text = said.slice(0, SIGNATURE_CHARS_MAX).replace(/\d+/g, '#')
  return `${step.tool ?? ''}\u0000${failed}\u0000${text}`
}

function isFruitless({ act, failed, step }: StepFacts, sameCount: number): boolean {
  if (act === 'plan' || act === 'say') return false
  if (failed) return true
  const nothingNew = step.observation.trim() === '' || sameCount >= KIND_COUNT_MIN
  return step.effects.effect === 'explore' && nothingNew
}

interface Stretch {
  readonly start: number
  readonly end: number
  readonly score: number
}

/** The run of steps with most fruitless calls net of fruitful ones; plans count as neither. */
function longestStretch(steps: readonly StepFacts[], fruitless: readonly boolean[]): Stretch {
  let best: Stretch = { start: -1, end: -1, score: 0 }
  let score = 0
  let start = 0
  for (const [at, facts] of steps.entries()) {
    if (facts.act === 'plan' || facts.act === 'say') continue
    if (score <= 0) {
      start = at
      score = 0
    }
    score += fruitless[at] === true ? 1 : -FRUITFUL_COST
    if (score > best.score) best = { start, end: at, score }
  }
  return best
}

function commonestKind(
  signatures: readonly string[],
  fruitless: readonly boolean[],
  { start, end }: Stretch
): number {
  const kinds = new Map<string, number[]>()
  for (let at = start; at <= end; at += 1) {
    if (fruitless[at] !== true) continue
    const members = kinds.get(signatures[at] ?? '')
    if (members === undefined) kinds.set(signatures[at] ?? '', [at])
    else members.push(at)
  }
  let commonest: readonly number[] = []
  for (const members of kinds.values()) if (members.length > commonest.length) commonest = members
  return commonest.length >= KIND_COUNT_MIN ? (commonest[0] ?? start) : start
}

// A run while it is open: fed step by step as they arrive, at a cost that does not grow with the run, it says
// which detectors point where so far. The steps are those of ingest, not numbered and in order of arrival;
// what is said of them decides when the whole run is worth another look, which then gives the numbers.

import type { ClassifiedStep } from '@onset/collector/model'

import { failingLoop, followFailingLoop } from './detectors/failing-loop.ts'
import type { Follower } from './detectors/follower.ts'
import { followIgnoredError, ignoredError } from './detectors/ignored-error.ts'
import { followRepeatedError, repeatedError } from './detectors/repeated-error.ts'
import { followRepetition, repetition } from './detectors/repetition.ts'
import { followRegression, testRegression } from './detectors/test-regression.ts'
import { NO_FAILURE } from './failure.ts'
import { WHILE_OPEN } from './gate.ts'
import { readStepFacts } from './run-facts.ts'

export interface LiveFinding {
  readonly detector: string
  /** 0-based position among the steps that were added and count as actions. */
  readonly at: number
}

export interface OpenRun {
  /** True when this step made a suspicion or took one back. */
  add(step: ClassifiedStep): boolean
  /** What is found so far, by detector and position. */
  readonly findings: readonly LiveFinding[]
}

export interface OpenRunOptions {
  /** Tells files the task asks for from notes and tests; may be told by a step, too. */
  readonly task?: string
}

/** Detectors that can be asked at every step. */
const FOLLOWED: readonly { readonly name: string; readonly follow: () => Follower }[] = [
  { name: failingLoop.name, follow: followFailingLoop },
  { name: repetition.name, follow: followRepetition },
  { name: repeatedError.name, follow: followRepeatedError },
  { name: testRegression.name, follow: followRegression },
  { name: ignoredError.name, follow: followIgnoredError }
]

export function openRun(options: OpenRunOptions = {}): OpenRun {
  const followers = FOLLOWED.map(({ name, follow }) => ({ name, follower: follow() }))
  const telling = followers.filter(({ name }) => WHILE_OPEN.has(name))
  let task = options.task ?? ''
  let count = 0
  const suspect = () => telling.map(({ follower }) => follower.positions().join()).join(';')
  let suspected = suspect()
  return {
    add: (step) => {
      if (task === '') task = step.input.slice(0, TASK_CHARS_MAX)
      if (!isAction(step)) return false
      const facts = readStepFacts(step, count, {
        task,
        failure: NO_FAILURE,
        plan: NOTHING_PLANNED
      })
      count += 1
      for (const { follower } of followers) follower.follow(facts)
      const now = suspect()
      const changed = now !== suspected
      suspected = now
      return changed
    },
    get findings() {
      return followers.flatMap(({ name, follower }) =>
        follower.positions().map((at) => ({ detector: name, at }))
      )
    }
  }
}

const TASK_CHARS_MAX = 4_096
/** What a plan says anew is no concern of these detectors. */
const NOTHING_PLANNED: ReadonlySet<string> = new Set()

/** Frames of agents and calls of models that only ask for tools are no actions: the tools are. */
function isAction({ kind, requestedToolCalls }: ClassifiedStep): boolean {
  return kind !== 'agent' && !(kind === 'llm' && requestedToolCalls.length > 0)
}

// The few numbers about each step that the ranking weighs. Each is 0..1 and says one thing that can be
// explained; none reads a label, a task's name or the kind of benchmark.

import { GIVES_UP } from './cues.ts'
import type { Detector, Finding } from './detectors/detector.ts'
import { DETECTORS } from './detectors.ts'
import type { Lineage } from './lineage.ts'
import { traceLineage } from './lineage.ts'
import type { Overlap } from './overlap.ts'
import { overlapWithFailure } from './overlap.ts'
import { basename } from './paths.ts'
import type { RunFacts, StepFacts } from './run-facts.ts'
import type { Slice } from './slice.ts'
import { sliceBackward } from './slice.ts'
import type { Talk } from './talk.ts'
import { NO_TALK, readTalk } from './talk.ts'

/** Everything known about a run before it is ranked. */
export interface RunSigns {
  readonly facts: RunFacts
  readonly lineage: Lineage
  readonly slice: Slice
  readonly overlap: Overlap
  readonly findings: readonly DetectorFindings[]
}

export interface DetectorFindings {
  readonly detector: Detector
  readonly found: readonly Finding[]
}

export function readSigns(facts: RunFacts): RunSigns {
  return {
    facts,
    lineage: traceLineage(facts.steps),
    slice: sliceBackward(facts),
    overlap: overlapWithFailure(facts),
    findings: DETECTORS.map((detector) => ({ detector, found: detector.find(facts) }))
  }
}

/** Features of every step of a run: a row per step, a column per FEATURES entry. */
export interface FeatureTable {
  readonly rows: readonly (readonly number[])[]
}

export interface Feature {
  readonly name: string
  /** 1 or -1: the only sign of weight that makes sense; 0: either. */
  readonly sign: -1 | 0 | 1
  /** Weight that learning starts from and is pulled to; 0 unless told. */
  readonly prior?: number
  /** For docs and summaries. */
  readonly means: string
  readonly value: (facts: StepFacts, context: FeatureContext) => number
}

export function tabulate(signs: RunSigns): FeatureTable {
  const context = buildContext(signs)
  return {
    rows: signs.facts.steps.map((facts) => FEATURES.map(({ value }) => value(facts, context)))
  }
}

/** What features ask of the whole run, worked out once. */
export interface FeatureContext extends RunSigns {
  readonly shareMax: number
  /** Per step: it builds and no earlier step wrote that file. */
  readonly fresh: readonly boolean[]
  readonly firstInSlice: number
  readonly decisive: ReadonlySet<number>
  readonly suspicious: ReadonlySet<number>
  readonly talk: Talk
}

function buildContext(signs: RunSigns): FeatureContext {
  const { facts, lineage, slice } = signs
  let shareMax = 0
  for (const share of lineage.survivingShare) shareMax = Math.max(shareMax, share)
  return {
    ...signs,
    shareMax,
    fresh: freshWrites(facts.steps),
    firstInSlice: facts.steps.findIndex((step) => acts(step) && (slice.nearness[step.at] ?? 0) > 0),
    decisive: positionsOf(signs, 'decisive'),
    suspicious: positionsOf(signs, 'suspicious'),
    talk: facts.talks ? readTalk(facts.steps, facts.tree.run.task) : NO_TALK
  }
}

function positionsOf({ findings }: RunSigns, role: Detector['role']): ReadonlySet<number> {
  const found = findings.filter(({ detector }) => detector.role === role)
  return new Set(found.flatMap((each) => each.found.map(({ at }) => at)))
}

function freshWrites(steps: readonly StepFacts[]): boolean[] {
  const seen = new Set<string>()
  return steps.map(({ builds, step }) => {
    const names = step.effects.filesWritten.map((path) => basename(path))
    const fresh = builds && names.some((name) => !seen.has(name))
    if (step.outcome !== 'error') for (const name of names) seen.add(name)
    return fresh
  })
}

/** Changed the world, and not only tests or notes. */
function acts({ builds, landed, auxiliary }: StepFacts): boolean {
  return builds || (landed && !auxiliary)
}

function flag(value: boolean | undefined): number {
  return value === true ? 1 : 0
}

/**
 * The runs that weights are learned from do not talk, so these keep a round weight. It is neutral between
 * the two; on logs of talking agents, which no weight has seen, it does better than either alone.
 */
const TALK_PRIOR = 1
/** A message above this is long; how much longer says nothing more. */
const MESSAGE_CHARS_LONG = 1_500

export const FEATURES: readonly Feature[] = [
  {
    name: 'write',
    sign: 1,
    means: 'put text into a file that is part of the work',
    value: ({ builds, act }) => flag(builds && act === 'write')
  },
  {
    name: 'produce',
    sign: 0,
    means: 'made or changed a file, by a command or an edit whose text is not known',
    value: ({ builds, act }) => flag(builds && act !== 'write')
  },
  {
    name: 'change',
    sign: 0,
    means: 'changed state without writing a file of the work',
    value: ({ builds, landed, act, auxiliary }) =>
      flag(landed && act === 'change' && !builds && !auxiliary)
  },
  {
    name: 'plan',
    sign: 0,
    means: 'only wrote down a plan',
    value: ({ act }) => flag(act === 'plan')
  },
  {
    name: 'surviving_share',
    sign: 1,
    means: 'first wrote lines that are there at the end, relative to the step with most',
    value: ({ at }, { lineage, shareMax }) =>
      shareMax === 0 ? 0 : (lineage.survivingShare[at] ?? 0) / shareMax
  },
  {
    name: 'slice',
    sign: 1,
    means: 'produced what the failing checks read, or what that was made from',
    value: (facts, { slice }) => (acts(facts) ? (slice.nearness[facts.at] ?? 0) : 0)
  },
  {
    name: 'slice_first',
    sign: 1,
    means: 'was the first change in the slice',
    value: ({ at }, { firstInSlice }) => flag(at === firstInSlice)
  },
  {
    name: 'failure_words',
    sign: 1,
    means: 'wrote words of the failing assertions into a file',
    value: ({ at, builds }, { overlap }) => (builds ? (overlap.share[at] ?? 0) : 0)
  },
  {
    name: 'first_of_file',
    sign: 1,
    means: 'was the first of the run to write a file, new or not',
    value: ({ at }, { fresh }) => flag(fresh[at])
  },
  {
    name: 'partial_pass',
    sign: 1,
    means: 'wrote, and some checks pass: the work exists and misses something',
    value: ({ builds }, { facts }) => flag(builds && facts.failure.passedCount > 0)
  },
  {
    name: 'last_unbuilt',
    sign: 1,
    means: 'was the last action of a run that wrote nothing of the task',
    value: ({ at }, { facts }) => flag(at === facts.lastAt && facts.works && !facts.built)
  },
  {
    name: 'last_never_written',
    sign: 1,
    means: 'was the last action, and no step wrote what the failing checks read',
    value: ({ at }, { facts, slice }) => flag(at === facts.lastAt && slice.neverWritten)
  },
  {
    name: 'after_network_failure',
    sign: 1,
    means: 'wrote or planned right after something was unreachable',
    value: (facts, { facts: run }) => flag(decides(facts) && run.troubles.networkBefore[facts.at])
  },
  {
    name: 'after_not_found',
    sign: 1,
    means: 'wrote or planned right after something was missing',
    value: (facts, { facts: run }) => flag(decides(facts) && run.troubles.notFoundBefore[facts.at])
  },
  {
    name: 'gives_up',
    sign: 1,
    means: 'says right after a failure that something cannot be had',
    value: ({ at, step, news }, { facts: { troubles } }) =>
      flag(
        (troubles.networkBefore[at] === true || troubles.notFoundBefore[at] === true) &&
          (GIVES_UP.test(step.thought) || GIVES_UP.test(news))
      )
  },
  {
    name: 'plan_after_failure',
    sign: 1,
    means: 'went on to the next item of the plan right after a failed action',
    value: ({ at, act }, { facts }) => flag(act === 'plan' && facts.steps[at - 1]?.failed)
  },
  {
    name: 'said_at_length',
    sign: 1,
    prior: TALK_PRIOR,
    means: 'spoke at length',
    value: (facts, context) =>
      speaks(facts, context) ? Math.min(1, facts.step.action.length / MESSAGE_CHARS_LONG) : 0
  },
  {
    name: 'said_answer',
    sign: 1,
    prior: TALK_PRIOR,
    means: 'was the first to say what the run ended with',
    value: (facts, context) =>
      speaks(facts, context) ? (context.talk.answerWords[facts.at] ?? 0) : 0
  },
  {
    name: 'said_numbers',
    sign: 1,
    prior: TALK_PRIOR,
    means: 'said numbers that nobody had said and no tool had shown',
    value: (facts, context) =>
      speaks(facts, context) ? (context.talk.freshNumbers[facts.at] ?? 0) : 0
  },
  {
    name: 'said_first_code',
    sign: 1,
    prior: TALK_PRIOR,
    means: 'was the first to write code that was then run',
    value: ({ at }, { talk }) => flag(at === talk.codeRun[0])
  },
  {
    name: 'said_failing_code',
    sign: 1,
    prior: TALK_PRIOR,
    means: 'wrote code that failed when it was run',
    value: ({ at }, { talk, facts }) =>
      flag(talk.codeRun.includes(at) && facts.steps[at + 1]?.failed)
  },
  {
    name: 'suspicious',
    sign: 1,
    means: 'a suspicious detector points at it',
    value: ({ at }, { suspicious }) => flag(suspicious.has(at))
  },
  {
    name: 'decisive',
    sign: 1,
    means: 'a decisive detector points at it',
    value: ({ at }, { decisive }) => flag(decisive.has(at))
  }
]

function speaks({ act }: StepFacts, { facts }: FeatureContext): boolean {
  return facts.talks && act === 'say'
}

function decides({ builds, act }: StepFacts): boolean {
  return builds || act === 'plan'
}

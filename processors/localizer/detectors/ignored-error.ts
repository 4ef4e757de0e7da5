// A failed action that was never made to work, although the run went on. Reason: what should have come of
// it is missing in everything that follows. Cost: one map look-up a step.
// Measured on 69 labelled failures: fires in 38 (21 tasks), its first finding is the onset in 1, onset or
// acceptable in 1; in 6 of 20 solved runs.

import { fingerprint } from '../fingerprint.ts'
import type { ActionFacts, RunFacts } from '../run-facts.ts'
import type { Detector, Finding } from './detector.ts'
import type { Follower } from './follower.ts'
import { byPosition, dropOldest, followAll } from './follower.ts'

export const ignoredError: Detector = {
  name: 'ignored_error',
  role: 'evidence',
  says: 'failed and was never made to work',
  find: (facts) => findIgnored(facts)
}

function findIgnored({ steps }: RunFacts): Finding[] {
  return followAll(followIgnoredError(), steps).flatMap((at) => {
    const step = steps[at]?.step
    return step === undefined ? [] : [{ at, quote: step.effects.error ?? step.error ?? '' }]
  })
}

/** Kinds of failed actions remembered of a run, and failures of each: the first ones tell the most. */
const KINDS_MAX = 512
const FAILURES_PER_KIND_MAX = 64

export function followIgnoredError(): Follower {
  const failing = new Map<number, number[]>()
  return {
    follow: (facts) => {
      if (facts.act === 'plan' || facts.act === 'say' || facts.act === 'explore') return
      const kind = fingerprint(kindOf(facts))
      const open = failing.get(kind)
      if (!facts.failed) {
        failing.delete(kind)
      } else if (open === undefined) {
        dropOldest(failing, KINDS_MAX)
        failing.set(kind, [facts.at])
      } else if (open.length < FAILURES_PER_KIND_MAX) {
        open.push(facts.at)
      }
    },
    positions: () => [...failing.values()].flat().toSorted(byPosition)
  }
}

const KIND_WORDS = 2
const COMMAND_CHARS_MAX = 200

/** Tool and the head of its command, or the file it writes: a retry has the same. */
function kindOf({ step, argumentTexts, act }: ActionFacts): string {
  if (act === 'write') return `${step.tool ?? ''} ${step.effects.filesWritten[0] ?? ''}`
  const command = (argumentTexts[0] ?? step.action).slice(0, COMMAND_CHARS_MAX)
  const words = command.split(/\s+/).filter((word) => word !== '' && !word.startsWith('-'))
  return `${step.tool ?? ''} ${words.slice(0, KIND_WORDS).join(' ')}`
}

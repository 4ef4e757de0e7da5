// In a talk, a change that the last message of the other side did not agree to. Reason: what cannot be taken
// back was done on an assumption. Cost: one search in the last message before each change of a talk.
// Measured on 15 labelled failures of talking agents: fires in 4, its first finding is the onset in 2; in 13
// of 73 successful talks.

import { CONSENTS } from '../cues.ts'
import type { RunFacts, StepFacts } from '../run-facts.ts'
import type { Detector, Finding } from './detector.ts'

/** The look-ups between consent and change are few; what was said before that was about something else. */
const STEPS_BACK_MAX = 8
const MESSAGE_CHARS_MAX = 2_048

export const unconfirmedChange: Detector = {
  name: 'unconfirmed_change',
  role: 'suspicious',
  says: 'changed something that the other side had not agreed to',
  find: (facts) => findUnconfirmed(facts)
}

function findUnconfirmed({ steps, talks }: RunFacts): Finding[] {
  if (!talks) return []
  return steps.flatMap((facts) => {
    if (facts.act !== 'change' || facts.step.agent === undefined) return []
    const said = lastMessage(steps, facts.at)
    if (said === undefined || said.step.agent === facts.step.agent) return []
    if (CONSENTS.test(said.step.action.slice(0, MESSAGE_CHARS_MAX))) return []
    return [{ at: facts.at, quote: facts.step.action }]
  })
}

function lastMessage(steps: readonly StepFacts[], at: number): StepFacts | undefined {
  return steps.slice(Math.max(0, at - STEPS_BACK_MAX), at).findLast(({ act }) => act === 'say')
}

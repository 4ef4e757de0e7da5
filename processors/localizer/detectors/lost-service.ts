// The checks cannot reach a service that the agent had started in the background of its own session and
// had reached itself. Reason: it ended with the session; how it was started is the onset. Cost: one search
// in each changing command, only when the failure is a refused connection.
// Measured on 69 labelled failures: fires in 5 (2 tasks), its first finding is the onset in 4, onset or
// acceptable in 4; in 0 of 20 solved runs.

import { LOCAL_ADDRESS } from '../cues.ts'
import type { RunFacts, StepFacts } from '../run-facts.ts'
import type { Detector, Finding } from './detector.ts'

export const lostService: Detector = {
  name: 'lost_service',
  role: 'decisive',
  says: 'started a service that ended with the session, before the checks ran',
  find: (facts) => findLostService(facts)
}

function findLostService({ steps, failure }: RunFacts): Finding[] {
  if (failure.source !== 'report' || !failure.refused || failure.passedCount > 0) return []
  const start = steps.findLast((facts) => facts.act !== 'plan' && startsInBackground(facts))
  if (start === undefined) return []
  const reached = steps.some(
    (facts) => facts.at > start.at && !facts.failed && LOCAL_ADDRESS.test(facts.step.action)
  )
  return reached ? [{ at: start.at, quote: start.step.action }] : []
}

const BACKGROUND_ARGUMENT = /"(?:run_in_)?background"\s*:\s*true/
const AMPERSAND = /(?:^|[^&>])&\s*(?:$|[;\n)]|\w+=|disown|echo|sleep)/
const DETACHES = /\b(?:setsid|systemctl|daemonize|supervisord|service \w+ start)\b/
const COMMAND_CHARS_MAX = 4_096

function startsInBackground({ step, argumentTexts, act }: StepFacts): boolean {
  if (act === 'write' || act === 'say') return false
  const command = (argumentTexts[0] ?? step.action).slice(0, COMMAND_CHARS_MAX)
  if (DETACHES.test(command)) return false
  return BACKGROUND_ARGUMENT.test(step.arguments) || AMPERSAND.test(command)
}

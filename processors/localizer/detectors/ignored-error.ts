// A failed action that was never made to work, although the run went on. Reason: what should have come of
// it is missing in everything that follows. Cost: one map look-up a step, read backwards.
// Measured on 69 labelled failures: fires in 38 (21 tasks), its first finding is the onset in 1, onset or
// acceptable in 1; in 6 of 20 solved runs.

import type { RunFacts, StepFacts } from '../run-facts.ts'
import type { Detector, Finding } from './detector.ts'

export const ignoredError: Detector = {
  name: 'ignored_error',
  role: 'evidence',
  says: 'failed and was never made to work',
  find: (facts) => findIgnored(facts)
}

function findIgnored({ steps }: RunFacts): Finding[] {
  const succeededLater = new Set<string>()
  const findings: Finding[] = []
  for (const facts of steps.toReversed()) {
    if (facts.act === 'plan' || facts.act === 'say' || facts.act === 'explore') continue
    const kind = kindOf(facts)
    if (!facts.failed) succeededLater.add(kind)
    else if (!succeededLater.has(kind)) {
      findings.push({ at: facts.at, quote: facts.step.effects.error ?? facts.step.error ?? '' })
    }
  }
  return findings.toReversed()
}

const KIND_WORDS = 2
const COMMAND_CHARS_MAX = 200

/** Tool and the head of its command, or the file it writes: a retry has the same. */
function kindOf({ step, argumentTexts, act }: StepFacts): string {
  if (act === 'write') return `${step.tool ?? ''} ${step.effects.filesWritten[0] ?? ''}`
  const command = (argumentTexts[0] ?? step.action).slice(0, COMMAND_CHARS_MAX)
  const words = command.split(/\s+/).filter((word) => word !== '' && !word.startsWith('-'))
  return `${step.tool ?? ''} ${words.slice(0, KIND_WORDS).join(' ')}`
}

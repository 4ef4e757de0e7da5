// The task names something, a failing check speaks of it, and no step did anything about it. Reason: an
// omission is the onset where the work began that lacks it or, when nothing was built, where the agent
// stopped. Cost: one search in the failing assertions per thing the task names, of which there are few.
// Measured on 69 labelled failures: fires in 10 (7 tasks), its first finding is the onset in 8, onset or
// acceptable in 9; in 0 of 20 solved runs.

import type { LedgerEntry } from '../ledger.ts'
import type { RunFacts } from '../run-facts.ts'
import { shorten } from '../step-text.ts'
import type { Detector, Finding } from './detector.ts'

export const requirementUntouched: Detector = {
  name: 'requirement_untouched',
  role: 'suspicious',
  says: 'began the work, or ended it, without something the task names and a failing check looks for',
  find: (facts) => findOmissions(facts)
}

const NAME_CHARS_MAX = 60

function findOmissions(facts: RunFacts): Finding[] {
  const missed = findMissed(facts)
  if (missed === undefined) return []
  const at = facts.built ? firstLacking(missed, facts) : facts.lastAt
  const lacking = facts.steps[at]
  if (lacking === undefined) return []
  const name = shorten(missed.wanted.text, NAME_CHARS_MAX)
  const says = `${facts.built ? 'began' : 'ended'} the work without ${name}, which the task names`
  return [{ at, quote: lacking.step.action, says }]
}

/** The first thing asked for that no step addressed and that a failing check speaks of. */
export function findMissed({ ledger, failure }: RunFacts): LedgerEntry | undefined {
  if (failure.source === 'none') return undefined
  const said = failure.text.toLowerCase()
  return ledger.find(
    ({ wanted, addressedAt }) =>
      addressedAt.length === 0 && wanted.kind !== 'constraint' && said.includes(wanted.needle)
  )
}

/** The first that built what stands in the same clause of the task, else the first that built at all. */
function firstLacking({ wanted }: LedgerEntry, { ledger, steps, lastAt }: RunFacts): number {
  const together = ledger
    .filter((entry) => entry.wanted.clause === wanted.clause)
    .flatMap(({ addressedAt }) => addressedAt.find((at) => steps[at]?.builds) ?? [])
  if (together.length > 0) return Math.min(...together)
  return steps.find(({ builds }) => builds)?.at ?? lastAt
}

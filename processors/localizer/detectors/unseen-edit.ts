// An edit of an existing file that the agent never looked at. Reason: it worked from memory of a file, not
// from the file. Cost: one set look-up a path.
// Measured on 69 labelled failures: never fires there; in 0 of 20 solved runs.

import { basename } from '../paths.ts'
import type { RunFacts } from '../run-facts.ts'
import type { Detector, Finding } from './detector.ts'

export const unseenEdit: Detector = {
  name: 'unseen_edit',
  role: 'evidence',
  says: 'edited a file that was never read in this run',
  find: (facts) => findUnseen(facts)
}

function findUnseen({ steps }: RunFacts): Finding[] {
  const seen = new Set<string>()
  const findings: Finding[] = []
  for (const { at, step, builds, oldText } of steps) {
    const { filesRead, filesWritten } = step.effects
    for (const path of filesRead) seen.add(basename(path))
    const [edited] = filesWritten
    const edits = builds && oldText !== undefined && edited !== undefined
    if (edits && !seen.has(basename(edited))) {
      findings.push({ at, quote: edited })
    }
    for (const path of filesWritten) seen.add(basename(path))
  }
  return findings
}

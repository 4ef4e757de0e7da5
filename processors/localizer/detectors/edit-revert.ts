// An edit that puts back what an earlier edit took out. Reason: the agent undid its own change, so the
// change was a detour; a detour that was undone is no onset, and going back and forth is a loop. Cost:
// one map look-up an edit.
// Measured on 69 labelled failures: fires in 1 (1 tasks), its first finding is the onset in 0, onset or
// acceptable in 0; in 0 of 20 solved runs.

import type { RunFacts } from '../run-facts.ts'
import type { Detector, Finding } from './detector.ts'

/** Shorter texts are put back by chance. */
const TEXT_CHARS_MIN = 12

export const editRevert: Detector = {
  name: 'edit_revert',
  role: 'evidence',
  says: 'put back what an earlier edit had changed',
  find: (facts) => [...findReverts(facts).values()]
}

/** By the position of the edit that was undone, the step that undid it. */
export function findReverts({ steps }: RunFacts): Map<number, Finding> {
  const undone = new Map<number, Finding>()
  const removed = new Map<string, number>()
  for (const { at, step, landed, oldText, newText } of steps) {
    if (!landed || oldText === undefined || newText === undefined) continue
    const path = step.effects.filesWritten[0] ?? ''
    const earlier = removed.get(`${path}\u0000${newText}\u0000${oldText}`)
    if (earlier !== undefined && newText.length >= TEXT_CHARS_MIN) {
      undone.set(earlier, { at, quote: newText })
    }
    removed.set(`${path}\u0000${oldText}\u0000${newText}`, at)
  }
  return undone
}

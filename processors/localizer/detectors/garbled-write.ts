// A file written with nothing in it that could be content, or with its own path as the first line. Reason:
// the tool call was malformed and the file is broken from then on. Cost: one comparison a write.
// Measured on 69 labelled failures: fires in 3 (3 tasks), its first finding is the onset in 2, onset or
// acceptable in 2; in 0 of 20 solved runs.

import type { StepFacts } from '../run-facts.ts'
import type { Detector, Finding } from './detector.ts'

export const garbledWrite: Detector = {
  name: 'garbled_write',
  role: 'decisive',
  says: 'wrote a file without usable content',
  find: ({ steps }) => steps.flatMap((facts) => findIn(facts)).slice(0, 1)
}

const WRITE_TOOL = /write|create/i
// An empty package marker or a keep file is meant to be empty.
const EMPTY_ON_PURPOSE = /(?:__init__\.py|\.(?:git)?keep|\.lock|\.pid)$/

function findIn({ at, step }: StepFacts): Finding[] {
  const { filesWritten, writtenText } = step.effects
  if (!WRITE_TOOL.test(step.tool ?? '') || filesWritten.length === 0) return []
  if (step.outcome === 'error' || filesWritten.some((path) => EMPTY_ON_PURPOSE.test(path)))
    return []
  const text = writtenText.trim()
  const startsWithPath = filesWritten.some((path) => path.length > 2 && text.startsWith(path))
  const isGarbled = text === '' || startsWithPath || isRemnant(text)
  return isGarbled ? [{ at, quote: text === '' ? step.action : text }] : []
}

/** A drawing of signs is content; a few of them are what is left of a cut call. */
const REMNANT = /^[^\p{L}\p{N}]{1,8}$/u
const EMPTY_VALUE = /^[[\]{}()<>"'\s]+$/

function isRemnant(text: string): boolean {
  return REMNANT.test(text) && !EMPTY_VALUE.test(text)
}

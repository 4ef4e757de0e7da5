// Whether two runs were asked the same: the same text but for spaces and case, else nearly the same words.

import { createHash } from 'node:crypto'

import type { SuccessfulRun } from '@onset/collector/model'
import { TASK_CHARS_COMPARED } from '@onset/collector/model'

import { TASK_SIMILARITY_MIN, TASK_WORDS_MAX } from './limits.ts'

/** The first, which is the newest, of the most similar; undefined when none was asked the same. */
export function nearestSuccess(
  task: string,
  successes: readonly SuccessfulRun[]
): SuccessfulRun | undefined {
  const own = taskHash(task)
  if (own === undefined) return undefined
  const exact = successes.find((run) => taskHash(run.task) === own)
  if (exact !== undefined) return exact
  const words = wordsOf(task)
  let best: SuccessfulRun | undefined
  let similarity = 0
  for (const run of successes) {
    const found = jaccard(words, wordsOf(run.task))
    if (found < TASK_SIMILARITY_MIN || found <= similarity) continue
    best = run
    similarity = found
  }
  return best
}

/** Undefined of a run that was asked nothing: all of them would be alike. */
export function taskHash(task: string): string | undefined {
  const text = normalize(task)
  return text === '' ? undefined : createHash('sha256').update(text).digest('hex')
}

export function jaccard(some: ReadonlySet<string>, others: ReadonlySet<string>): number {
  if (some.size === 0 || others.size === 0) return 0
  let shared = 0
  for (const word of some) if (others.has(word)) shared += 1
  return shared / (some.size + others.size - shared)
}

function wordsOf(task: string): ReadonlySet<string> {
  const words = new Set<string>()
  for (const [word] of normalize(task).matchAll(/[\p{L}\p{N}_]+/gu)) {
    words.add(word)
    if (words.size === TASK_WORDS_MAX) break
  }
  return words
}

function normalize(task: string): string {
  return task.slice(0, TASK_CHARS_COMPARED).replaceAll(/\s+/g, ' ').trim().toLowerCase()
}

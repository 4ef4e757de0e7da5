// What can be told of a run that mostly talks: agents that answer each other or a person. Nothing is
// written that could be traced, so the trace is the answer: who first said what the run ended with.

import type { StepFacts } from './run-facts.ts'

export interface Talk {
  /** Per step, 0..1: words of the final answer that it was the first to say, relative to the most. */
  readonly answerWords: readonly number[]
}

const NO_TALK: Talk = { answerWords: [] }

/** Shorter messages close a talk or pass it on; they are no answer. */
const ANSWER_CHARS_MIN = 25
const TEXT_CHARS_MAX = 8_192
const WORD = /[a-z][a-z'-]{2,40}|\d[\d.,]{0,30}/g
// Words every message has.
const STOP_WORDS: ReadonlySet<string> = new Set(
  `the and for with that this from has have had not are was were but you your they will would can could
  should may been being its our his her their all any each which who what when where how there here then
  than into about following based result results answer final task please step steps data information
  provided using code output need let now also more some such only out over`.split(/\s+/)
)

export function readTalk(steps: readonly StepFacts[], task: string): Talk {
  const answer = steps.findLast(
    ({ act, step }) => act === 'say' && step.action.length >= ANSWER_CHARS_MIN
  )
  if (answer === undefined) return NO_TALK
  const asked = wordsOf(task)
  const open = new Set([...wordsOf(answer.step.action)].filter((word) => !asked.has(word)))
  const counts = steps.map(({ step }) => {
    let count = 0
    for (const word of wordsOf(`${step.action}\n${step.arguments}`))
      if (open.delete(word)) count += 1
    // What a tool brought up is nobody's claim.
    for (const word of wordsOf(step.observation)) open.delete(word)
    return count
  })
  let most = 0
  for (const count of counts) most = Math.max(most, count)
  return { answerWords: most === 0 ? counts : counts.map((count) => count / most) }
}

function wordsOf(text: string): Set<string> {
  const words = new Set<string>()
  for (const match of text.slice(0, TEXT_CHARS_MAX).toLowerCase().matchAll(WORD)) {
    const word = match[0].replace(/[.,]+$/, '')
    if (!STOP_WORDS.has(word)) words.add(word)
  }
  return words
}

// What can be told of a run that mostly talks: agents that answer each other or a person. Nothing is
// written that could be traced, so the trace is the answer: who first said what the run ended with.

import type { StepFacts } from './run-facts.ts'

export interface Talk {
  /** Per step, 0..1: words of the final answer that it was the first to say, relative to the most. */
  readonly answerWords: readonly number[]
  /** Per step, 0..1: numbers it was the first to say, with none to take them from, relative to the most. */
  readonly freshNumbers: readonly number[]
  /** Positions of the messages whose code the next step ran. */
  readonly codeRun: readonly number[]
}

export const NO_TALK: Talk = { answerWords: [], freshNumbers: [], codeRun: [] }

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
  return {
    answerWords: countAnswerWords(steps, task),
    freshNumbers: countFreshNumbers(steps, task),
    codeRun: steps.filter((facts) => isRunNext(facts, steps[facts.at + 1])).map(({ at }) => at)
  }
}

function countAnswerWords(steps: readonly StepFacts[], task: string): number[] {
  const answer = steps.findLast(
    ({ act, step }) => act === 'say' && step.action.length >= ANSWER_CHARS_MIN
  )
  if (answer === undefined) return []
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
  return relativeToMost(counts)
}

function relativeToMost(counts: readonly number[]): number[] {
  let most = 0
  for (const count of counts) most = Math.max(most, count)
  return counts.map((count) => (most === 0 ? 0 : count / most))
}

const NUMBER = /\d[\d.,]{0,30}/g

/** A number that nobody asked with, no tool brought up and nobody said before was made up or worked out. */
function countFreshNumbers(steps: readonly StepFacts[], task: string): number[] {
  const known = numbersOf(task)
  const counts = steps.map(({ act, step }) => {
    let count = 0
    for (const number of numbersOf(`${step.action}\n${step.arguments}`)) {
      // One digit is said by everybody.
      if (number.length > 1 && !known.has(number) && act === 'say') count += 1
      known.add(number)
    }
    for (const number of numbersOf(step.observation)) known.add(number)
    return count
  })
  return relativeToMost(counts)
}

function numbersOf(text: string): Set<string> {
  const numbers = new Set<string>()
  for (const [found] of text.slice(0, TEXT_CHARS_MAX).matchAll(NUMBER)) {
    numbers.add(found.replace(/[.,]+$/, '').replaceAll(',', ''))
  }
  return numbers
}

/** Shorter code is in any text. */
const CODE_CHARS_MIN = 8
const CODE_CHARS_COMPARED = 120

function isRunNext({ act, step }: StepFacts, next: StepFacts | undefined): boolean {
  if (act !== 'say' || next === undefined || next.act === 'say') return false
  const code = (next.argumentTexts[0] ?? next.step.action).trim().slice(0, CODE_CHARS_COMPARED)
  return code.length >= CODE_CHARS_MIN && step.action.includes(code)
}

function wordsOf(text: string): Set<string> {
  const words = new Set<string>()
  for (const match of text.slice(0, TEXT_CHARS_MAX).toLowerCase().matchAll(WORD)) {
    const word = match[0].replace(/[.,]+$/, '')
    if (!STOP_WORDS.has(word)) words.add(word)
  }
  return words
}

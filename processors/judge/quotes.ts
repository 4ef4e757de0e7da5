// Whether a step says what a model claims it says. A quote counts only where it stands in the step it
// cites, letter by letter, plainly or escaped as JSON does; only white space, control and invisible
// characters may differ, because they do not survive being shown line by line.

import type { RunStep } from '@onset/collector/model'
import { QUOTE_CHARS_MAX } from '@onset/collector/model'
import { JUDGE_QUOTE_CHARS_MAX, QUOTE_CHARS_MIN } from './limits.ts'

/** Each run of these counts as one space, at both ends as none. */
const BLANK = /[\s\p{Cc}\p{Cf}]+/gu

/**
 * The part of the step that `quote` repeats, as the step has it, at most QUOTE_CHARS_MAX long; undefined
 * when the step does not say it, or when it is too short to prove anything.
 */
export function findQuote(step: RunStep, quote: string): string | undefined {
  if (quote.length > JUDGE_QUOTE_CHARS_MAX) return undefined
  const wanted = quote.replaceAll(BLANK, ' ').trim()
  if (wanted.length < QUOTE_CHARS_MIN) return undefined
  // Arguments are JSON: what a step wrote into a file stands there with its quotes escaped.
  const escaped = JSON.stringify(wanted).slice(1, -1)
  for (const form of escaped === wanted ? [wanted] : [wanted, escaped]) {
    for (const text of textsOf(step)) {
      const found = locate(text, form)
      if (found !== undefined) return cut(found)
    }
  }
  return undefined
}

/** Where evidence may be quoted from: the same texts as for detectors. */
export function textsOf(step: RunStep): readonly string[] {
  return [step.action, step.arguments, step.thought, step.observation]
}

function locate(text: string, wanted: string): string | undefined {
  const direct = text.indexOf(wanted)
  if (direct !== -1) return text.slice(direct, direct + wanted.length)
  const { flat, origins } = flatten(text)
  const at = flat.indexOf(wanted)
  if (at === -1) return undefined
  return text.slice(origins[at], (origins[at + wanted.length - 1] ?? text.length) + 1)
}

/** The text with each blank run as one space, and where each of its characters came from. */
function flatten(text: string): { readonly flat: string; readonly origins: readonly number[] } {
  const origins: number[] = []
  let flat = ''
  let from = 0
  const keep = (start: number, end: number) => {
    flat += text.slice(start, end)
    for (let at = start; at < end; at += 1) origins.push(at)
  }
  for (const { 0: blank, index } of text.matchAll(BLANK)) {
    keep(from, index)
    flat += ' '
    origins.push(index)
    from = index + blank.length
  }
  keep(from, text.length)
  return { flat, origins }
}

function cut(quote: string): string {
  if (quote.length <= QUOTE_CHARS_MAX) return quote
  const unit = quote.charCodeAt(QUOTE_CHARS_MAX)
  const splitsPair = unit >= 0xdc00 && unit <= 0xdfff
  return quote.slice(0, splitsPair ? QUOTE_CHARS_MAX - 1 : QUOTE_CHARS_MAX)
}

// The step at which a failed run left the way of a successful one: its first change of the world that the
// other did not make. Looks and plans differ between any two runs, so a change is named where there is one.

import type { Divergence, RunId, RunStep } from '@onset/collector/model'
import { QUOTE_CHARS_MAX } from '@onset/collector/model'

import { align } from './align.ts'
import { EDITS_MAX, STEPS_COMPARED_MAX } from './limits.ts'
import { familyOf } from './signature.ts'

/** Words of what a step wrote that are compared. */
const WRITTEN_CHARS_COMPARED = 8_192

/** Undefined when the runs did the same throughout, or have so little in common that no way is shared. */
export function findDivergence(
  failed: readonly RunStep[],
  success: { readonly runId: RunId; readonly steps: readonly RunStep[] }
): Divergence | undefined {
  const own = failed.slice(0, STEPS_COMPARED_MAX)
  const others = success.steps.slice(0, STEPS_COMPARED_MAX)
  const aligned = align(own.map(keyOf), others.map(keyOf), EDITS_MAX)
  if (aligned === undefined || aligned.size === 0) return undefined
  const isAlone = (_: RunStep, at: number) => !aligned.has(at)
  const alone = own.flatMap((step, at) => (isAlone(step, at) ? [{ step, at }] : []))
  const changes = alone.filter(({ step }) => step.effects.effect === 'change')
  const quotable = [...changes, ...alone].find(({ step }) => quoteOf(step) !== '')
  if (quotable === undefined) return undefined
  const { step, at } = quotable
  return {
    stepIndex: step.index,
    quote: quoteOf(step),
    successRunId: success.runId,
    successStepIndex: counterpart(at, aligned, others)
  }
}

/**
 * What a step did, for comparing: tool, use, effect, files, and what it wrote but for spaces. Commands that look
 * are compared by program and files alone.
 */
export function keyOf(step: RunStep): string {
  const { effect, filesRead, filesWritten, writtenText } = step.effects
  const files = effect === 'change' ? filesWritten : filesRead
  const written = writtenText.slice(0, WRITTEN_CHARS_COMPARED).replaceAll(/\s+/g, '')
  const action = effect === 'change' && written === '' ? step.action.slice(0, 512) : ''
  return JSON.stringify([step.tool ?? step.kind, familyOf(step), effect, files, written, action])
}

/** The step after the one that both shared last before. */
function counterpart(
  at: number,
  aligned: ReadonlyMap<number, number>,
  others: readonly RunStep[]
): number {
  let position = 0
  for (let before = at - 1; before >= 0; before -= 1) {
    const shared = aligned.get(before)
    if (shared === undefined) continue
    position = shared + 1
    break
  }
  return others[Math.min(position, others.length - 1)]?.index ?? 1
}

/** A part of the step's own text, as it is. */
function quoteOf(step: RunStep): string {
  for (const text of [step.action, step.arguments, step.thought]) {
    const quote = text.trim().slice(0, QUOTE_CHARS_MAX)
    if (quote !== '') return endWhole(quote)
  }
  return ''
}

/** Half a surrogate pair is no text. */
function endWhole(text: string): string {
  const last = text.charCodeAt(text.length - 1)
  return last >= 0xd8_00 && last <= 0xdb_ff ? text.slice(0, -1) : text
}

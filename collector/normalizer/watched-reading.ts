// A dialect's reading of a span, watched: which attributes it asks for, and which it would ask for if those were
// absent that it prefers to them.

import type { Attributes, DecodedSpan, StepKind } from '../model/index.ts'
import type { Dialect } from './dialect.ts'

export interface WatchedReading {
  /** As on the step, `gen_ai@1`. */
  readonly label: string
  readonly kind: StepKind
  readonly names: ReadonlySet<string>
  /** Those of them by which the span was recognized. */
  readonly recognizing: ReadonlySet<string>
}

/** Of one span, each a reading of its own; spans of producers have a few dozen names, however many numbers. */
const WORDS_HIDDEN_MAX = 64

/** Undefined when the dialect does not recognize the span, or has a defect that normalizing reports. */
export function readWatched(span: DecodedSpan, dialect: Dialect): WatchedReading | undefined {
  const names = new Set<string>()
  const watched = { ...span, attributes: watch(span.attributes, names) }
  try {
    if (!dialect.recognizes(watched)) return undefined
    const recognizing = new Set(names)
    const step = dialect.toStep(watched)
    return { label: step.dialect, kind: step.kind, names, recognizing }
  } catch {
    return undefined
  }
}

/**
 * Hides what was read, name after name, and sees what is read in its stead. A name without which the span is
 * another dialect's, or a step of another kind, stays: what is read then is no fallback but another reading.
 */
export function findFallbacks(
  span: DecodedSpan,
  dialect: Dialect,
  { kind, names, recognizing }: WatchedReading
): ReadonlySet<string> {
  // What makes it this kind comes last; before it the longest first, so that few of the readings parse large texts.
  const order = [...names]
    .toSorted((a, b) => lengthOf(span, b) - lengthOf(span, a))
    .toSorted((a, b) => Number(recognizing.has(a)) - Number(recognizing.has(b)))
  const seen = new Set(order.map(inWords))
  const fallbacks = new Set<string>()
  const hidden = new Set<string>()
  const queue = [...seen]
  for (const [at, word] of queue.entries()) {
    if (at >= WORDS_HIDDEN_MAX) break
    hidden.add(word)
    const attributes = without(span.attributes, hidden)
    const reading = readWatched({ ...span, attributes }, dialect)
    if (reading?.kind !== kind) {
      hidden.delete(word)
      continue
    }
    for (const found of new Set([...reading.names].map(inWords))) {
      if (seen.has(found)) continue
      seen.add(found)
      fallbacks.add(found)
      queue.push(found)
    }
  }
  return fallbacks
}

/** A name with the numbers of flattened lists as `*`. */
export function inWords(name: string): string {
  return name.replaceAll(/\.\d{1,9}(?=\.|$)/g, '.*')
}

/** Notes each attribute whose value is asked for; being listed is not being read. */
function watch(attributes: Attributes, read: Set<string>): Attributes {
  return new Proxy(attributes, {
    get: (target, name) => {
      if (typeof name !== 'string') return undefined
      if (name in target) read.add(name)
      return target[name]
    }
  })
}

function without(attributes: Attributes, words: ReadonlySet<string>): Attributes {
  const rest: Record<string, Attributes[string]> = Object.create(null)
  for (const [name, value] of Object.entries(attributes)) {
    if (!words.has(inWords(name))) rest[name] = value
  }
  return rest
}

/** In characters; what is no text is short. */
function lengthOf({ attributes }: DecodedSpan, name: string): number {
  const value = attributes[name]
  return typeof value === 'string' ? value.length : 0
}

// Which dialect takes a span, which of its attributes it reads, which it would read and which it leaves. Not a
// list that could be wrong: the dialect reads the span while being watched.

import type { DecodedSpan } from '../model/index.ts'
import type { Dialect } from './dialect.ts'
import { DIALECTS } from './dialects/index.ts'
import { generic } from './dialects/generic.ts'
import { findFallbacks, inWords, readWatched } from './watched-reading.ts'

export interface SpanExplanation {
  readonly spanId: string
  readonly name: string
  /** As on its step, `gen_ai@1`. */
  readonly dialect: string
  /** Names of attributes in their order, numbers of flattened lists as `*`; values are never part of it. */
  readonly used: readonly string[]
  /** Known, and not read because a preferred one says the same. */
  readonly fallbacks: readonly string[]
  readonly left: readonly string[]
  /** Share of the span's attributes that are read or known, 0..1; 1 when it has none. */
  readonly coverage: number
}

/** Of one span; the receiver allows a producer more, which nobody reads as a list. */
const NAMES_MAX = 256

/** A producer has a few shapes of span. Of those beyond, what is known but not read counts as left. */
const SHAPES_MAX = 200

export function explainSpans(spans: readonly DecodedSpan[]): readonly SpanExplanation[] {
  const fallbacksByShape = new Map<string, ReadonlySet<string>>()
  return spans.map((span) => explainSpan(span, fallbacksByShape))
}

/** Fallbacks are looked for once for all spans of one dialect and kind that have the same names. */
function explainSpan(
  span: DecodedSpan,
  fallbacksByShape: Map<string, ReadonlySet<string>>
): SpanExplanation {
  const { dialect, reading } = readSpan(span)
  const names = Object.keys(span.attributes)
  const used = names.filter((name) => reading.names.has(name))
  const unread = names.filter((name) => !reading.names.has(name))
  let fallbacks: ReadonlySet<string> = NONE
  if (unread.length > 0) {
    const shape = JSON.stringify([reading.label, reading.kind, toWords(used), toWords(unread)])
    fallbacks = fallbacksByShape.get(shape) ?? NONE
    if (!fallbacksByShape.has(shape) && fallbacksByShape.size < SHAPES_MAX) {
      fallbacks = findFallbacks(span, dialect, reading)
      fallbacksByShape.set(shape, fallbacks)
    }
  }
  const known = unread.filter((name) => fallbacks.has(inWords(name)))
  return {
    spanId: span.spanId,
    name: span.name,
    dialect: reading.label,
    used: toWords(used).slice(0, NAMES_MAX),
    fallbacks: toWords(known).slice(0, NAMES_MAX),
    left: toWords(unread.filter((name) => !fallbacks.has(inWords(name)))).slice(0, NAMES_MAX),
    coverage: names.length === 0 ? 1 : (used.length + known.length) / names.length
  }
}

const NONE: ReadonlySet<string> = new Set()

/** As normalizing reads it: a dialect with a defect leaves the span to the generic one. */
function readSpan(span: DecodedSpan) {
  const dialect = DIALECTS.find((candidate) => doesRecognize(candidate, span)) ?? generic
  const reading = readWatched(span, dialect)
  if (reading !== undefined) return { dialect, reading }
  const label = `${generic.name}@${generic.version}`
  const failed = { label, kind: 'unknown', names: NONE, recognizing: NONE } as const
  return { dialect: generic, reading: readWatched(span, generic) ?? failed }
}

function doesRecognize(dialect: Dialect, span: DecodedSpan): boolean {
  try {
    return dialect.recognizes(span)
  } catch {
    return false
  }
}

function toWords(names: readonly string[]): readonly string[] {
  return [...new Set(names.map(inWords))]
}

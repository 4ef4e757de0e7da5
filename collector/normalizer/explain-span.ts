// Which dialect takes a span, which of its attributes it reads and which it leaves. Not a list that could be
// wrong: the dialect reads the span while being watched.

import type { Attributes, DecodedSpan } from '../model/index.ts'
import { DIALECTS } from './dialects/index.ts'
import { generic } from './dialects/generic.ts'

export interface SpanExplanation {
  readonly spanId: string
  readonly name: string
  /** As on its step, `gen_ai@1`. */
  readonly dialect: string
  /** Names of attributes in their order, numbers of flattened lists as `*`; values are never part of it. */
  readonly used: readonly string[]
  readonly left: readonly string[]
  /** Share of the span's attributes that were read, 0..1; 1 when it has none. */
  readonly coverage: number
}

/** Of one span; the receiver allows a producer more, which nobody reads as a list. */
const NAMES_MAX = 256

export function explainSpan(span: DecodedSpan): SpanExplanation {
  const read = new Set<string>()
  const watched = { ...span, attributes: watch(span.attributes, read) }
  const dialect = DIALECTS.find((candidate) => doesRecognize(candidate, span)) ?? generic
  let label = `${dialect.name}@${dialect.version}`
  try {
    dialect.recognizes(watched)
    label = dialect.toStep(watched).dialect
  } catch {
    // A defect that normalizing reports; here the span is the generic dialect's, as it is there.
    label = generic.toStep(watched).dialect
  }
  const names = Object.keys(span.attributes)
  const used = names.filter((name) => read.has(name))
  const left = names.filter((name) => !read.has(name))
  return {
    spanId: span.spanId,
    name: span.name,
    dialect: label,
    used: inWords(used),
    left: inWords(left),
    coverage: names.length === 0 ? 1 : used.length / names.length
  }
}

function doesRecognize(dialect: (typeof DIALECTS)[number], span: DecodedSpan): boolean {
  try {
    return dialect.recognizes(span)
  } catch {
    return false
  }
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

function inWords(names: readonly string[]): readonly string[] {
  const words = new Set(names.map((name) => name.replaceAll(/\.\d{1,9}(?=\.|$)/g, '.*')))
  return [...words].slice(0, NAMES_MAX)
}

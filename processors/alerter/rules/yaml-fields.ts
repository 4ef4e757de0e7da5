// Walks a YAML document field by field and keeps a line for every mistake, so that one look at the output
// mends the whole file.

import { isMap, isScalar, isSeq, type LineCounter, type Node, type Pair, type YAMLMap } from 'yaml'

/** More than this is another kind of file. */
const MISTAKES_MAX = 50
const SHOWN_CHARS_MAX = 60

/** One item of the file and where it stands. */
export interface Field {
  readonly path: string
  readonly node: unknown
}

export class FieldReader {
  readonly #lines: LineCounter
  readonly #mistakes: string[] = []

  constructor(lines: LineCounter) {
    this.#lines = lines
  }

  get mistakes(): readonly string[] {
    return this.#mistakes
  }

  /** `message` says what would be right. */
  refuse({ path, node }: Field, message: string): void {
    if (this.#mistakes.length >= MISTAKES_MAX) return
    const { line } = this.#lines.linePos(rangeStart(node))
    this.#mistakes.push(`line ${line}: ${path} ${message}`)
  }

  /** The fields of a map by name; names that are not `known` are mistakes. */
  fields(field: Field, known: readonly string[]): ReadonlyMap<string, Field> {
    const entries = this.entries(field)
    for (const [name, entry] of entries) {
      if (known.includes(name)) continue
      this.refuse(entry, `is unknown here; ${known.join(', ')} are known`)
    }
    return entries
  }

  /** The fields of a map with any names. */
  entries(field: Field): ReadonlyMap<string, Field> {
    const found = new Map<string, Field>()
    if (!isMap(field.node)) {
      this.refuse(field, 'is to be a map of names to values')
      return found
    }
    for (const pair of mapOf(field.node).items) {
      const name = keyOf(pair)
      const path = field.path === '' ? name : `${field.path}.${name}`
      found.set(name, { path, node: pair.value ?? pair.key })
    }
    return found
  }

  items(field: Field | undefined): readonly Field[] {
    if (field === undefined) return []
    if (!isSeq(field.node)) {
      this.refuse(field, 'is to be a list')
      return []
    }
    return field.node.items.map((node, at) => ({ path: `${field.path}[${at}]`, node }))
  }

  text(field: Field | undefined): string | undefined {
    if (field === undefined) return undefined
    const value = isScalar(field.node) ? field.node.value : undefined
    if (typeof value === 'string' && value !== '') return value
    if (typeof value === 'number' || typeof value === 'boolean') return String(value)
    this.refuse(field, 'is to be a text')
    return undefined
  }

  word<Word extends string>(field: Field | undefined, words: readonly Word[]): Word | undefined {
    const text = this.text(field)
    if (field === undefined || text === undefined) return undefined
    const word = words.find((candidate) => candidate === text)
    if (word === undefined) {
      this.refuse(field, `is ${shown(text)}; one of ${words.join(', ')} is right`)
    }
    return word
  }

  number(
    field: Field | undefined,
    { min, max, whole }: { readonly min: number; readonly max: number; readonly whole: boolean }
  ): number | undefined {
    if (field === undefined) return undefined
    const value = isScalar(field.node) ? field.node.value : undefined
    const isRight = typeof value === 'number' && value >= min && value <= max
    if (isRight && (!whole || Number.isInteger(value))) return value
    this.refuse(field, `is to be a ${whole ? 'whole ' : ''}number from ${min} to ${max}`)
    return undefined
  }
}

export function shown(text: string): string {
  return JSON.stringify(text.slice(0, SHOWN_CHARS_MAX))
}

function keyOf(pair: Pair): string {
  return isScalar(pair.key) ? String(pair.key.value).slice(0, SHOWN_CHARS_MAX) : '?'
}

function mapOf(node: YAMLMap): YAMLMap {
  return node
}

function rangeStart(node: unknown): number {
  return isNode(node) ? (node.range?.[0] ?? 0) : 0
}

function isNode(node: unknown): node is Node {
  return typeof node === 'object' && node !== null && 'range' in node
}

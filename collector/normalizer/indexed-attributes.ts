// Lists that a producer flattened into attribute names, `llm.input_messages.12.message.role`, put
// back together: in the order of their numbers, whatever order the attributes came in.

import type { Attributes } from '../model/index.ts'
import type { Value } from './values.ts'

/** A flattened item: dotted names between two numbers are one field, `message.role`. */
type Item = Record<string, Value>

/**
 * The items under `prefix`, sorted by index; gaps close up. Inner lists become lists in their item:
 * `p.0.message.tool_calls.1.id` is item 0's field `message.tool_calls`, whose item 1 has `id`.
 */
export function unflatten(attributes: Attributes, prefix: string): readonly Readonly<Item>[] {
  const root: Branch = new Map()
  const start = prefix.length + 1
  for (const key of Object.keys(attributes)) {
    // The dot first: it is not where most other names have theirs, and costs less to ask for.
    if (key.charCodeAt(prefix.length) !== DOT || !key.startsWith(prefix)) continue
    place(root, key, start, attributes[key])
  }
  return root.size === 0 ? [] : toItems(root)
}

interface Node {
  readonly fields: Item
  /** By name; most items have none. */
  lists: Map<string, Branch> | undefined
}

type Branch = Map<number, Node>

const DOT = 0x2e
const ZERO = 0x30
const NINE = 0x39

/** An index no producer reaches; a longer run of digits is a name that happens to be a number. */
const INDEX_DIGITS_MAX = 9

/** One list inside another: messages, their parts, the calls of a part. */
const LISTS_DEPTH_MAX = 4

// By characters and not by patterns: this is asked of every attribute of a conversation, and is most of what
// reading a flattened span costs (test/bench/normalizer.ts).
// The whole name is passed on, because its rest would be a string of its own for each.
function place(root: Branch, path: string, start: number, value: Value): void {
  let branch = root
  let at = start
  for (let depth = 0; depth < LISTS_DEPTH_MAX; depth += 1) {
    const digitsEnd = indexEnd(path, at)
    if (digitsEnd === -1) return
    const node = nodeAt(branch, Number(path.slice(at, digitsEnd)))
    const field = Math.min(digitsEnd + 1, path.length)
    const fieldEnd = innerIndex(path, field)
    if (fieldEnd === -1) {
      node.fields[path.slice(field)] = value
      return
    }
    branch = listAt(node, path.slice(field, fieldEnd))
    at = fieldEnd + 1
  }
}

/** Where the number at `start` ends, before a dot or the end of the path; -1 when there is none. */
function indexEnd(path: string, start: number): number {
  const last = Math.min(path.length, start + INDEX_DIGITS_MAX)
  let at = start
  while (at < last && isDigit(path.charCodeAt(at))) at += 1
  const isWhole = at === path.length || path.charCodeAt(at) === DOT
  return at > start && isWhole ? at : -1
}

/** The dot before the next number that is a whole part of the path; -1 when there is none. */
function innerIndex(path: string, start: number): number {
  for (let dot = path.indexOf('.', start); dot !== -1; dot = path.indexOf('.', dot + 1)) {
    if (isDigit(path.charCodeAt(dot + 1)) && indexEnd(path, dot + 1) !== -1) return dot
  }
  return -1
}

function isDigit(unit: number): boolean {
  return unit >= ZERO && unit <= NINE
}

function nodeAt(branch: Branch, index: number): Node {
  const known = branch.get(index)
  if (known !== undefined) return known
  const node: Node = { fields: emptyItem(), lists: undefined }
  branch.set(index, node)
  return node
}

function listAt(node: Node, name: string): Branch {
  node.lists ??= new Map()
  const known = node.lists.get(name)
  if (known !== undefined) return known
  const branch: Branch = new Map()
  node.lists.set(name, branch)
  return branch
}

function toItems(branch: Branch): Item[] {
  const items: Item[] = []
  let isSorted = true
  let before = -1
  for (const [index, node] of branch) {
    isSorted &&= index > before
    before = index
    items.push(toItem(node))
  }
  if (isSorted) return items
  return [...branch].toSorted(([left], [right]) => left - right).map(([, node]) => node.fields)
}

function toItem(node: Node): Item {
  if (node.lists === undefined) return node.fields
  for (const [name, branch] of node.lists) node.fields[name] = toItems(branch)
  return node.fields
}

/** Without a prototype: its keys are anybody's. */
function emptyItem(): Item {
  return Object.create(null)
}

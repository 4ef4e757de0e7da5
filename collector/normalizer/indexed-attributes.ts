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
  for (const key in attributes) {
    if (!key.startsWith(prefix) || key.charCodeAt(prefix.length) !== DOT) continue
    place(root, key.slice(start), attributes[key])
  }
  return root.size === 0 ? [] : toItems(root)
}

interface Node {
  readonly fields: Item
  readonly lists: Map<string, Branch>
}

type Branch = Map<number, Node>

const DOT = 0x2e

/** An index no producer reaches; a longer run of digits is a name that happens to be a number. */
const INDEX_DIGITS_MAX = 9

/** One list inside another: messages, their parts, the calls of a part. */
const LISTS_DEPTH_MAX = 4

const INDEX = new RegExp(String.raw`^\d{1,${INDEX_DIGITS_MAX}}$`)

function place(root: Branch, path: string, value: Value): void {
  let branch = root
  let rest = path
  for (let depth = 0; depth < LISTS_DEPTH_MAX; depth += 1) {
    const cut = rest.indexOf('.')
    const digits = cut === -1 ? rest : rest.slice(0, cut)
    if (!INDEX.test(digits)) return
    const node = nodeAt(branch, Number(digits))
    rest = cut === -1 ? '' : rest.slice(cut + 1)
    const inner = rest.search(INNER_INDEX)
    if (inner === -1) {
      node.fields[rest] = value
      return
    }
    branch = listAt(node, rest.slice(0, inner))
    rest = rest.slice(inner + 1)
  }
}

const INNER_INDEX = new RegExp(String.raw`\.\d{1,${INDEX_DIGITS_MAX}}(?:\.|$)`)

function nodeAt(branch: Branch, index: number): Node {
  const known = branch.get(index)
  if (known !== undefined) return known
  const node: Node = { fields: emptyItem(), lists: new Map() }
  branch.set(index, node)
  return node
}

function listAt(node: Node, name: string): Branch {
  const known = node.lists.get(name)
  if (known !== undefined) return known
  const branch: Branch = new Map()
  node.lists.set(name, branch)
  return branch
}

function toItems(branch: Branch): Item[] {
  return [...branch].toSorted(([left], [right]) => left - right).map(([, node]) => toItem(node))
}

function toItem(node: Node): Item {
  for (const [name, branch] of node.lists) node.fields[name] = toItems(branch)
  return node.fields
}

/** Without a prototype: its keys are anybody's. */
function emptyItem(): Item {
  return Object.create(null)
}

// One line that tells a person what a tool call did: `bash: npm test`, `edit_file: src/a.ts`,
// `search: retry budget`. The argument that tells most is found by its name; there is no table of
// tools, because every agent names its own.

import { cutText } from '../model/index.ts'
import { withoutDataUris } from './inline-bytes.ts'
import { parseJson, toText } from './json-text.ts'
import type { Value, ValueRecord } from './values.ts'
import { firstValue, isList, isRecord, scalarText } from './values.ts'

/** A line in a list of steps; the whole call is in `arguments`. */
export const ACTION_CHARS_MAX = 400

export function describeToolCall(tool: string | undefined, given: Value): string {
  const name = tool ?? 'tool'
  const value = typeof given === 'string' ? (parseJson(given)?.value ?? given) : given
  const telling = tellingArgument(value)
  if (telling !== undefined) return toLine(`${name}: ${telling}`)
  const isEmpty = isRecord(value) && Object.keys(value).length === 0
  return toLine(`${name}(${isEmpty ? '' : toText(given)})`)
}

/** White space collapsed, cut to ACTION_CHARS_MAX. */
export function toLine(text: string): string {
  // Cut before collapsing, so that a line of a megabyte costs no more than one of a few hundred.
  const start = withoutDataUris(text.slice(0, ACTION_CHARS_MAX * 4))
  return cutText(start.replace(/\s+/g, ' ').trim(), ACTION_CHARS_MAX)
}

// In this order: a command tells more than the directory it ran in, a path more than the text put there.
const COMMAND_KEYS = ['command', 'cmd', 'shell_command', 'bash_command', 'commands', 'keystrokes']
const PATH_KEYS = [
  'file_path',
  'filePath',
  'path',
  'filename',
  'file_name',
  'target_file',
  'notebook_path',
  'file',
  'filepath'
]
const QUERY_KEYS = ['query', 'pattern', 'regex', 'search_query', 'search_term', 'q', 'keyword']
const OTHER_KEYS = ['url', 'uri', 'code', 'script', 'prompt', 'description', 'question', 'thought']

function tellingArgument(value: Value, depth = 0): string | undefined {
  if (typeof value === 'string') return patchedFiles(value) ?? (value === '' ? undefined : value)
  if (!isRecord(value)) return undefined
  return (
    commandOf(value) ??
    queryIn(value) ??
    scalarText(firstValue(value, PATH_KEYS)) ??
    patchedFiles(scalarText(firstValue(value, PATCH_KEYS)) ?? '') ??
    scalarText(firstValue(value, OTHER_KEYS)) ??
    onlyArgument(value, depth)
  )
}

/** A command line, also when it came as the list of its words. */
function commandOf(value: ValueRecord): string | undefined {
  const command = firstValue(value, COMMAND_KEYS)
  if (!isList(command)) return scalarText(command)
  const words = command.map((word) => scalarText(word) ?? '')
  return words.length === 0 ? undefined : words.join(' ')
}

/** `retry in src/http`: what was searched for, and where. */
function queryIn(value: ValueRecord): string | undefined {
  const query = scalarText(firstValue(value, QUERY_KEYS))
  const path = scalarText(firstValue(value, PATH_KEYS))
  return query === undefined || path === undefined ? query : `${query} in ${path}`
}

const PATCH_KEYS = ['patch', 'diff', 'input']

/** The files of an `apply_patch` envelope or of a unified diff. */
function patchedFiles(text: string): string | undefined {
  const head = text.slice(0, PATCH_HEAD_CHARS_MAX)
  const files = [...head.matchAll(PATCHED_FILE)].map((match) => match[1] ?? '')
  return files.length === 0 ? undefined : [...new Set(files)].join(', ')
}

/** The first files are enough for a line. */
const PATCH_HEAD_CHARS_MAX = 16_384
const PATCHED_FILE = /^(?:\*\*\* (?:Update|Add|Delete) File: |\+\+\+ b\/)(\S.{0,300})$/gm

/** A single argument tells all there is; a single structure is a wrapper around the arguments. */
function onlyArgument(value: ValueRecord, depth: number): string | undefined {
  const keys = Object.keys(value)
  if (keys.length !== 1) return undefined
  const only = value[keys[0] ?? '']
  return isRecord(only) && depth < WRAPPERS_MAX
    ? tellingArgument(only, depth + 1)
    : scalarText(only)
}

/** `{ input: { args: … } }` */
const WRAPPERS_MAX = 2

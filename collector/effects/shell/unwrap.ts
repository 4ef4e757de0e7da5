// Takes `sudo`, `timeout 5`, `xargs -n1`, `uv run`… off the front of a command's words, and finds the
// text that `bash -c` and its like would read as shell.

import { posix } from 'node:path'
import { RUNNERS, SHELLS, TEXT_WRAPPERS, WRAPPERS } from './wrappers.ts'
import type { TextWrapper, Wrapper } from './wrappers.ts'

/** `sudo env nice timeout 5 …`: deeper stacks are not written by anyone. */
const WRAPPERS_MAX = 8

const ASSIGNMENT = /^[A-Za-z_]\w{0,255}=/

export interface Unwrapped {
  readonly argv: readonly string[]
  readonly assignments: readonly string[]
  readonly wrappers: readonly string[]
  /** Shell text that the command would read, instead of being one itself. */
  readonly text: string | undefined
}

export function unwrapWords(words: readonly string[], input: string | undefined): Unwrapped {
  let argv = words
  const wrappers: string[] = []
  const assignments: string[] = []
  while (wrappers.length < WRAPPERS_MAX) {
    const inner = moduleAt(argv) ?? skipWrapper(argv, assignments)
    if (inner === undefined || inner >= argv.length) break
    wrappers.push(baseName(argv[0] ?? ''))
    argv = argv.slice(inner)
  }
  return { argv, assignments, wrappers, text: findText(argv, input) }
}

export function baseName(program: string): string {
  return posix.basename(program)
}

/** `python -m pytest` is `pytest`: position of the module's name. */
function moduleAt(argv: readonly string[]): number | undefined {
  if (!/^(?:python|pypy)[\d.]*$/.test(baseName(argv[0] ?? ''))) return undefined
  for (let at = 1; at < argv.length; at += 1) {
    const word = argv[at] ?? ''
    if (word === '-m') return at + 1
    if (!/^-[BEIOSsuvx]{1,8}$/.test(word)) return undefined
  }
  return undefined
}

interface Found {
  readonly wrapper: Wrapper
  /** Words of the wrapper itself: `sudo`, or `uv run`. */
  readonly length: number
}

function findWrapper(argv: readonly string[]): Found | undefined {
  const name = baseName(argv[0] ?? '')
  const wrapper = WRAPPERS.get(name)
  if (wrapper !== undefined) return { wrapper, length: 1 }
  const runner = RUNNERS.get(name)?.get(argv[1] ?? '')
  return runner === undefined ? undefined : { wrapper: runner, length: 2 }
}

/** Position of the inner command; undefined when `argv` begins with no wrapper. */
function skipWrapper(argv: readonly string[], assignments: string[]): number | undefined {
  const found = findWrapper(argv)
  // `command -v tool` asks where a tool is; it does not run it.
  if (found === undefined || /^-[vV]$/.test(argv[1] ?? '')) return undefined
  const { length, wrapper } = found
  let operands = wrapper.operands ?? 0
  for (let at = length; at < argv.length; at += 1) {
    const word = argv[at] ?? ''
    if (word === '--') return at + 1
    if (isOption(word)) at += takesNext(wrapper, word) ? 1 : 0
    else if (ASSIGNMENT.test(word)) assignments.push(word)
    else if (operands > 0) operands -= 1
    else return at
  }
  return argv.length
}

function isOption(word: string): boolean {
  return word.length > 1 && word.startsWith('-')
}

function takesNext(wrapper: { readonly valued?: readonly string[] }, option: string): boolean {
  return wrapper.valued?.includes(option) === true
}

function findText(argv: readonly string[], input: string | undefined): string | undefined {
  const name = baseName(argv[0] ?? '')
  const wrapper = TEXT_WRAPPERS.get(name)
  if (wrapper === undefined) return undefined
  if (wrapper.option !== undefined) {
    const at = argv.findIndex((word) => wrapper.option?.includes(word))
    if (at !== -1) return argv[at + 1] ?? ''
    const reads = SHELLS.has(name) && !argv.slice(1).some((word) => !/^[-+]/.test(word))
    return reads ? input : undefined
  }
  const operands = joinOperands(argv, wrapper)
  return operands === '' ? input : operands
}

function joinOperands(argv: readonly string[], wrapper: TextWrapper): string {
  let skip = wrapper.operands ?? 0
  for (let at = 1; at < argv.length; at += 1) {
    const word = argv[at] ?? ''
    if (isOption(word)) at += takesNext(wrapper, word) ? 1 : 0
    else if (skip > 0) skip -= 1
    else return argv.slice(at).join(' ')
  }
  return ''
}

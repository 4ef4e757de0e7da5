// The git commands in a command line that put files back, or that move what "back" means.

import { FILES_PER_STEP_MAX } from '@onset/collector/model'

import type { FileChange } from './file-changes.ts'

const GIT_COMMANDS_MAX = 16

/** Words before `git` in one command: `sudo`, `time`, assignments. */
const WORDS_BEFORE_GIT_MAX = 3

type Reader = (words: readonly string[]) => FileChange | undefined

const SWITCH: FileChange = { does: 'switch' }
const RESTORE_ALL: FileChange = { does: 'restore', paths: undefined }

const READERS: Readonly<Record<string, Reader>> = Object.assign(Object.create(null), {
  checkout: readCheckout,
  restore: readRestore,
  stash: readStash,
  reset: readReset,
  commit: () => ({ does: 'commit' }),
  // These bring contents that no step has written.
  switch: () => SWITCH,
  merge: () => SWITCH,
  rebase: () => SWITCH,
  pull: () => SWITCH,
  revert: () => SWITCH,
  'cherry-pick': () => SWITCH
} satisfies Record<string, Reader>)

export function readGitChanges(command: string): FileChange[] {
  if (!command.includes('git')) return []
  const found: FileChange[] = []
  // Not a regular expression over the whole line: options with values make those ambiguous, and slow.
  for (const part of command.split(/[;&|\n]/)) {
    const words = part.split(/\s+/).filter((word) => word !== '')
    const at = words.slice(0, WORDS_BEFORE_GIT_MAX + 1).indexOf('git')
    const change = at < 0 ? undefined : readSubcommand(words.slice(at + 1))
    if (change !== undefined) found.push(change)
    if (found.length >= GIT_COMMANDS_MAX) break
  }
  return found
}

function readSubcommand(words: readonly string[]): FileChange | undefined {
  let at = 0
  while (words[at]?.startsWith('-')) at += OPTIONS_WITH_VALUE.has(words[at] ?? '') ? 2 : 1
  return READERS[words[at] ?? '']?.(words.slice(at + 1))
}

const OPTIONS_WITH_VALUE: ReadonlySet<string> = new Set(['-C', '-c', '--git-dir', '--work-tree'])

function readCheckout(words: readonly string[]): FileChange | undefined {
  const dashes = words.indexOf('--')
  if (dashes >= 0) {
    const source = words.slice(0, dashes).find((word) => !word.startsWith('-'))
    return isHead(source) ? restorePaths(words.slice(dashes + 1)) : SWITCH
  }
  if (words.includes('-b') || words.includes('-B')) return undefined
  const [first, ...others] = words.filter((word) => !word.startsWith('-'))
  if (first === undefined) return words.includes('-f') ? RESTORE_ALL : undefined
  if (first === 'HEAD') return others.length > 0 ? restorePaths(others) : undefined
  // A name without a dot or a slash is a branch more often than a file.
  return /[./]/.test(first) ? restorePaths([first, ...others]) : SWITCH
}

function readRestore(words: readonly string[]): FileChange | undefined {
  if (words.some((word) => word === '-s' || word.startsWith('--source'))) return SWITCH
  const isIndexOnly = words.includes('--staged') || words.includes('-S')
  if (isIndexOnly && !words.includes('--worktree') && !words.includes('-W')) return undefined
  return restorePaths(words.filter((word) => !word.startsWith('-')))
}

function readStash(words: readonly string[]): FileChange | undefined {
  const [verb] = words
  if (verb === 'pop' || verb === 'apply') return { does: 'unstash' }
  const isPush = verb === undefined || verb === 'push' || verb === 'save' || verb.startsWith('-')
  return isPush ? { does: 'stash' } : undefined
}

function readReset(words: readonly string[]): FileChange | undefined {
  if (!words.includes('--hard')) return undefined
  return isHead(words.find((word) => !word.startsWith('-'))) ? RESTORE_ALL : SWITCH
}

function isHead(source: string | undefined): boolean {
  return source === undefined || source === 'HEAD'
}

function restorePaths(paths: readonly string[]): FileChange | undefined {
  if (paths.length === 0) return undefined
  const isAll = paths.some((path) => path === '.' || path === './' || path === ':/')
  const named = paths.slice(0, FILES_PER_STEP_MAX).map((path) => unquote(path))
  return { does: 'restore', paths: isAll ? undefined : named }
}

function unquote(path: string): string {
  return path.replace(/^(['"])(.*)\1$/, '$2').replace(/^\.\//, '')
}

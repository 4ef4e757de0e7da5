// What a change step did to the contents of files, as far as its arguments and command say: enough to
// notice that a file is again what it was. Anything not understood counts as content never seen before,
// so that a revert is missed rather than invented.

import { basename } from 'node:path'

import type { ClassifiedStep } from '@onset/collector/model'

import { readGitChanges } from './git-changes.ts'

export type FileChange =
  /** The whole content is known. */
  | { readonly does: 'write'; readonly path: string; readonly content: string }
  | { readonly does: 'edit'; readonly path: string; readonly from: string; readonly to: string }
  | { readonly does: 'copy'; readonly from: string; readonly to: string }
  /** The editor's own undo. */
  | { readonly does: 'undo'; readonly path: string }
  /** Contents nobody told. */
  | { readonly does: 'alter'; readonly path: string }
  /** Back to the last commit: some paths, or everything. */
  | { readonly does: 'restore'; readonly paths: readonly string[] | undefined }
  | { readonly does: 'commit' | 'stash' | 'unstash' | 'switch' }

/** Commands longer than this are here-documents; what they do to files `effects` says. */
const COMMAND_CHARS_MAX = 4_096

const COPY = /^\s*(?:cp|mv)\s+(?:-[a-zA-Z]+\s+)?([^\s;&|-][^\s;&|]*)\s+([^\s;&|]+)\s*$/

export function readFileChanges(step: ClassifiedStep): readonly FileChange[] {
  const { filesWritten, error } = step.effects
  const [path] = filesWritten
  const content = filesWritten.length === 1 && path !== undefined ? readContent(step, path) : []
  if (step.outcome === 'error' || error !== undefined) {
    // An edit that failed changed nothing; a command that failed may have gone half of its way.
    const isEdit = content.some((change) => change.does === 'edit' || change.does === 'undo')
    return isEdit ? [] : alter(filesWritten)
  }
  const commanded = readCommand(step.action.slice(0, COMMAND_CHARS_MAX), filesWritten)
  if (commanded.length > 0) return commanded
  return content.length > 0 ? content : alter(filesWritten)
}

function readCommand(command: string, filesWritten: readonly string[]): FileChange[] {
  const git = readGitChanges(command)
  if (git.length > 0) {
    const restored = restoredNames(git)
    return [...alter(filesWritten.filter((path) => !restored.has(basename(path)))), ...git]
  }
  const [, from, to] = COPY.exec(command) ?? []
  return from === undefined || to === undefined ? [] : [{ does: 'copy', from, to }]
}

function alter(paths: readonly string[]): FileChange[] {
  return paths.map((path) => ({ does: 'alter', path }))
}

/** File names, because commands and editors name the same file by different paths. */
function restoredNames(changes: readonly FileChange[]): ReadonlySet<string> {
  const paths = changes.flatMap((change) => (change.does === 'restore' ? (change.paths ?? []) : []))
  return new Set(paths.map((path) => basename(path)))
}

/** Names of the replaced and the replacing text in the edit tools of various agents. */
const REPLACED = ['old_string', 'old_str', 'oldText', 'old_text', 'search']
const REPLACING = ['new_string', 'new_str', 'newText', 'new_text', 'replace']

function readContent(step: ClassifiedStep, path: string): FileChange[] {
  const given = parseRecord(step.arguments)
  if (given?.['command'] === 'undo_edit') return [{ does: 'undo', path }]
  const edits = given === undefined ? [] : readEdits(given, path)
  if (edits.length > 0) return edits
  const content = step.effects.writtenText
  const isWhole = content !== '' && !step.truncated && !step.action.includes('>>')
  return isWhole ? [{ does: 'write', path, content }] : []
}

function readEdits(given: Readonly<Record<string, unknown>>, path: string): FileChange[] {
  const listed = given['edits']
  const edits = Array.isArray(listed) ? listed : [given]
  return edits.flatMap((edit: unknown): FileChange[] => {
    if (!isRecord(edit)) return []
    const from = firstText(edit, REPLACED)
    const to = firstText(edit, REPLACING)
    return from === undefined || to === undefined ? [] : [{ does: 'edit', path, from, to }]
  })
}

function firstText(
  given: Readonly<Record<string, unknown>>,
  names: readonly string[]
): string | undefined {
  const name = names.find((candidate) => typeof given[candidate] === 'string')
  const value = name === undefined ? undefined : given[name]
  return typeof value === 'string' ? value : undefined
}

function parseRecord(json: string): Readonly<Record<string, unknown>> | undefined {
  if (!json.startsWith('{')) return undefined
  try {
    const value: unknown = JSON.parse(json)
    return isRecord(value) ? value : undefined
  } catch {
    // Arguments are whatever a model wrote; a cut or broken one tells nothing.
    return undefined
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}

// The files around a command, as sizes and times: what differs afterwards the command has changed, though
// it wrote them itself. Bounded in entries and in time; a tree that is larger is not compared at all, because
// half a comparison would name files that somebody else changed.

import { join } from 'node:path'
import type { EffectLimits } from '../limits.ts'
import { existsSync, lstatSync, readdirSync } from '../files/untouched-fs.ts'

export type Surroundings = ReadonlyMap<string, { readonly bytes: number; readonly mtimeMs: number }>

export interface Change {
  readonly path: string
  readonly change: 'created' | 'modified' | 'deleted'
  readonly bytes: number | undefined
}

/** Made by programs, not by agents. */
const SKIPPED = new Set([
  '.git',
  'node_modules',
  '.venv',
  'venv',
  '__pycache__',
  'dist',
  'build',
  'target',
  '.cache'
])

/** Changes that are shown of one command. */
const CHANGES_MAX = 32

/** Undefined outside of a git work tree, and when it is too large. */
export function lookAround(cwd: string, limits: EffectLimits): Surroundings | undefined {
  if (!existsSync(join(cwd, '.git'))) return undefined
  const deadline = performance.now() + limits.lookMsMax
  const found = new Map<string, { bytes: number; mtimeMs: number }>()
  const folders = [cwd]
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      if (found.size >= limits.lookedAtMax || performance.now() > deadline) return undefined
      const path = join(folder, entry.name)
      if (entry.isDirectory()) {
        if (!SKIPPED.has(entry.name)) folders.push(path)
      } else if (entry.isFile()) {
        const stat = lstatSync(path, { throwIfNoEntry: false })
        if (stat !== undefined) found.set(path, { bytes: stat.size, mtimeMs: stat.mtimeMs })
      }
    }
  }
  return found
}

export function findChanges(
  before: Surroundings,
  after: Surroundings | undefined
): readonly Change[] | undefined {
  if (after === undefined) return undefined
  const changes: Change[] = []
  for (const [path, { bytes, mtimeMs }] of after) {
    const was = before.get(path)
    if (was === undefined) changes.push({ path, change: 'created', bytes })
    else if (was.bytes !== bytes || was.mtimeMs !== mtimeMs) {
      changes.push({ path, change: 'modified', bytes })
    }
  }
  for (const path of before.keys()) {
    if (!after.has(path)) changes.push({ path, change: 'deleted', bytes: undefined })
  }
  return changes.slice(0, CHANGES_MAX)
}

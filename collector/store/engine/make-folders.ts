// Folders made one by one: `mkdirSync` with `recursive` never returns on Node 20 to 24 where the file system
// answers ENOENT although the parent is there, as /proc does, and a wrong setting would hang the start without a word.

import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'

/** @throws the file system's error. */
export function makeFolders(path: string): void {
  if (makeFolder(path)) return
  makeFolders(dirname(path))
  if (!makeFolder(path)) throw new Error(`the folder ${path} cannot be made`)
}

/** False when its parent is missing. Somebody else may make it at the same time. */
function makeFolder(path: string): boolean {
  try {
    mkdirSync(path)
    return true
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined
    if (code === 'EEXIST') return true
    if (code === 'ENOENT' && dirname(path) !== path) return false
    throw error
  }
}

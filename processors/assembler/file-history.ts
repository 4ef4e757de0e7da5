// Remembers which content each file had in which state, to notice when a change brings one back. Contents
// are versions, not texts: a fingerprint where the whole text is known, a fresh number where it is not.
// Constant work a change: stashing swaps a map, and putting everything back drops one.

import { hash } from 'node:crypto'
import { basename } from 'node:path'

import type { FileChange } from './file-changes.ts'

/** A file that differs from the last commit. */
interface DirtyFile {
  version: string
  /** Edits that can be undone by their inverse, oldest first. */
  readonly edits: DoneEdit[]
}

interface DoneEdit {
  readonly from: string
  readonly to: string
  /** Versions around the edit. */
  readonly before: string
  readonly after: string
}

type DirtyFiles = Map<string, DirtyFile>

/** Files followed in one run; a change that touches more is a build or an unpacking, not an edit. */
const FILES_MAX = 10_000

/** Paths of one file name that are tried when a command names a file by another path. */
const SAME_NAME_PATHS_MAX = 16

export class FileHistory {
  #committed = new Map<string, string>()
  #dirty: DirtyFiles = new Map()
  readonly #stashes: { readonly files: DirtyFiles; readonly state: number }[] = []
  /** By path, then version: the last state in which the file was so. */
  readonly #lastStates = new Map<string, Map<string, number>>()
  readonly #pathsByName = new Map<string, string[]>()
  /** The last state in which nothing differed from the last commit. */
  #cleanState = 0
  #versionCount = 0
  /** Counts changes of unknown extent, after which untouched files are not what they were. */
  #epoch = 0

  /**
   * Applies what one step did in `state`. Returns the earlier state it went back to, when all that
   * it changed is again as it was there.
   */
  apply(changes: readonly FileChange[], state: number): number | undefined {
    const results = changes.map((change) => this.#applyOne(change, state))
    const changed = results.filter((result) => result !== UNCHANGED)
    const earlier = changed.filter((result) => result !== NEW)
    return earlier.length > 0 && earlier.length === changed.length
      ? Math.min(...earlier)
      : undefined
  }

  #applyOne(change: FileChange, state: number): Result {
    if (change.does === 'write') return this.#set(change.path, fingerprint(change.content), state)
    if (change.does === 'edit') return this.#edit(change, state)
    if (change.does === 'undo') return this.#undo(change.path, state)
    if (change.does === 'alter') return this.#set(change.path, this.#newVersion(), state)
    if (change.does === 'copy') {
      return this.#set(this.#resolve(change.to), this.#versionOf(this.#resolve(change.from)), state)
    }
    if (change.does === 'restore') return this.#restore(change.paths, state)
    if (change.does === 'commit') return this.#commit()
    if (change.does === 'stash') return this.#stash(state)
    return change.does === 'unstash' ? this.#unstash() : this.#forget()
  }

  #set(path: string, version: string, state: number): Result {
    const before = this.#versionOf(path)
    if (version === before) return UNCHANGED
    if (!this.#isFollowed(path)) return NEW
    this.#dirtyFile(path, state).version = version
    return this.#moveOn(path, { before, version, state })
  }

  #edit({ path, from, to }: EditChange, state: number): Result {
    if (!this.#isFollowed(path)) return NEW
    const before = this.#versionOf(path)
    const file = this.#dirtyFile(path, state)
    const last = file.edits.at(-1)
    if (last !== undefined && last.from === to && last.to === from && last.after === before) {
      file.edits.pop()
      file.version = last.before
    } else {
      file.version = this.#newVersion()
      file.edits.push({ from, to, before, after: file.version })
    }
    return this.#moveOn(path, { before, version: file.version, state })
  }

  #undo(path: string, state: number): Result {
    if (!this.#isFollowed(path)) return NEW
    const before = this.#versionOf(path)
    const file = this.#dirtyFile(path, state)
    file.version = file.edits.pop()?.before ?? this.#newVersion()
    return this.#moveOn(path, { before, version: file.version, state })
  }

  #restore(paths: readonly string[] | undefined, state: number): Result {
    if (paths === undefined) {
      const changed = this.#dirty.size > 0
      this.#dirty = new Map()
      return changed ? this.#cleanState : NEW
    }
    const results = paths.map((given) => {
      const path = this.#resolve(given)
      const before = this.#versionOf(path)
      if (!this.#dirty.delete(path)) return NEW
      return this.#moveOn(path, { before, version: this.#versionOf(path), state })
    })
    const earlier = results.filter((result) => result !== NEW && result !== UNCHANGED)
    return earlier.length > 0 ? Math.min(...earlier) : NEW
  }

  #commit(): Result {
    for (const [path, { version }] of this.#dirty) this.#committed.set(path, version)
    this.#dirty = new Map()
    return UNCHANGED
  }

  #stash(state: number): Result {
    if (this.#dirty.size === 0) return UNCHANGED
    this.#stashes.push({ files: this.#dirty, state })
    this.#dirty = new Map()
    return this.#cleanState
  }

  #unstash(): Result {
    const stash = this.#stashes.pop()
    if (stash === undefined) return NEW
    // The smaller map goes into the larger: stashing over and over stays linear.
    const [few, many] =
      stash.files.size < this.#dirty.size ? [stash.files, this.#dirty] : [this.#dirty, stash.files]
    for (const [path, file] of few) many.set(path, file)
    this.#dirty = many
    return few.size === 0 ? stash.state : NEW
  }

  #forget(): Result {
    this.#epoch += 1
    this.#committed = new Map()
    this.#dirty = new Map()
    return NEW
  }

  #moveOn(
    path: string,
    {
      before,
      version,
      state
    }: { readonly before: string; readonly version: string; readonly state: number }
  ): Result {
    const states = this.#lastStates.get(path) ?? new Map<string, number>()
    this.#lastStates.set(path, states)
    states.set(before, state)
    return states.get(version) ?? NEW
  }

  #isFollowed(path: string): boolean {
    return this.#lastStates.has(path) || this.#lastStates.size < FILES_MAX
  }

  #dirtyFile(path: string, state: number): DirtyFile {
    const known = this.#dirty.get(path)
    if (known !== undefined) return known
    if (this.#dirty.size === 0) this.#cleanState = state
    const file = { version: this.#versionOf(path), edits: [] }
    this.#dirty.set(path, file)
    this.#rememberName(path)
    return file
  }

  #versionOf(path: string): string {
    const known = this.#dirty.get(path)?.version ?? this.#committed.get(path)
    return known ?? `original ${this.#epoch} ${path}`
  }

  #newVersion(): string {
    this.#versionCount += 1
    return `version ${this.#versionCount}`
  }

  #rememberName(path: string): void {
    const paths = this.#pathsByName.get(basename(path)) ?? []
    this.#pathsByName.set(basename(path), paths)
    if (paths.length < SAME_NAME_PATHS_MAX && !paths.includes(path)) paths.push(path)
  }

  /** Editors name files by absolute paths, commands by relative ones. */
  #resolve(given: string): string {
    const path = given.replace(/^\.\//, '')
    if (this.#dirty.has(path)) return path
    const known = this.#pathsByName.get(basename(path)) ?? []
    return known.find((one) => one.endsWith(`/${path}`) || path.endsWith(`/${one}`)) ?? path
  }
}

/** An earlier state, or that the content is new, or that it is what it was. */
type Result = number | typeof NEW | typeof UNCHANGED
const NEW = 'new'
const UNCHANGED = 'unchanged'

type EditChange = Extract<FileChange, { does: 'edit' }>

function fingerprint(content: string): string {
  return hash('sha1', content)
}

// Names of files: which count as one, and how a step lists them.

import { FILES_PER_STEP_MAX } from '../model/index.ts'
import { resolvePath } from './shell/words.ts'

/** Longer words are text that was mistaken for a path. */
const PATH_CHARS_MAX = 512

/** Devices and descriptors that keep nothing: writing to them changes nothing. */
const SINKS =
  /^(?:-|\/dev\/(?:null|zero|full|random|urandom|stdin|stdout|stderr|tty\w{0,8}|fd\/\d{1,3}|tcp\/.{0,256}|udp\/.{0,256})|\/proc\/self\/fd\/\d{1,3}|&\d{1,3}|NUL)$/

/** The directory itself, a number, a bare variable, a substitution: no file that another step could name. */
const NAMELESS =
  /^(?:\.{1,2}\/?|\d{1,20}|\/|~|\$\w{1,64}|\$\{[^}]{1,64}\}|[<>$]\(.{0,500}|`.{0,500})$/s

export function isRealFile(path: string): boolean {
  return path !== '' && path.length <= PATH_CHARS_MAX && !path.includes('\n') && !SINKS.test(path)
}

function isNamed(path: string): boolean {
  return isRealFile(path) && !NAMELESS.test(path)
}

/** A word with an extension or a slash in it, which a program's argument needs to be taken for a file. */
export function namesFile(word: string): boolean {
  return (
    !word.startsWith('-') && /^[^\s=:?*]{0,200}(?:\/[^\s/]{1,100}|\.[A-Za-z]\w{0,7})$/.test(word)
  )
}

/** Names looked at for one list: the same few thousands of times below a deep directory must not cost as much. */
const NAMES_MAX = 16 * FILES_PER_STEP_MAX

/** Unique, in order of first mention, at most FILES_PER_STEP_MAX. */
export class FileList {
  readonly #paths = new Set<string>()
  #names = 0

  add(cwd: string, path: string): void {
    const isFull = this.#paths.size >= FILES_PER_STEP_MAX || this.#names >= NAMES_MAX
    if (isFull || !isNamed(path)) return
    this.#names += 1
    this.#paths.add(resolvePath(cwd, path))
  }

  toArray(): readonly string[] {
    return [...this.#paths]
  }
}

// Names of files: which count as one, and how a step lists them.

import { FILES_PER_STEP_MAX } from '../model/index.ts'
import { resolvePath } from './shell/words.ts'

/** Longer words are text that was mistaken for a path. */
const PATH_CHARS_MAX = 512

/** Devices and descriptors that keep nothing: writing to them changes nothing. */
const SINKS =
  /^(?:-|\/dev\/(?:null|zero|full|random|urandom|stdin|stdout|stderr|tty\w{0,8}|fd\/\d{1,3}|tcp\/.{0,256}|udp\/.{0,256})|\/proc\/self\/fd\/\d{1,3}|&\d{1,3}|NUL)$/

export function isRealFile(path: string): boolean {
  return path !== '' && path.length <= PATH_CHARS_MAX && !path.includes('\n') && !SINKS.test(path)
}

/** Unique, in order of first mention, at most FILES_PER_STEP_MAX. */
export class FileList {
  readonly #paths = new Set<string>()

  add(cwd: string, path: string): void {
    if (this.#paths.size < FILES_PER_STEP_MAX && isRealFile(path)) {
      this.#paths.add(resolvePath(cwd, path))
    }
  }

  toArray(): readonly string[] {
    return [...this.#paths]
  }
}

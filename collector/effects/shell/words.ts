// Words of a command line as text: quotes gone, and `$NAME` put in where the same line set NAME to a
// literal. What is not known stays as the agent wrote it, so that a path never becomes a wrong path.

import { posix } from 'node:path'
import type { Word } from 'unbash'

/** A line that sets more variables than this is a script; the first ones name its files. */
const VARIABLES_MAX = 64

/** Longer values are programs or data, not paths. */
const VARIABLE_CHARS_MAX = 1_024

export interface Words {
  /** Text of a word with known variables put in. */
  read(word: Word): string
  set(name: string, value: string): void
}

export function createWords(): Words {
  const variables = new Map<string, string>()
  return {
    read(word) {
      if (variables.size === 0 || !word.value.includes('$') || word.text.includes("'")) {
        return word.value
      }
      return word.value.replace(/\$(?:\{(\w{1,64})\}|(\w{1,64}))/g, (whole, braced, bare) => {
        return variables.get(String(braced ?? bare)) ?? whole
      })
    },
    set(name, value) {
      if (value.length > VARIABLE_CHARS_MAX || value.includes('$') || value.includes('`')) {
        variables.delete(name)
      } else if (variables.size < VARIABLES_MAX) variables.set(name, value)
    }
  }
}

/** `path` seen from `cwd`: normalized, without `./`; roots, `~` and unknown variables stand for themselves. */
export function resolvePath(cwd: string, path: string): string {
  if (path === '') return ''
  const first = path[0]
  const rooted = first === '/' || first === '~' || first === '$'
  const joined = rooted || cwd === '' ? path : `${cwd}/${path}`
  const normal = posix.normalize(joined)
  return normal.length > 1 && normal.endsWith('/') ? normal.slice(0, -1) : normal
}

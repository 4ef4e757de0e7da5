// Whether running a program of the agent's own changes the world, when nothing but its name and what it
// printed is known. Annotators go by purpose: a program that tests, checks or looks is exploration, any
// other is run for what it makes. Precision of each rule on the labelled runs: docs/adr/0003-shell-reader.md.

import type { Circumstances } from './command-effects.ts'

export interface Judgement {
  readonly changes: boolean
  /** The name says that it checks the work. */
  readonly checks: boolean
}

const CHECKING =
  'test tests testing tester check checks checker verify verifier verification valid validate validator validation ' +
  'eval evaluate evaluation bench benchmark sanity smoke trial prove assert'

const LOOKING =
  'debug inspect analyze analyse analysis probe explore examine diagnose diagnostic diagnostics diag show list find ' +
  'search scan look dump info compare diff measure profile trace demo parse detect print read view count stats status ' +
  'query get peek monitor explain'

const CHECKS: ReadonlySet<string> = new Set(CHECKING.split(' '))
const LOOKS: ReadonlySet<string> = new Set(LOOKING.split(' '))

/** Longer names are arguments that were mistaken for a program. */
const NAME_CHARS_MAX = 256

/** What a program says when it has made a file; its last words are enough. */
const MADE =
  /\b(?:saved?|saving|wrote|written|writing|created|generated|exported|downloaded)\b[^\n]{0,60}[\w/]\.\w/i
const LAST_WORDS_CHARS_MAX = 4_096

/** `Let me test the fix`, `now I'll check whether…`: what follows is a look, whatever its name. */
const LOOKING_PURPOSE =
  /\b(?:let me|let's|i'?ll|i will|i need to|i should|i can|now) (?:(?:now|also|first|then|just|quickly) ){0,2}(?:test|verify|check|validate|debug|inspect|examine|investigate|confirm|see (?:if|what|how))\b/i
const PURPOSE_CHARS_MAX = 200

export function judgeProgram(program: string, around: Circumstances): Judgement {
  const words = wordsOf(program)
  const isMeantToLook = LOOKING_PURPOSE.test(around.purpose.slice(0, PURPOSE_CHARS_MAX))
  const checks = isMeantToLook || words.some((word) => CHECKS.has(word))
  if (MADE.test(around.observation.slice(-LAST_WORDS_CHARS_MAX))) return { changes: true, checks }
  return { changes: !checks && !words.some((word) => LOOKS.has(word)), checks }
}

/** Words of the file name without its extension, `src/testCart.py` → test, cart. */
function wordsOf(program: string): readonly string[] {
  const name = program.slice(-NAME_CHARS_MAX)
  return name
    .slice(name.lastIndexOf('/') + 1)
    .replace(/\.\w{1,8}$/, '')
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z]+/)
}

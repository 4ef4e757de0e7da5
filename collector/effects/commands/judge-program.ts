// Whether running a program of the agent's own changes the world, when nothing but its name and what it
// printed is known. Annotators go by purpose: a program that tests, checks or looks is exploration, any
// other is run for what it makes. Precision of each rule on the labelled runs: docs/adr/0003-shell-reader.md.

import type { Circumstances } from './command-effects.ts'

/** A rule that decides; `effects-step-kinds.ts --rules` prints the precision of each. */
export type ProgramRule =
  | 'says_it_made_a_file'
  | 'meant_to_look'
  | 'named_check'
  | 'named_look'
  | 'run'

export interface Judgement {
  readonly changes: boolean
  /** It is run to see whether the work is right. */
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

export function judgeProgram(
  program: string,
  args: readonly string[],
  around: Circumstances
): Judgement {
  const look = findLook(program, args, around)
  return {
    // What it printed is read only when that can make a difference.
    changes: look.rule === 'run' || saysItMadeAFile(around.observation),
    checks: look.checks
  }
}

export function findRule(
  program: string,
  args: readonly string[],
  around: Circumstances
): ProgramRule {
  if (saysItMadeAFile(around.observation)) return 'says_it_made_a_file'
  return findLook(program, args, around).rule
}

function findLook(
  program: string,
  args: readonly string[],
  { purpose }: Circumstances
): { readonly rule: ProgramRule; readonly checks: boolean } {
  const words = [...wordsOf(program), ...taskOf(program, args)]
  if (words.some((word) => CHECKS.has(word))) return { rule: 'named_check', checks: true }
  if (LOOKING_PURPOSE.test(purpose.slice(0, PURPOSE_CHARS_MAX))) {
    return { rule: 'meant_to_look', checks: true }
  }
  const isNamedLook = words.some((word) => LOOKS.has(word))
  return { rule: isNamedLook ? 'named_look' : 'run', checks: false }
}

/** Parts of the words of MADE, at least one of which each match has: searching for these first is several times faster. */
const MADE_PARTS = ['sav', 'xport', 'wri', 'wro', 'creat', 'generat', 'download']

function saysItMadeAFile(observation: string): boolean {
  const words = observation.slice(-LAST_WORDS_CHARS_MAX)
  const lower = words.toLowerCase()
  return MADE_PARTS.some((part) => lower.includes(part)) && MADE.test(words)
}

/** Programs of frameworks, told what to do by their first argument: `manage.py test`. */
const TASK_RUNNERS = /(?:^|\/)(?:manage\.py|artisan|rails|console|craft)$/

function taskOf(program: string, args: readonly string[]): readonly string[] {
  return TASK_RUNNERS.test(program) ? wordsOf((args[0] ?? '').replace(/:.*$/s, '')) : []
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

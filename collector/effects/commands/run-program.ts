// Effects of running a program that no table knows: one the agent wrote or built, by its name, its
// arguments and what it printed.

import { NO_EFFECTS } from './command-effects.ts'
import type { Circumstances, CommandEffects } from './command-effects.ts'
import { asksToTell } from './plain-effects.ts'
import { judgeProgram } from './judge-program.ts'

export function runProgram(
  program: string,
  args: readonly string[],
  around: Circumstances
): CommandEffects {
  const judgement = judgeProgram(program, around)
  const tells = args.some((name) => asksToTell({ name }))
  return {
    ...NO_EFFECTS,
    effect: judgement.changes && !tells ? 'change' : 'explore',
    stage: 'verification',
    verifies: judgement.checks,
    reads: [program, ...args.filter(namesFile)]
  }
}

/** An argument with an extension or a slash is taken for a file that the program reads. */
function namesFile(word: string): boolean {
  return (
    !word.startsWith('-') && /^[^\s=:?*]{0,200}(?:\/[^\s/]{1,100}|\.[A-Za-z]\w{0,7})$/.test(word)
  )
}

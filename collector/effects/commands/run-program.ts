// Effects of running a program that no table knows: one the agent wrote or built, by its name, its
// arguments and what it printed.

import { NO_EFFECTS } from './command-effects.ts'
import type { Circumstances, CommandEffects } from './command-effects.ts'
import { namesFile } from '../files.ts'
import { asksToTell } from './plain-effects.ts'
import { judgeProgram } from './judge-program.ts'

export function runProgram(
  program: string,
  args: readonly string[],
  around: Circumstances
): CommandEffects {
  if (!PROGRAM_NAME.test(program)) return NO_EFFECTS
  const judgement = judgeProgram(program, args, around)
  const tells = args.some((name) => asksToTell({ name }))
  const changes = around.background || (judgement.changes && !tells)
  return {
    ...NO_EFFECTS,
    effect: changes ? 'change' : 'explore',
    stage: around.background ? 'environment' : 'verification',
    verifies: judgement.checks && !around.background,
    reads: [program, ...args].filter(namesFile)
  }
}

/** Anything else is text that was mistaken for a command. */
const PROGRAM_NAME = /^[\w./~+@%][\w./~+@%:,=\\ -]{0,255}$/

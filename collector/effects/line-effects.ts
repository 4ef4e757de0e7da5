// What a whole command line does: the effects of its commands and redirections, put together.

import type { StageName } from '../model/index.ts'
import type { ActionEffects } from './action-effects.ts'
import type { Circumstances, CommandEffects } from './commands/command-effects.ts'
import { readCommand } from './commands/read-command.ts'
import { FileList, isRealFile } from './files.ts'
import { textOf } from './shell/printed-text.ts'
import type { ShellCommand, ShellProgram } from './shell/program.ts'

export interface LineCircumstances extends Circumstances {
  /** The shell lives on after the line, so that `cd` and `export` alone change what comes next. */
  readonly staysOpen: boolean
}

export function lineEffects(program: ShellProgram, around: LineCircumstances): ActionEffects {
  const read = new FileList()
  const written = new FileList()
  const texts: string[] = []
  const parts: CommandEffects[] = []
  for (const command of program.commands) {
    const effects = withRedirects(command, readCommand(command, around))
    for (const path of effects.reads) read.add(command.cwd, path)
    for (const path of effects.writes) written.add(command.cwd, path)
    if (effects.writtenText !== '') texts.push(effects.writtenText)
    parts.push(effects)
  }
  const counting = partsThatCount(parts, around)
  return {
    effect: counting.some((part) => part.effect === 'change') ? 'change' : 'explore',
    stage: submits(program) ? 'delivery' : stageOf(counting, around.purpose),
    filesRead: read.toArray(),
    filesWritten: written.toArray(),
    writtenText: texts.join('\n'),
    verifies: counting.some((part) => part.verifies),
    edits: false,
    commands: program.commands
  }
}

/** The word by which mini-SWE-agent's agents hand in: https://mini-swe-agent.com */
const SUBMISSION = /^(?:COMPLETE_TASK_AND_SUBMIT_FINAL_OUTPUT|MINI_SWE_AGENT_FINAL_OUTPUT)$/

function submits(program: ShellProgram): boolean {
  return program.commands.some(
    ({ name, args }) => name === 'echo' && SUBMISSION.test(args[0] ?? '')
  )
}

/** `cd src && make` is `make`; `cd src` alone is itself, if the shell stays open. */
function partsThatCount(
  parts: readonly CommandEffects[],
  around: LineCircumstances
): readonly CommandEffects[] {
  const acting = parts.filter((part) => !part.idle)
  if (acting.length > 0) return acting
  return around.staysOpen ? parts : parts.map((part) => ({ ...part, effect: 'explore' }))
}

function withRedirects(command: ShellCommand, effects: CommandEffects): CommandEffects {
  const reads: string[] = []
  const writes: string[] = []
  for (const { mode, target, descriptor } of command.redirects) {
    if (mode === 'read') reads.push(target)
    else if (descriptor === 1 && isRealFile(target)) writes.push(target)
  }
  const known = { ...effects, reads: [...effects.reads, ...reads] }
  if (writes.length === 0) return reads.length === 0 ? effects : known
  return {
    ...known,
    effect: 'change',
    idle: false,
    stage: effects.effect === 'change' && !effects.idle ? effects.stage : 'implementation',
    writes: [...effects.writes, ...writes],
    writtenText: effects.writtenText === '' ? (textOf(command) ?? '') : effects.writtenText
  }
}

/** Of several stages in one line the one that tells most of its purpose. */
const CHANGE_STAGES: readonly StageName[] = [
  'delivery',
  'dependencies',
  'implementation',
  'verification'
]
const EXPLORE_STAGES: readonly StageName[] = [
  'delivery',
  'verification',
  'research',
  'dependencies',
  'inspection'
]

function stageOf(parts: readonly CommandEffects[], purpose: string): StageName {
  const changes = parts.filter((part) => part.effect === 'change')
  if (changes.length > 0) return firstStage(CHANGE_STAGES, changes)
  const stage = firstStage(EXPLORE_STAGES, parts)
  return stage === 'inspection' && CHECKING_PURPOSE.test(purpose) ? 'verification' : stage
}

function firstStage(order: readonly StageName[], parts: readonly CommandEffects[]): StageName {
  const found = order.find((stage) => parts.some((part) => part.stage === stage))
  return found ?? parts.at(-1)?.stage ?? 'inspection'
}

/** A look that the agent itself calls a check: `Verify the output file`, `let me validate…`. */
const CHECKING_PURPOSE =
  /^(?:test|verify|validate|confirm|final)\b|^[^\n]{0,200}\blet me (?:now |also )?(?:test|verify|validate|confirm)\b/i

// Interpreters: code given inline is read for what it writes; a program file is judged by its name.

import type { ShellCommand } from '../shell/program.ts'
import { SHELLS } from '../shell/wrappers.ts'
import { NO_EFFECTS } from './command-effects.ts'
import type { Application, CommandEffects } from './command-effects.ts'
import { readCode } from './inline-code.ts'
import { hasOption, valuesOf } from './options.ts'
import type { SplitWords } from './options.ts'
import { runProgram } from './run-program.ts'

export function readInterpreter(application: Application, words: SplitWords): CommandEffects {
  const { command, around } = application
  const [program, ...rest] = words.operands
  if (hasOption(words, '--test --check') || (command.name === 'node' && checksSyntax(words))) {
    return { ...NO_EFFECTS, stage: 'verification', verifies: true, reads: words.operands }
  }
  const code = inlineCode(command, words)
  if (code !== undefined) return inlineEffects(code, words)
  if (SHELLS.has(command.name)) return readScriptRun(application, words)
  if (program === undefined) return OPENED
  if (program === 'setup.py') return runSetup(rest)
  return runProgram(program, rest, around)
}

/** `node -c file` checks the syntax; with other interpreters `-c` gives code. */
function checksSyntax(words: SplitWords): boolean {
  return words.options.some(({ name }) => name === '-c')
}

function inlineCode(command: ShellCommand, words: SplitWords): string | undefined {
  const given = valuesOf(words, '-c -e -r -E -p --eval --print --command')
  if (given.length > 0) return given.join('\n')
  const readsInput = words.operands.length === 0 || words.operands[0] === '-'
  return readsInput && !SHELLS.has(command.name) ? command.input : undefined
}

function inlineEffects(code: string, words: SplitWords): CommandEffects {
  const { changes, installs, reads, writes } = readCode(code)
  const inPlace = words.options.some((option) => /^-[a-z]{0,4}i/.test(option.name))
  const isChange = changes || inPlace
  return {
    ...NO_EFFECTS,
    effect: isChange ? 'change' : 'explore',
    stage: installs ? 'dependencies' : isChange ? 'implementation' : 'inspection',
    reads,
    writes: inPlace ? [...writes, ...words.operands] : writes,
    writtenText: isChange ? code : ''
  }
}

function readScriptRun(application: Application, words: SplitWords): CommandEffects {
  const { command, around } = application
  const [program, ...rest] = words.operands
  if (hasOption(words, '-n')) {
    return { ...NO_EFFECTS, stage: 'verification', verifies: true, reads: words.operands }
  }
  if (program !== undefined) return runProgram(program, rest, around)
  // `curl … | sh` and `bash < install.sh` run what they are fed.
  const fed = command.joint === '|' || command.redirects.some(({ mode }) => mode === 'read')
  return fed ? { ...NO_EFFECTS, effect: 'change', stage: 'dependencies' } : OPENED
}

/** A shell or an interpreter opened in the terminal: what is typed next goes to it. */
const OPENED: CommandEffects = {
  ...NO_EFFECTS,
  effect: 'change',
  stage: 'environment',
  idle: true
}

function runSetup(args: readonly string[]): CommandEffects {
  const action = args.find((word) => !word.startsWith('-')) ?? ''
  if (/^(?:test|check|nosetests|pytest)$/.test(action)) {
    return { ...NO_EFFECTS, stage: 'verification', verifies: true }
  }
  if (action === '') return { ...NO_EFFECTS, stage: 'dependencies' }
  return {
    ...NO_EFFECTS,
    effect: 'change',
    stage: /^(?:install|develop)/.test(action) ? 'dependencies' : 'implementation',
    verifies: true
  }
}

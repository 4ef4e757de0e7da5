// A command as a line that a shell would understand, and as the list of its arguments, both masked.

import type { Capture } from '../capture.ts'
import type { EffectLimits } from '../limits.ts'

export interface CommandLine {
  /** What runs: the script when a shell was asked to run one. */
  readonly line: string
  readonly file: string
  readonly args: readonly string[]
}

const SHELL = /(?:^|[/\\])(?:ba|da|z|k|a)?sh$|(?:^|[/\\])cmd(?:\.exe)?$/i
const SCRIPT_FLAG = /^-[a-z]{0,8}c$/

/** `args` without the program's name. */
export function commandLine(file: string, args: readonly string[]): CommandLine {
  return { line: scriptOf(file, args) ?? [file, ...args].map(quote).join(' '), file, args }
}

function scriptOf(file: string, args: readonly string[]): string | undefined {
  if (!SHELL.test(file)) return undefined
  // Windows: cmd.exe /d /s /c "line"
  if (args[2] === '/c') return args[3]?.replace(/^"(.*)"$/s, '$1')
  return SCRIPT_FLAG.test(args[0] ?? '') && args.length === 2 ? args[1] : undefined
}

function quote(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`
}

/** Undefined when nothing of it may be shown. */
export function shownArguments(
  { file, args }: CommandLine,
  capture: Capture,
  limits: EffectLimits
): string[] | undefined {
  if (capture.mode !== 'full') return undefined
  const words = [file, ...args.slice(0, limits.argumentsMax)]
  const charsMax = Math.ceil(limits.commandCharsMax / 4)
  return words.map((word, at) => {
    const shown = capture.text(word, charsMax) ?? ''
    const before = words[at - 1]
    if (before === undefined || !/^--?[\w-]{1,80}$/.test(before)) return shown
    // `--token x`: what an argument is may only be told by the option before it.
    const pair = capture.redact(`${before} ${shown}`)
    return pair.startsWith(`${before} `) ? pair.slice(before.length + 1) : shown
  })
}

// What a command prints when its words say so: `echo`, `printf`, `cat <<E`. The next command of the pipe
// reads it, and a redirection after it writes it.

import type { ShellCommand } from './program.ts'

/** The text printed by the one command that `commands` holds from `start` on, if it is a literal. */
export function printedText(commands: readonly ShellCommand[], start: number): string | undefined {
  const last = commands.at(-1)
  return last === undefined || commands.length <= start ? undefined : textOf(last)
}

export function textOf(command: ShellCommand): string | undefined {
  switch (command.name) {
    case 'echo':
      return command.args.slice(firstOperand(command.args)).join(' ')
    case 'printf':
      return command.args.join('\n')
    case 'cat':
    case 'tee':
      return command.input
    default:
      return undefined
  }
}

function firstOperand(args: readonly string[]): number {
  let at = 0
  while (/^-[neE]{1,3}$/.test(args[at] ?? '')) at += 1
  return at
}

// What a shell command line says, flattened: every simple command that would run, in the order it is
// read, with its words unquoted and the wrappers around it (`sudo`, `timeout`, `bash -c`) taken off.
// Says nothing of what a command does; that is the tables' business.

/** How a redirection moves bytes between a command and a file. */
export type RedirectMode = 'read' | 'write' | 'append'

export interface ShellRedirect {
  readonly mode: RedirectMode
  /** 0, 1 or 2 for the standard streams; 1 also for `&>`, which is both outputs. */
  readonly descriptor: number
  /** As written, relative to the command's `cwd`; never a bare descriptor (`2>&1` is left out). */
  readonly target: string
}

/** Where a command stands: in the line itself, in the head of `if`/`while`, or inside `$(…)`. */
export type CommandPlace = 'line' | 'condition' | 'substitution'

/** What stands before a command; empty for the first of a line. */
export type Joint = '' | ';' | '&&' | '||' | '|'

export interface ShellCommand {
  /** Base name of the program, `python3` for `/usr/bin/python3`; empty for bare redirections or assignments. */
  readonly name: string
  /** The program as written, `./build/tool`. */
  readonly program: string
  /** Words after the program, unquoted; expansions that are not known stay as written (`$HOME/a`). */
  readonly args: readonly string[]
  /** `NAME=value` words before the program. */
  readonly assignments: readonly string[]
  readonly redirects: readonly ShellRedirect[]
  /** Here-document, here-string, or the text an `echo`/`cat <<E` before the pipe prints; else absent. */
  readonly input: string | undefined
  /** Directory of the last `cd` in the same line; empty where the shell stood. */
  readonly cwd: string
  readonly background: boolean
  readonly place: CommandPlace
  readonly joint: Joint
  /** Its output goes into another command. */
  readonly piped: boolean
  /** `sudo`, `timeout`, `xargs`… outermost first. */
  readonly wrappers: readonly string[]
}

export interface ShellProgram {
  readonly commands: readonly ShellCommand[]
  /** False when the text is not whole shell: unbalanced, too long, too deep, or too many commands. */
  readonly complete: boolean
}

/** 32 Ki characters: what a step's text is cut to; the parser's worst case is measured on this (ADR 3). */
export const SHELL_CHARS_MAX = 32_768

/** A generated script of this many commands says by then what it does. */
export const SHELL_COMMANDS_MAX = 512

/** `bash -c "sh -c '$(…)'"`: six levels were never reached in 21,494 recorded commands; each level is read anew. */
export const SHELL_NESTING_MAX = 6

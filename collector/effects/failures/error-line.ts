// The one line of an output that tells a person what went wrong, quoted as it stands.

import { QUOTE_CHARS_MAX } from '../../model/index.ts'

/** What harnesses write around an output. */
const FRAME =
  /^\s*(?:<\/?(?:output|returncode|stdout|stderr|tool_use_error|error|exit_code|status)>|<returncode>.*|Exit code:? -?\d+|Wall time: .*|Output:|Chunk ID: .*|Process exited with code .*|Total output lines: .*|\[(?:The command completed|Command finished|Current working|Python interpreter).*|New Terminal Output:)\s*$/i

/**
 * The last line of a Python traceback, or of any exception that is printed the same way; Node puts a code
 * behind the name and indents what a test raised: `  AssertionError [ERR_ASSERTION]: …`.
 */
const EXCEPTION =
  /^ {0,8}(?:Uncaught )?[A-Za-z_][\w.]{0,120}(?:Error|Exception|Interrupt|Exit|Timeout|NotFound)(?: \[\w{1,60}\])?(?:: .*)?$/

/** Lines that report a failure themselves, most telling wording first. */
const REPORTS: readonly RegExp[] = [
  /(?:command not found|No such file or directory|[Pp]ermission denied|cannot access|not found\.?$)/,
  /(?:^|[\s:\]])(?:fatal|error|ERROR|Error|panic|panicked|E|npm ERR!|npm error)(?:\[\w{1,16}\])?[:! ]/,
  /(?:[Ff]ailed|FAILED|FAIL|[Uu]nable to|[Cc]annot|[Cc]ould not|[Cc]an't|[Ii]nvalid|[Uu]nknown|[Rr]efused|[Tt]imed? ?out|[Aa]borted|Segmentation fault|Killed|core dumped|undefined reference|syntax error|Syntax error|unrecognized|usage:)/
]

const BLOCK_MARK = /^\s{1,72}\w{1,40}: [|>][-+\d]{0,2}\s*$/
/** A check by its name says more than the totals that a report ends with. */
const TAP_FAILURE = /^ {0,64}not ok\b(?!.{0,300} # (?:todo|skip)\b)/i

/** Lines looked at; a step's observation holds fewer useful ones. */
const LINES_MAX = 4_096

/** The telling line of an output that is known to be one of a failure. */
export function findErrorLine(output: string): string | undefined {
  const lines = linesOf(output)
  const raisedAt = lines.findLastIndex((line) => EXCEPTION.test(line))
  if (raisedAt !== -1) return quote(findComparison(lines, raisedAt) ?? lines[raisedAt])
  for (const report of REPORTS) {
    const at = lines.findIndex((line) => report.test(line.slice(0, LINE_CHARS_MAX)))
    if (at !== -1) return quote(findBlockText(lines, at) ?? lines[at])
  }
  const failing = lines.find((line) => TAP_FAILURE.test(line))
  return quote(failing ?? lines.at(-1) ?? exitLineOf(output))
}

/** Below `error: |-` of a YAML block, as TAP has it, is what it stands for. */
function findBlockText(lines: readonly string[], at: number): string | undefined {
  if (!BLOCK_MARK.test(lines[at] ?? '')) return undefined
  return findComparison(lines, at + 1) ?? lines[at + 1]
}

/** `5400 !== 54` below `Expected values to be strictly equal:` tells more than that line does. */
function findComparison(lines: readonly string[], raisedAt: number): string | undefined {
  const below = lines[raisedAt]?.endsWith(':') === true ? lines[raisedAt + 1] : undefined
  return below !== undefined && /\s[!=]==?\s/.test(below.slice(0, LINE_CHARS_MAX))
    ? below
    : undefined
}

/** Nothing was printed but how it ended: `Exit code 127`. */
function exitLineOf(output: string): string | undefined {
  return /^[^\n]{0,40}(?:exit code|returncode)[^\n]{0,80}/i.exec(output.trimStart())?.[0]
}

/** Patterns look at the front of a line; what makes a line longer is data. */
const LINE_CHARS_MAX = 1_000

/** First line of a message that is wholly about the failure. */
export function findFirstLine(output: string): string | undefined {
  return quote(linesOf(output)[0])
}

const TRACEBACK = 'Traceback (most recent call last)'

/** The exception that ended a program, when the traceback is the last thing it printed. */
export function findTraceback(output: string): string | undefined {
  // Searching from the end is slow, and most outputs hold none.
  if (!output.includes(TRACEBACK)) return undefined
  const start = output.lastIndexOf(TRACEBACK)
  const lines = linesOf(output.slice(start))
  return quote(lines.find((line, index) => index > 0 && EXCEPTION.test(line)))
}

export function linesOf(output: string): readonly string[] {
  return output.split('\n', LINES_MAX).filter((line) => line.trim() !== '' && !FRAME.test(line))
}

/** Verbatim but for the blanks around it, so that the quote is found in the observation. */
export function quote(line: string | undefined): string | undefined {
  const text = line?.trim().slice(0, QUOTE_CHARS_MAX).trimEnd()
  return text === undefined || text === '' ? undefined : text
}

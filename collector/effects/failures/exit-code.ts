// Exit codes as harnesses put them around a command's output: at its head or as its last line. Read only
// there, because the same words inside the output belong to something else.

/** Where a harness writes; the output itself may be long. */
const HEAD_CHARS_MAX = 400
const TAIL_CHARS_MAX = 400

const AT_HEAD: readonly RegExp[] = [
  // mini-SWE-agent
  /^\s{0,8}<returncode>(-?\d{1,10})<\/returncode>/,
  // Claude Code (`Exit code 1`) and Codex CLI (`Exit code: 1`)
  /^(?:Error: )?Exit code:? (-?\d{1,10})(?=\s|$)/i,
  // Codex unified exec: a few header lines, then the output
  /^(?:(?:Chunk ID|Wall time|Session ID|Original token count): [^\n]{0,80}\n){0,4}Process exited with code (-?\d{1,10})(?=\s|$)/,
  // A result that is JSON throughout
  /^\{[^]{0,300}?"(?:exit_code|exitCode|returncode|return_code)"\s{0,4}:\s{0,4}(-?\d{1,10})/
]

const AT_TAIL: readonly RegExp[] = [
  // OpenHands
  /\[(?:The command completed|Command finished) with exit code (-?\d{1,10})\.?[^\]\n]{0,120}\]\s{0,8}$/,
  // Gemini CLI
  /(?:^|\n)Exit Code: (-?\d{1,10})(?:\n(?:Signal|Background PIDs|Process Group PGID|Error): [^\n]{0,80}){0,4}\s{0,8}$/,
  // Editors' terminals
  /(?:^|\n)(?:The )?[Cc]ommand (?:exited|failed|finished) with (?:exit )?code:? (-?\d{1,10})\.?\s{0,8}$/,
  /(?:^|\n)(?:Process exited with code|exit code:) (-?\d{1,10})\.?\s{0,8}$/,
  /"(?:exit_code|exitCode)"\s{0,4}:\s{0,4}(-?\d{1,10})[^"\n]{0,40}\}\s{0,8}$/
]

/** Codes are of 8 bits in POSIX and 32 in Windows. */
const EXIT_CODE_MAX = 4_294_967_295

export function readExitCode(observation: string): number | undefined {
  const head = observation.slice(0, HEAD_CHARS_MAX)
  const tail = observation.slice(-TAIL_CHARS_MAX)
  return firstCode(AT_HEAD, head) ?? firstCode(AT_TAIL, tail)
}

/** All of the patterns have it in them, in some case; few outputs have it there. */
const WORD = 'code'

function firstCode(patterns: readonly RegExp[], text: string): number | undefined {
  if (!text.toLowerCase().includes(WORD)) return undefined
  for (const pattern of patterns) {
    const code = Number(pattern.exec(text)?.[1])
    if (Number.isSafeInteger(code) && Math.abs(code) <= EXIT_CODE_MAX) return code
  }
  return undefined
}

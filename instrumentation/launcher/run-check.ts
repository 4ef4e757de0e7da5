// Runs the user's check after the agent: its output is shown as it comes and kept, bounded, for the report.

import { spawn } from 'node:child_process'

/** What the API keeps of a verifier's output; the end says most. */
const OUTPUT_CHARS_MAX = 32_768

/** A check that hangs must not hold up whoever started the agent for ever. */
const CHECK_TIME_MAX_MS = 60 * 60 * 1000

/** As shells count an end by a signal. */
const SIGNAL_EXIT_BASE = 128
const SIGKILL_NUMBER = 9

export interface CheckResult {
  readonly passed: boolean
  readonly exitCode: number
  readonly output: string
}

export interface CheckOptions {
  readonly check: string
  readonly env: Readonly<Record<string, string | undefined>>
  readonly show: (text: string) => void
}

/** By the shell, as the user typed it. */
export async function runCheck({ check, env, show }: CheckOptions): Promise<CheckResult> {
  const child = spawn(check, {
    shell: true,
    env,
    stdio: ['inherit', 'pipe', 'pipe'],
    timeout: CHECK_TIME_MAX_MS,
    killSignal: 'SIGKILL'
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8')
    stream.on('data', (text: string) => {
      show(text)
      output = (output + text).slice(-OUTPUT_CHARS_MAX)
    })
  }
  const exitCode = await new Promise<number>((resolve) => {
    child.once('error', () => resolve(1))
    child.once('close', (code) => resolve(code ?? SIGNAL_EXIT_BASE + SIGKILL_NUMBER))
  })
  return { passed: exitCode === 0, exitCode, output }
}

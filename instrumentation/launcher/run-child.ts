// Runs the agent as if nobody stood between it and its terminal: its streams are ours, signals are passed on,
// and how it ended is told as it was.

import { spawn, type ChildProcess } from 'node:child_process'
import type { AgentEnd } from './options.ts'

/** Sent to us alone by a supervisor; those of the terminal reach the whole foreground group by themselves. */
const FORWARDED = ['SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGUSR2', 'SIGWINCH', 'SIGCONT'] as const

/** As shells have it: https://pubs.opengroup.org/onlinepubs/9799919799/utilities/V3_chap02.html */
const NOT_FOUND = 127
const NOT_EXECUTABLE = 126

export interface ChildOptions {
  readonly command: string
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string | undefined>>
  readonly tell: (line: string) => void
}

/** Nothing ran: a word mistyped is no run of an agent. */
export interface Unstarted {
  readonly kind: 'unstarted'
  /** As a shell would say it. */
  readonly code: number
}

export async function runChild({
  command,
  args,
  env,
  tell
}: ChildOptions): Promise<AgentEnd | Unstarted> {
  const child = spawn(command, [...args], { stdio: 'inherit', env })
  const stopForwarding = forwardSignals(child)
  try {
    return await new Promise<AgentEnd | Unstarted>((resolve) => {
      child.once('error', (error: NodeJS.ErrnoException) => {
        const isMissing = error.code === 'ENOENT'
        tell(isMissing ? `there is no command ${command}` : `${command}: ${error.message}`)
        resolve({ kind: 'unstarted', code: isMissing ? NOT_FOUND : NOT_EXECUTABLE })
      })
      child.once('exit', (code, signal) => {
        resolve(signal === null ? { kind: 'exit', code: code ?? 0 } : { kind: 'signal', signal })
      })
    })
  } finally {
    stopForwarding()
  }
}

function forwardSignals(child: ChildProcess): () => void {
  const listeners = new Map<NodeJS.Signals, () => void>()
  for (const signal of FORWARDED) listeners.set(signal, () => child.kill(signal))
  // With a terminal, Ctrl-C has reached the agent already; a second one would be another word to it.
  listeners.set('SIGINT', () => {
    if (!process.stdin.isTTY) child.kill('SIGINT')
  })
  for (const [signal, listener] of listeners) process.on(signal, listener)
  return () => {
    for (const [signal, listener] of listeners) process.off(signal, listener)
  }
}

// The `onset` command as a child process.

import { spawn } from 'node:child_process'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { childEnvironment } from './onset-process.ts'

const ONSET = fileURLToPath(new URL('../../onset.ts', import.meta.url))

export interface CommandEnd {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

export async function runOnsetCommand(
  args: readonly string[],
  env: Readonly<Record<string, string>>
): Promise<CommandEnd> {
  const child = spawn(process.execPath, [ONSET, ...args], {
    env: childEnvironment(env),
    stdio: ['ignore', 'pipe', 'pipe']
  })
  const exit = new Promise<number | null>((resolve) => {
    child.once('exit', resolve)
  })
  const [code, stdout, stderr] = await Promise.all([exit, text(child.stdout), text(child.stderr)])
  return { code, stdout, stderr }
}

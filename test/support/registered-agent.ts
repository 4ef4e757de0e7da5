// Runs a program as an agent under the instrumentation: a real child process with the real flag.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Test } from 'tap'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
export const REGISTER = join(ROOT, 'instrumentation', 'register.ts')

export interface AgentProgram {
  /** Ends in .mjs, .cjs or .ts. */
  readonly file?: string
  readonly source: string
  readonly args?: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  readonly execPath?: string
  readonly register?: string
  /** Instead of `--import`, for a run without the instrumentation. */
  readonly flags?: readonly string[]
  /** Called as soon as the program has printed `ready`. */
  readonly onReady?: (pid: number) => void
}

export interface AgentEnd {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
}

/** A folder for programs and spools inside the repository, where packages are found; gone after the test. */
export function agentFolder(t: Test): string {
  return t.testdir()
}

export async function runAgentProgram(folder: string, program: AgentProgram): Promise<AgentEnd> {
  const file = join(folder, program.file ?? 'agent.mjs')
  writeFileSync(file, program.source)
  const flags = program.flags ?? ['--import', program.register ?? REGISTER]
  const child = spawn(
    program.execPath ?? process.execPath,
    [...flags, file, ...(program.args ?? [])],
    {
      cwd: folder,
      env: {
        PATH: process.env['PATH'],
        HOME: folder,
        ONSET_SPOOL_DIR: join(folder, 'spool'),
        ONSET_EXIT_WAIT_MS: '0',
        ...program.env
      },
      stdio: ['ignore', 'pipe', 'pipe']
    }
  )
  let stdout = ''
  let stderr = ''
  child.stdout.on('data', (chunk: Buffer) => {
    stdout += chunk.toString()
    if (stdout.includes('ready') && child.pid !== undefined) program.onReady?.(child.pid)
  })
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk.toString()
  })
  const [code, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null]
  return { code, signal, stdout, stderr }
}

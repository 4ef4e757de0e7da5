// A real Onset as a child process: started as `npm start` starts it, on a free port, with a folder of its
// own; killed when the test ends.

import { spawn, type ChildProcess } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const MAIN = join(ROOT, 'main.ts')

/** Opening the engine takes about a second; a machine that runs other tests at once takes longer. */
const START_TIMEOUT_MS = 60_000
const OUTPUT_CHARS_MAX = 1_000_000

export interface OnsetProcess {
  readonly url: string
  readonly pid: number
  /** Everything it printed so far, both streams. */
  readonly output: () => string
  /** Sends the signal and resolves with the exit code when the process is gone. */
  stop(signal?: NodeJS.Signals): Promise<Exit>
  readonly exited: Promise<Exit>
}

export interface Exit {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

export interface OnsetOptions {
  readonly dataDir: string
  readonly env?: Readonly<Record<string, string>>
  /** `node main.ts` unless given. */
  readonly command?: readonly [string, ...string[]]
}

interface Teardown {
  teardown(fn: () => unknown): void
}

/** A folder that goes with the test. Not `t.testdir`: the engine's files would be in the repository. */
export function aDataDir(t: Teardown): string {
  const dir = mkdtempSync(join(tmpdir(), 'onset-test-'))
  t.teardown(() => rmSync(dir, { recursive: true, force: true }))
  return dir
}

/** Environment of a child: ours without what would configure it by accident. */
export function childEnvironment(extra: Readonly<Record<string, string>>): NodeJS.ProcessEnv {
  const own = Object.entries(process.env).filter(
    ([name]) => !/^(ONSET_|OTEL_|TAP|NODE_OPTIONS)/.test(name)
  )
  return { ...Object.fromEntries(own), ...extra }
}

export interface Spawned {
  readonly child: ChildProcess
  readonly output: () => string
  readonly exited: Promise<Exit>
}

export function spawnOnset({ dataDir, env = {}, command }: OnsetOptions): Spawned {
  const [program, ...args] = command ?? [process.execPath, MAIN]
  const child = spawn(program, args, {
    cwd: ROOT,
    env: childEnvironment({
      ONSET_PORT: '0',
      // Most tests ask nothing there, and the default is one port for all of them.
      ONSET_CLICKHOUSE_HTTP_PORT: 'off',
      ONSET_GRPC_PORT: 'off',
      ONSET_DATA_DIR: dataDir,
      ...env
    }),
    stdio: ['ignore', 'pipe', 'pipe']
  })
  let text = ''
  const keep = (chunk: Buffer): void => {
    text = (text + chunk.toString('utf8')).slice(-OUTPUT_CHARS_MAX)
  }
  child.stdout?.on('data', keep)
  child.stderr?.on('data', keep)
  const exited = new Promise<Exit>((resolve) => {
    child.on('close', (code, signal) => resolve({ code, signal }))
  })
  return { child, output: () => text, exited }
}

/** Resolves when it says that it listens. */
export async function startOnset(t: Teardown, options: OnsetOptions): Promise<OnsetProcess> {
  const { child, output, exited } = spawnOnset(options)
  t.teardown(async () => {
    child.kill('SIGKILL')
    await exited
  })
  const deadline = Date.now() + START_TIMEOUT_MS
  for (;;) {
    const url = /Onset listens at (http:\/\/\S+)/.exec(output())?.[1]
    if (url !== undefined) {
      const stop = (signal: NodeJS.Signals = 'SIGTERM'): Promise<Exit> => {
        child.kill(signal)
        return exited
      }
      return { url, pid: child.pid ?? 0, output, stop, exited }
    }
    if (child.exitCode !== null || Date.now() > deadline) {
      throw new Error(`Onset did not start:\n${output()}`)
    }
    await sleep(20)
  }
}

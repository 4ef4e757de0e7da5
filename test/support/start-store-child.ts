// Starts store-child.ts and reads what it says.

import { spawn, type ChildProcess } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

const CHILD = fileURLToPath(new URL('store-child.ts', import.meta.url))

export interface StoreChild {
  readonly process: ChildProcess
  /** Lines so far, parsed; grows while the process runs. */
  readonly lines: readonly unknown[]
  /** The next line, or undefined when the process ends without another. */
  nextLine(): Promise<unknown>
  /** Resolves with the exit code, null when killed. */
  readonly ended: Promise<number | null>
}

export interface StartOptions {
  /** Arguments of Node itself. */
  readonly execArgv?: readonly string[]
  /** Run as this user and group. */
  readonly uid?: number
  /** Arguments after the data folder. */
  readonly rest?: readonly string[]
}

/** The child is killed with the test, if it still runs. */
export function startStoreChild(
  t: { teardown(gone: () => void): void },
  [command, dataDir]: readonly [command: 'open' | 'hold' | 'write', dataDir: string],
  { execArgv = [], uid, rest = [] }: StartOptions = {}
): StoreChild {
  const child = spawn(process.execPath, [...execArgv, CHILD, command, dataDir, ...rest], {
    stdio: ['pipe', 'pipe', 'inherit'],
    ...(uid !== undefined && { uid, gid: uid })
  })
  t.teardown(() => child.kill('SIGKILL'))
  const lines: unknown[] = []
  const waiting: ((line: unknown) => void)[] = []
  let isOver = false
  const reader = createInterface({ input: child.stdout })
  reader.on('line', (text) => {
    const line: unknown = parseLine(text)
    if (line === undefined) return
    lines.push(line)
    waiting.shift()?.(line)
  })
  const ended = new Promise<number | null>((resolve) => {
    child.once('close', (code) => {
      isOver = true
      for (const resume of waiting) resume(undefined)
      resolve(code)
    })
  })
  let read = 0
  return {
    process: child,
    lines,
    ended,
    nextLine: () => {
      read += 1
      if (lines.length >= read) return Promise.resolve(lines[read - 1])
      if (isOver) return Promise.resolve(undefined)
      return new Promise((resolve) => waiting.push(resolve))
    }
  }
}

/** A process that is killed may leave half a line. */
function parseLine(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

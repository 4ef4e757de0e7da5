// Who holds a data folder. The engine finds out too, but says so on standard error itself, without a line
// of ours; so it is asked only when the folder is free as far as can be seen.

import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'

/** The engine keeps this file locked while the folder is open, and writes its process id into it. */
const STATUS_FILE = 'status'

/**
 * `pid 123` when another process holds a lock on the folder's status file. Linux only, and blind to other
 * mounts of the same folder: undefined does not say that it is free.
 * Source: https://man7.org/linux/man-pages/man5/proc_locks.5.html
 */
export function findLockHolder(path: string): string | undefined {
  try {
    const { ino } = statSync(join(path, STATUS_FILE), { bigint: true })
    const locks = readFileSync('/proc/locks', 'utf8')
    const held = locks.split('\n').find((line) => line.includes(`:${ino} `))
    return held === undefined ? undefined : findWriter(path)
  } catch {
    return undefined
  }
}

/**
 * The process that wrote the status file. After a kill the file stays, so its process must be alive; in
 * another container it may have the number of any process.
 */
export function findWriter(path: string): string | undefined {
  let text: string
  try {
    text = readFileSync(join(path, STATUS_FILE), 'utf8')
  } catch {
    return undefined
  }
  const pid = Number(/^PID: (\d+)$/m.exec(text)?.[1])
  if (!Number.isSafeInteger(pid)) return 'unknown'
  return pid !== process.pid && isAlive(pid) ? `pid ${pid}` : undefined
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}

// Starts the process that uploads what an ending process leaves. It is detached and holds nothing of its
// parent: no terminal, no pipe, no working folder.

import { spawn, spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import {
  LAST_UPLOAD_VARIABLE,
  writeLastUploadTask,
  type LastUploadTask
} from './last-upload-task.ts'

export interface LastUploadOptions {
  readonly task: Omit<LastUploadTask, 'endingPid'>
  /** What Node itself reads, such as the certificates it trusts. Nothing of the agent's else. */
  readonly environment: Readonly<Record<string, string>>
  /** Wait for the helper this long; 0 leaves it to itself. */
  readonly waitMs: number
}

// As they were when this module was loaded: what watches the agent's commands must not see this one.
const startProcess = spawn
const runProcess = spawnSync

export function startLastUpload({ task, environment, waitMs }: LastUploadOptions): void {
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js'
  const script = fileURLToPath(new URL(`./last-upload.${extension}`, import.meta.url))
  const args = [script]
  const endingPid = waitMs > 0 ? undefined : process.pid
  const env = {
    ...environment,
    [LAST_UPLOAD_VARIABLE]: writeLastUploadTask({ ...task, endingPid })
  }
  const options = { cwd: task.root, env, stdio: 'ignore', windowsHide: true } as const
  if (waitMs > 0) {
    runProcess(process.execPath, args, { ...options, timeout: waitMs, killSignal: 'SIGKILL' })
    return
  }
  startProcess(process.execPath, args, { ...options, detached: true }).unref()
}

// Starts the process that uploads what an ending process leaves. It is detached and holds nothing of its
// parent: no terminal, no pipe, no working folder.

import { spawn, spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { MEMORY_EXIT_WAIT_MS } from './limits.ts'
import {
  LAST_UPLOAD_VARIABLE,
  writeLastUploadTask,
  type LastUploadTask
} from './last-upload-task.ts'

export interface LastUploadOptions {
  readonly task: Omit<LastUploadTask, 'endingPid' | 'hasInput'>
  /** What Node itself reads, such as the certificates it trusts. Nothing of the agent's else. */
  readonly environment: Readonly<Record<string, string>>
  /** Wait for the helper this long; 0 leaves it to itself. */
  readonly waitMs: number
  /** Spans that are on no disk, as a segment holds them; the helper is waited for then. */
  readonly input: string
}

// As they were when this module was loaded: what watches the agent's commands must not see this one.
const startProcess = spawn
const runProcess = spawnSync

export function startLastUpload(options: LastUploadOptions): void {
  const { task, environment, waitMs } = options
  if (options.input !== '') {
    uploadInput(options)
    return
  }
  const endingPid = waitMs > 0 ? undefined : process.pid
  const env = environmentOf({ ...task, endingPid, hasInput: false }, environment)
  const started = { cwd: task.root, env, stdio: 'ignore', windowsHide: true } as const
  if (waitMs > 0) {
    runProcess(process.execPath, [scriptPath()], {
      ...started,
      timeout: waitMs,
      killSignal: 'SIGKILL'
    })
    return
  }
  startProcess(process.execPath, [scriptPath()], { ...started, detached: true }).unref()
}

/** There is no folder to be in, and nobody who could come back for it. */
function uploadInput({ task, environment, waitMs, input }: LastUploadOptions): void {
  runProcess(process.execPath, [scriptPath()], {
    env: environmentOf({ ...task, endingPid: undefined, hasInput: true }, environment),
    input,
    stdio: ['pipe', 'ignore', 'ignore'],
    windowsHide: true,
    timeout: Math.max(waitMs, MEMORY_EXIT_WAIT_MS),
    killSignal: 'SIGKILL'
  })
}

function environmentOf(
  task: LastUploadTask,
  environment: LastUploadOptions['environment']
): Record<string, string> {
  return { ...environment, [LAST_UPLOAD_VARIABLE]: writeLastUploadTask(task) }
}

function scriptPath(): string {
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js'
  return fileURLToPath(new URL(`./last-upload.${extension}`, import.meta.url))
}

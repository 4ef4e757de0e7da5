// The program an ending process starts: uploads what was left behind for one destination, then ends. What
// to send where stands in its environment, which other users cannot read, unlike its arguments.

import { forgetLastRefusal, writeLastRefusal } from './last-refusal.ts'
import { LAST_UPLOAD_LIFE_MAX_MS, RETRY_PAUSE_MAX_MS, RETRY_PAUSE_MIN_MS } from './limits.ts'
import {
  LAST_UPLOAD_VARIABLE,
  readLastUploadTask,
  type LastUploadTask
} from './last-upload-task.ts'
import { parseSegment } from './read-spool.ts'
import { sendRecords } from './send-records.ts'
import { isAlive } from './spool-folder.ts'
import { readFileSync } from './untouched-fs.ts'
import { uploadLeft } from './upload-left.ts'

const STANDARD_INPUT = 0

/** Exit handlers are synchronous and short; whoever takes longer is uploaded by the next start. */
const ENDING_MAX_MS = 1_000
const ENDING_POLL_MS = 10

async function upload({
  root,
  bytesMax,
  destination,
  endingPid,
  hasInput
}: LastUploadTask): Promise<void> {
  const startedAt = Date.now()
  if (hasInput) {
    const send = { destination, hold: true, now: Date.now, onDropped: () => undefined }
    await sendRecords(parseSegment(readFileSync(STANDARD_INPUT, 'utf8')), send)
    return
  }
  await waitForEnd(endingPid, startedAt)
  const options = { root, destination, hold: true, bytesMax, startedAt, onDropped: () => undefined }
  const deadline = startedAt + LAST_UPLOAD_LIFE_MAX_MS
  let pause = RETRY_PAUSE_MIN_MS
  for (;;) {
    const rest = deadline - Date.now()
    if (rest <= 0) return
    const sent = await uploadLeft({ ...options, timeoutMs: rest, now: Date.now })
    if (sent.kind === 'done') forgetLastRefusal(root)
    else writeLastRefusal(root, sent)
    if (sent.kind !== 'later') return
    const wait = sent.afterMs ?? pause
    // Longer than it may live: the next start of an agent takes over.
    if (Date.now() + wait > deadline) return
    await new Promise((resolve) => setTimeout(resolve, wait))
    pause = Math.min(pause * 2, RETRY_PAUSE_MAX_MS)
  }
}

/** What a process writes in its last moment, after it started us, is to go too. */
async function waitForEnd(pid: number | undefined, startedAt: number): Promise<void> {
  if (pid === undefined) return
  while (isAlive(pid) && Date.now() - startedAt < ENDING_MAX_MS) {
    await new Promise((resolve) => setTimeout(resolve, ENDING_POLL_MS))
  }
}

const task = readLastUploadTask(process.env[LAST_UPLOAD_VARIABLE])
// Nobody reads what it would say; what it cannot send stays in the spool.
if (task !== undefined) await upload(task).catch(() => undefined)

// What an ending process tells its helper, as one variable of the helper's environment.

import type { Destination } from './options.ts'

export const LAST_UPLOAD_VARIABLE = 'ONSET_LAST_UPLOAD'

export interface LastUploadTask {
  readonly root: string
  readonly bytesMax: number
  readonly destination: Destination
  /** The process that ends: it may still write until it is gone. Undefined when it waits for us. */
  readonly endingPid: number | undefined
  /** The spans come over standard input: the process that ends had no folder for them. */
  readonly hasInput: boolean
}

export function writeLastUploadTask({
  root,
  bytesMax,
  destination,
  endingPid,
  hasInput
}: LastUploadTask): string {
  return JSON.stringify({
    root,
    endingPid,
    hasInput,
    bytesMax,
    destination: { ...destination, url: destination.url.href }
  })
}

export function readLastUploadTask(text: string | undefined): LastUploadTask | undefined {
  if (text === undefined) return undefined
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- written by writeLastUploadTask of the same version
  const task = JSON.parse(text) as Omit<LastUploadTask, 'destination'> & {
    destination: Omit<Destination, 'url'> & { url: string }
  }
  return { ...task, destination: { ...task.destination, url: new URL(task.destination.url) } }
}

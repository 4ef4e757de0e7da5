// What a file holds now: size, hash and, if it is short enough, its text.

import { createHash } from 'node:crypto'
import { constants } from 'node:fs'
import { closeSync, fstatSync, openSync, readSync } from './untouched-fs.ts'

export interface FileContent {
  readonly bytes: number
  /** Of files below the bound. */
  readonly sha256: string | undefined
  /** Undefined for binary files, and above the bound. */
  readonly text: string | undefined
}

/** Undefined when there is no such file, or it is no plain one. */
export function readContent(path: string, bytesMax: number): FileContent | undefined {
  let descriptor: number
  try {
    // Without waiting: opening a named pipe would wait for its writer.
    descriptor = openSync(path, READ_WITHOUT_WAITING)
  } catch {
    return undefined
  }
  try {
    const stat = fstatSync(descriptor)
    if (!stat.isFile()) return undefined
    if (stat.size > bytesMax) return { bytes: stat.size, sha256: undefined, text: undefined }
    const content = Buffer.alloc(stat.size)
    return describeContent(content.subarray(0, readSync(descriptor, content, 0, stat.size, 0)))
  } finally {
    closeSync(descriptor)
  }
}

export function describeContent(content: Buffer): FileContent {
  return {
    bytes: content.length,
    sha256: createHash('sha256').update(content).digest('hex'),
    text: content.includes(0) ? undefined : content.toString()
  }
}

const READ_WITHOUT_WAITING = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0)

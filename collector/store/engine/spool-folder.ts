// Files through which the embedded engine takes and gives binary data. It reads blocks from a file only: data that
// follows an INSERT in the text ends at the first blank line, and the rest would run as SQL. A file lives as long as
// its statement; the next start removes what a crash left. Of those that are inserted there are at most as many as
// lanes of ingest, each no larger than one insert. They are not synced: what makes rows durable is the part that the
// engine writes.

import { createReadStream, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { mkdir, open, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { CollectorError } from '../../model/index.ts'
import { codeOf, messageOf } from './engine-errors.ts'

/** In a file's name the engine would read these as a glob. */
const PATTERN_CHARACTERS = /[*?{}[\]\\]/

/** Only for this user: the files hold what is being stored. */
const FOLDER_MODE = 0o700
const FILE_MODE = 0o600

const RETRY_AFTER_SECONDS = 5

/** Begins the names of this process's files; what begins otherwise was left by an earlier one. */
const PROCESS_MARK = `${performance.timeOrigin}-`

export class SpoolFolder {
  readonly #path: string
  readonly #prefix: string
  #count = 0

  /** Call only while the data folder is locked: removes what other processes left. */
  constructor(dataDir: string, writerId: string) {
    this.#prefix = `${PROCESS_MARK}${writerId}-`
    const isPattern = PATTERN_CHARACTERS.test(dataDir)
    this.#path = isPattern ? mkdtempSync(join(tmpdir(), 'onset-')) : join(dataDir, 'ingest')
    mkdirSync(this.#path, { recursive: true, mode: FOLDER_MODE })
    for (const name of readdirSync(this.#path)) {
      if (!name.startsWith(PROCESS_MARK)) rmSync(join(this.#path, name), { force: true })
    }
  }

  /** Runs `use` while a file holds the blocks, whole, one after the other. */
  async with(blocks: readonly Uint8Array[], use: (path: string) => Promise<void>): Promise<void> {
    this.#count += 1
    const path = join(this.#path, `${this.#prefix}${this.#count}.native`)
    try {
      await this.#write(path, blocks)
      await use(path)
    } finally {
      // What was inserted is durable and what failed has its own error; the next start removes the file.
      await rm(path, { force: true }).catch(() => undefined)
    }
  }

  /** What `make` writes into a file that is not there yet. */
  async *read(make: (path: string) => Promise<void>): AsyncGenerator<Uint8Array> {
    this.#count += 1
    const path = join(this.#path, `${this.#prefix}${this.#count}.out`)
    try {
      await mkdir(this.#path, { recursive: true, mode: FOLDER_MODE })
      await make(path)
      for await (const piece of createReadStream(path)) {
        // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a stream without an encoding gives bytes
        yield piece as Uint8Array
      }
    } finally {
      await rm(path, { force: true }).catch(() => undefined)
    }
  }

  async #write(path: string, blocks: readonly Uint8Array[]): Promise<void> {
    try {
      await mkdir(this.#path, { recursive: true, mode: FOLDER_MODE })
      await writeWhole(path, blocks)
    } catch (cause) {
      // A full disk has an error of its own; of all others the rows are innocent, and may come again.
      if (codeOf(cause) === 'ENOSPC') throw cause
      throw new CollectorError(
        'STORE_UNAVAILABLE',
        `Could not write ${path}: ${messageOf(cause)}`,
        {
          retryable: true,
          retryAfterSeconds: RETRY_AFTER_SECONDS,
          cause
        }
      )
    }
  }
}

async function writeWhole(path: string, blocks: readonly Uint8Array[]): Promise<void> {
  const file = await open(path, 'wx', FILE_MODE)
  try {
    let bytes = 0
    for (const block of blocks) {
      // Not `write`: that may write a part.
      await file.writeFile(block)
      bytes += block.length
    }
    const { size } = await file.stat()
    if (size !== bytes) throw new Error(`${path} has ${size} of ${bytes} bytes`)
  } finally {
    await file.close()
  }
}

// The spool of this process: every span is on disk the moment it starts and the moment it ends, so that
// no way to die loses one. Ended spans go to numbered segments, each uploaded and deleted as a whole;
// what is open stands in a file of its own, rewritten when it has grown. Writes are synchronous on
// purpose: after them only the machine can lose the span, not the process.

import { join } from 'node:path'
import { KEPT_BYTES_MAX, OPEN_FILE_BYTES_MAX, SEGMENT_BYTES_MAX } from './limits.ts'
import type { OtlpAttribute, SpanRecord } from './otlp-json.ts'
import { readSegment, type SpoolContent } from './read-spool.ts'
import { OPEN_FILE, segmentName } from './spool-files.ts'
import { claimFolder, formatName, machineToken, newFolderName, parseName } from './spool-folder.ts'
import {
  closeSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  utimesSync,
  writeSync
} from './untouched-fs.ts'

export interface SpoolOptions {
  /** Folder of all spools of one destination; it exists. */
  readonly root: string
  readonly resource: readonly OtlpAttribute[]
  readonly bytesMax: number
  readonly segmentSpansMax: number
  /** Spans that had to go because the spool was full. */
  readonly onDropped: (spans: number) => void
}

interface Segment {
  readonly name: string
  bytes: number
  spans: number
  /** What was written to it, so that the upload need not read and parse it; undefined when that is too much. */
  records: SpanRecord[] | undefined
}

export interface Spool {
  start(spanId: string, record: SpanRecord): void
  end(spanId: string, record: SpanRecord | undefined): void
  /** Names of segments that nothing is written to any more, the oldest first. */
  closedSegments(): readonly string[]
  /** Closes the segment under the pen, so that it can be uploaded. */
  rotate(): void
  read(segment: string): SpoolContent
  remove(segment: string): void
  hasUnsent(): boolean
  /** A sign of life for other machines; begins anew when the folder was taken away. */
  touch(nowMs: number): void
  /** Gives the folder up for anybody to upload; returns its new name, or undefined when it is empty. */
  handOver(): string | undefined
  /** What would be lost with the process, as a segment holds it; empty when it is on disk. */
  unsentText(): string
}

/** A spool whose folder's present path can be seen; it changes hands, and name, at the end. */
export interface SpoolOnDisk extends Spool {
  readonly path: string
}

export function createSpool(options: SpoolOptions): SpoolOnDisk {
  return new FolderSpool(options)
}

class FolderSpool implements SpoolOnDisk {
  readonly #options: SpoolOptions
  readonly #header: Buffer
  readonly #machine = machineToken()
  readonly #open = new Map<string, string>()
  /** Marks of ended spans that go to the file of open ones with the next line, one write for both. */
  #unmarked = ''
  #name: string | undefined
  #closed: Segment[] = []
  #current: (Segment & { readonly fd: number }) | undefined
  #openFile: { readonly fd: number; bytes: number } | undefined
  #segmentCount = 0
  #bytes = 0
  /** Of segments whose records are in memory too. */
  #keptBytes = 0

  constructor(options: SpoolOptions) {
    this.#options = options
    this.#header = Buffer.from(`${JSON.stringify({ resource: options.resource })}\n`)
  }

  get path(): string {
    return join(this.#options.root, this.#folder())
  }

  start(spanId: string, record: SpanRecord): void {
    const line = `${JSON.stringify({ start: record })}\n`
    this.#open.set(spanId, line)
    this.#appendOpen(line)
  }

  end(spanId: string, record: SpanRecord | undefined): void {
    if (record !== undefined) this.#appendEnded(record)
    if (!this.#open.delete(spanId)) return
    // As long as its segment is there, whoever reads the folder knows by it that the span has ended.
    this.#unmarked += `${JSON.stringify({ end: spanId })}\n`
    if (record === undefined) this.#markEnded()
  }

  closedSegments(): readonly string[] {
    return this.#closed.map(({ name }) => name)
  }

  rotate(): void {
    if (this.#current === undefined) return
    const { fd, ...segment } = this.#current
    this.#current = undefined
    this.#closed.push(segment)
    closeSync(fd)
  }

  read(segment: string): SpoolContent {
    const records = this.#closed.find(({ name }) => name === segment)?.records
    if (records !== undefined) return { resource: this.#options.resource, records }
    return readSegment(join(this.path, segment))
  }

  unsentText(): string {
    return ''
  }

  remove(segment: string): void {
    const found = this.#closed.find(({ name }) => name === segment)
    if (found === undefined) return
    this.#closed = this.#closed.filter((other) => other !== found)
    this.#bytes -= found.bytes
    if (found.records !== undefined) this.#keptBytes -= found.bytes
    this.#markEnded()
    rmSync(join(this.path, segment), { force: true })
  }

  hasUnsent(): boolean {
    return this.#current !== undefined || this.#closed.length > 0
  }

  touch(nowMs: number): void {
    if (this.#name === undefined) return
    try {
      utimesSync(this.path, nowMs / 1000, nowMs / 1000)
    } catch {
      this.#beginAnew()
    }
  }

  handOver(): string | undefined {
    if (this.#name === undefined) return undefined
    this.rotate()
    this.#markEnded()
    this.#closeOpenFile()
    const { root } = this.#options
    const name = this.#name
    const parsed = parseName(name)
    const wasEmpty = this.#closed.length === 0 && this.#open.size === 0
    this.#forgetFolder()
    if (wasEmpty) {
      rmSync(join(root, name), { recursive: true, force: true })
      return undefined
    }
    if (parsed === undefined) return undefined
    const left = formatName({ ...parsed, state: 'left' })
    return claimFolder(root, name, left) ? left : undefined
  }

  /** Whatever is written after this goes into a new folder. */
  #forgetFolder(): void {
    this.#name = undefined
    this.#closed = []
    this.#bytes = 0
    this.#keptBytes = 0
    this.#unmarked = ''
  }

  /** What is still open is written again; what had ended was in the folder, and is with who took it. */
  #beginAnew(): void {
    this.rotate()
    this.#closeOpenFile()
    this.#forgetFolder()
    for (const line of this.#open.values()) this.#appendOpen(line)
  }

  #folder(): string {
    if (this.#name === undefined) {
      this.#name = newFolderName(this.#machine, process.pid)
      mkdirSync(join(this.#options.root, this.#name), { recursive: true, mode: 0o700 })
    }
    return this.#name
  }

  #appendEnded(record: SpanRecord): void {
    const line = Buffer.from(`${JSON.stringify(record)}\n`)
    const bytes = line.length
    if (!this.#makeRoom(bytes)) return
    this.#current ??= this.#openSegment()
    writeFully(this.#current.fd, line)
    this.#current.bytes += bytes
    this.#current.spans += 1
    this.#bytes += bytes
    this.#keep(this.#current, record, bytes)
    const { bytes: size, spans } = this.#current
    if (size >= SEGMENT_BYTES_MAX || spans >= this.#options.segmentSpansMax) this.rotate()
  }

  #keep(segment: Segment, record: SpanRecord, bytes: number): void {
    if (segment.records === undefined) return
    segment.records.push(record)
    this.#keptBytes += bytes
    if (this.#keptBytes <= KEPT_BYTES_MAX) return
    // It waits for a destination that does not answer: it is on disk, and read from there.
    this.#keptBytes -= segment.bytes
    segment.records = undefined
  }

  #openSegment(): Segment & { readonly fd: number } {
    this.#segmentCount += 1
    const name = segmentName(this.#segmentCount)
    const fd = openSync(join(this.path, name), 'a', 0o600)
    const bytes = this.#header.length
    writeFully(fd, this.#header)
    this.#bytes += bytes
    this.#keptBytes += bytes
    return { name, fd, bytes, spans: 0, records: [] }
  }

  /** A full spool gives its oldest spans for the newest: the end of a run is where it failed. */
  #makeRoom(bytes: number): boolean {
    const { bytesMax, onDropped } = this.#options
    while (this.#bytes + bytes > bytesMax) {
      if (this.#closed.length === 0) this.rotate()
      const oldest = this.#closed[0]
      if (oldest === undefined) {
        onDropped(1)
        return false
      }
      this.remove(oldest.name)
      onDropped(oldest.spans)
    }
    return true
  }

  #markEnded(): void {
    if (this.#unmarked !== '') this.#appendOpen('')
  }

  #appendOpen(line: string): void {
    const lines = this.#unmarked + line
    this.#unmarked = ''
    if (this.#openFile === undefined) this.#openFile = this.#createOpenFile()
    const bytes = Buffer.from(lines)
    writeFully(this.#openFile.fd, bytes)
    this.#openFile.bytes += bytes.length
    if (this.#openFile.bytes > OPEN_FILE_BYTES_MAX) this.#rewriteOpenFile()
  }

  #createOpenFile(): { readonly fd: number; bytes: number } {
    const fd = openSync(join(this.path, OPEN_FILE), 'a', 0o600)
    writeFully(fd, this.#header)
    return { fd, bytes: this.#header.length }
  }

  /** A new file with what is still open takes the place of the old one in one move. */
  #rewriteOpenFile(): void {
    this.#closeOpenFile()
    const next = join(this.path, `${OPEN_FILE}.next`)
    const fd = openSync(next, 'w', 0o600)
    const text = Buffer.concat([this.#header, Buffer.from([...this.#open.values()].join(''))])
    writeFully(fd, text)
    renameSync(next, join(this.path, OPEN_FILE))
    // Mostly live records: the next rewrite only after as much again.
    this.#openFile = { fd, bytes: Math.min(text.length, OPEN_FILE_BYTES_MAX / 2) }
  }

  #closeOpenFile(): void {
    if (this.#openFile === undefined) return
    const { fd } = this.#openFile
    this.#openFile = undefined
    closeSync(fd)
  }
}

/** A write may take a part of what it is given. */
function writeFully(fd: number, bytes: Buffer): void {
  let written = 0
  while (written < bytes.length) written += writeSync(fd, bytes, written)
}

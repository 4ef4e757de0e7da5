// What happened to each file, a span for a file and a burst of work: many writes of one tool to one file
// are one change. A span starts with the first touch and ends when the file has been quiet for a while, or
// when something comes that will find the file as it is.

import { relative, sep } from 'node:path'
import { SpanStatusCode, trace, type Span } from '@opentelemetry/api'
import { codeOf } from '../commands/command-span.ts'
import type { Room } from '../room.ts'
import { readContent, type FileContent } from './file-content.ts'
import { unifiedDiff } from './text-diff.ts'
import { isReadForWork, isWorthKnowing } from './worth-knowing.ts'

export type Operation = 'read' | 'write' | 'delete' | 'rename' | 'copy' | 'mkdir'

export interface Touch {
  readonly operation: Operation
  readonly path: string
  /** Where a renamed or copied file came from. */
  readonly from?: string | undefined
  /** The program waits for it. */
  readonly isSync?: boolean
}

/** What became of the touch: called once, when the function has done its work or failed. */
export type Settle = (error?: unknown) => void

interface FileRecord {
  readonly touch: Touch
  readonly span: Span
  readonly before: FileContent | undefined
  touches: number
  under: number
  endedAt: number
  error: unknown
}

const TOOLS: Readonly<Record<Operation, string>> = {
  read: 'read_file',
  write: 'write_file',
  delete: 'delete_file',
  rename: 'move_file',
  copy: 'copy_file',
  mkdir: 'create_directory'
}

export class FileRecords {
  readonly #room: Room
  readonly #open = new Map<string, FileRecord>()
  #burst = 0
  #reads = 0
  #leftOut = 0
  #timer: NodeJS.Timeout | undefined

  constructor(room: Room) {
    this.#room = room
  }

  /** Undefined when the touch is not worth knowing. */
  touch(touch: Touch): Settle | undefined {
    const { options, limits } = this.#room
    if (!isWorthKnowing(touch.path, options.ignorePaths)) return undefined
    if (touch.operation === 'read' && !this.#isReadRecorded(touch)) return undefined
    const parent = options.parentContext()
    const key = [
      trace.getSpanContext(parent)?.spanId,
      touch.operation,
      touch.path,
      touch.from
    ].join('\0')
    let record = this.#open.get(key)
    if (record === undefined) {
      // Under another parent it is another change: the one before ends with what it made.
      if (this.#isOpen(touch.path)) this.settle()
      if (!this.#hasRoom(touch)) return undefined
      record = {
        touch,
        span: this.#start(touch, parent),
        before: this.#needsContent(touch)
          ? readContent(touch.path, limits.comparedBytesMax)
          : undefined,
        touches: 0,
        under: 0,
        endedAt: now(),
        error: undefined
      }
      this.#open.set(key, record)
    }
    return this.#follow(record)
  }

  /** A search that goes on is counted without a look at what else would tell that it is one. */
  #isReadRecorded({ path, isSync = false }: Touch): boolean {
    const { options, limits } = this.#room
    if (options.recordsReads === false) return false
    if (this.#reads < limits.readsPerBurstMax) return isReadForWork(path, isSync)
    this.#leaveOut()
    return false
  }

  #leaveOut(): void {
    this.#leftOut += 1
    this.#wait()
  }

  /** Takes a place of the burst, or counts the touch among those that are left out. */
  #hasRoom({ operation }: Touch): boolean {
    if (this.#burst >= this.#room.limits.filesPerBurstMax) {
      this.#leaveOut()
      return false
    }
    this.#burst += 1
    if (operation === 'read') this.#reads += 1
    return true
  }

  #isOpen(path: string): boolean {
    for (const { touch } of this.#open.values()) if (touch.path === path) return true
    return false
  }

  /** Ends all spans: the files are now as they will be found. */
  settle(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    const records = [...this.#open.values()]
    this.#open.clear()
    const last = records.at(-1)
    if (last !== undefined && this.#leftOut > 0) {
      last.span.setAttribute('onset.files.left_out', this.#leftOut)
    }
    this.#burst = 0
    this.#reads = 0
    this.#leftOut = 0
    for (const record of records) this.#room.safely(() => this.#end(record))
  }

  #needsContent({ operation }: Touch): boolean {
    return operation !== 'mkdir' && operation !== 'read' && this.#room.capture.mode !== 'off'
  }

  #follow(record: FileRecord): Settle {
    record.touches += 1
    record.under += 1
    return (error) => {
      record.under -= 1
      record.endedAt = now()
      if (error !== undefined && error !== null) record.error = error
      this.#wait()
    }
  }

  #wait(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined
      const isQuiet = [...this.#open.values()].every(
        ({ under, endedAt }) => under === 0 && now() - endedAt >= this.#room.limits.quietMs
      )
      this.#room.safely(() => (isQuiet ? this.settle() : this.#wait()))
    }, this.#room.limits.quietMs).unref()
  }

  #start(touch: Touch, parent: Parameters<typeof trace.getSpan>[0]): Span {
    const { capture } = this.#room
    const path = capture.redact(shorten(touch.path))
    const from = touch.from === undefined ? undefined : capture.redact(shorten(touch.from))
    return this.#room.startSpan(
      {
        tool: TOOLS[touch.operation],
        arguments: from === undefined ? { path } : { source: from, destination: path },
        mark: shorten(touch.path),
        attributes: {
          'file.path': capture.redact(touch.path),
          'onset.file.operation': touch.operation,
          ...(from === undefined ? {} : { 'onset.file.source': from })
        }
      },
      parent
    )
  }

  #end(record: FileRecord): void {
    const { span, error } = record
    if (record.touches > 1) span.setAttribute('onset.file.touches', record.touches)
    if (error !== undefined) {
      span.setAttribute('error.type', codeOf(error) ?? 'error')
      const message = error instanceof Error ? error.message : 'failed'
      span.setStatus({
        code: SpanStatusCode.ERROR,
        message: this.#room.capture.redact(message)
      })
    }
    this.#tellContent(record)
    span.end(record.endedAt)
  }

  #tellContent({ span, touch, before }: FileRecord): void {
    const { capture, limits } = this.#room
    if (touch.operation === 'mkdir') return
    const after =
      touch.operation === 'delete' ? undefined : readContent(touch.path, limits.comparedBytesMax)
    if (after !== undefined) span.setAttribute('file.size', after.bytes)
    if (capture.mode === 'off') return
    if (after?.sha256 !== undefined) span.setAttribute('onset.file.sha256', after.sha256)
    if (touch.operation === 'read') return
    if (before?.sha256 !== undefined) {
      span.setAttribute('onset.file.sha256_before', before.sha256)
      span.setAttribute('onset.file.bytes_before', before.bytes)
    }
    if (capture.mode === 'hash' || touch.operation === 'delete') return
    this.#tellText({ span, touch, before, after })
  }

  #tellText({ span, touch, before, after }: TextChange): void {
    const { capture, limits } = this.#room
    if (after?.text === undefined) return
    // A file that is not text has no diff; one that was not there has an empty text before.
    if (before !== undefined && before.text === undefined) return
    const shown = shorten(touch.path)
    const diff = unifiedDiff(shown, before?.text ?? '', after.text)
    span.setAttribute('gen_ai.tool.call.result', capture.text(diff, limits.fileTextCharsMax) ?? '')
    if (touch.operation !== 'write' || after.text.length > limits.fileTextCharsMax) return
    const given = capture.json({ path: shown, content: after.text }, limits.fileTextCharsMax)
    if (given !== undefined) span.setAttribute('gen_ai.tool.call.arguments', given)
  }
}

interface TextChange {
  readonly span: Span
  readonly touch: Touch
  readonly before: FileContent | undefined
  readonly after: FileContent | undefined
}

/** The clock of the spans. */
function now(): number {
  return performance.timeOrigin + performance.now()
}

/** As the agent names it: below its working folder without that folder. */
function shorten(path: string): string {
  const short = relative(process.cwd(), path)
  return short === '' || short.startsWith(`..${sep}`) || short === '..' ? path : short
}

// The spool of a process that has no folder it may write to: the same segments, in memory and within a bound.
// What a kill finds unsent is lost.

import type { SpanRecord } from './otlp-json.ts'
import { parseSegment, type SpoolContent } from './read-spool.ts'
import type { Spool, SpoolOptions } from './spool.ts'

type MemorySpoolOptions = Omit<SpoolOptions, 'root'>

interface Segment {
  readonly name: string
  readonly lines: string[]
  chars: number
}

export function createMemorySpool(options: MemorySpoolOptions): Spool {
  return new MemorySpool(options)
}

class MemorySpool implements Spool {
  readonly #options: MemorySpoolOptions
  readonly #header: string
  #closed: Segment[] = []
  #current: Segment | undefined
  #count = 0
  #chars = 0

  constructor(options: MemorySpoolOptions) {
    this.#options = options
    this.#header = `${JSON.stringify({ resource: options.resource })}\n`
  }

  start(): void {
    // Only a kill could make use of it.
  }

  end(_spanId: string, record: SpanRecord | undefined): void {
    if (record === undefined) return
    const line = `${JSON.stringify(record)}\n`
    this.#current ??= this.#newSegment()
    this.#current.lines.push(line)
    this.#current.chars += line.length
    this.#chars += line.length
    if (this.#current.lines.length >= this.#options.segmentSpansMax) this.rotate()
    this.#keepWithinBounds()
  }

  closedSegments(): readonly string[] {
    return this.#closed.map(({ name }) => name)
  }

  rotate(): void {
    if (this.#current !== undefined) this.#closed.push(this.#current)
    this.#current = undefined
  }

  read(segment: string): SpoolContent {
    const found = this.#closed.find(({ name }) => name === segment)
    return parseSegment(this.#header + (found?.lines.join('') ?? ''))
  }

  remove(segment: string): void {
    const found = this.#closed.find(({ name }) => name === segment)
    if (found === undefined) return
    this.#closed = this.#closed.filter((other) => other !== found)
    this.#chars -= found.chars
  }

  hasUnsent(): boolean {
    return this.#current !== undefined || this.#closed.length > 0
  }

  touch(): void {
    // There is nothing that others could see.
  }

  handOver(): undefined {
    return undefined
  }

  unsentText(): string {
    this.rotate()
    const lines = this.#closed.flatMap((segment) => segment.lines)
    return lines.length === 0 ? '' : this.#header + lines.join('')
  }

  #newSegment(): Segment {
    this.#count += 1
    return { name: String(this.#count), lines: [], chars: 0 }
  }

  /** As on disk, the oldest spans give way to the newest. */
  #keepWithinBounds(): void {
    while (this.#chars > this.#options.bytesMax) {
      if (this.#closed.length === 0) this.rotate()
      const oldest = this.#closed[0]
      if (oldest === undefined) return
      this.remove(oldest.name)
      this.#options.onDropped(oldest.lines.length)
    }
  }
}

// The bytes of an answer, looked at on the side while the program reads them. A token's worth of them is copied
// and no more; server-sent events and lines of JSON are parsed when many have come, and at the end. Anything else
// is kept, within a bound, and parsed at the end.
// https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation

import { StringDecoder } from 'node:string_decoder'
import type { AnswerReader } from './facts.ts'
import { isRecord, parseJson } from './json.ts'
import type { LlmCallLimits } from './limits.ts'

export type Framing = 'sse' | 'lines' | 'whole'

export function framingOf(contentType: string | undefined): Framing {
  if (contentType?.includes('text/event-stream') === true) return 'sse'
  if (contentType !== undefined && /ndjson|jsonl/.test(contentType)) return 'lines'
  return 'whole'
}

/** Read in one go, which costs the program that waits for its next token half a millisecond at most. */
const WAITING_BYTES_MAX = 64 * 1024
/** Each piece takes some hundred bytes beside what is in it. */
const WAITING_PIECES_MAX = 1024

export class AnswerBody {
  readonly #reader: AnswerReader
  readonly #framing: Framing
  readonly #limits: LlmCallLimits
  readonly #decoder = new StringDecoder('utf8')
  /** Copies of what came lately: the program may change what it was given. */
  #waiting: Uint8Array[] = []
  #waitingBytes = 0
  /** Of a stream the unfinished line, of a whole body everything. */
  #pieces: string[] = []
  #chars = 0
  #tail = ''
  #isOverlong = false
  #eventName: string | undefined
  #data: string[] = []
  #dataChars = 0
  #isTruncated = false

  constructor(reader: AnswerReader, framing: Framing, limits: LlmCallLimits) {
    this.#reader = reader
    this.#framing = framing
    this.#limits = limits
  }

  /** Something was longer than its bound and is not in what was read. */
  get isTruncated(): boolean {
    return this.#isTruncated
  }

  take(bytes: Uint8Array): void {
    this.#waiting.push(Buffer.from(bytes))
    this.#waitingBytes += bytes.byteLength
    const isMuch = this.#waitingBytes >= WAITING_BYTES_MAX
    if (isMuch || this.#waiting.length >= WAITING_PIECES_MAX) this.#takeWaiting()
  }

  #takeWaiting(): void {
    const text = this.#decoder.write(Buffer.concat(this.#waiting, this.#waitingBytes))
    this.#waiting = []
    this.#waitingBytes = 0
    if (this.#framing === 'whole') this.#keep(text)
    else this.#takeLines(text)
  }

  end(): void {
    this.#takeWaiting()
    const rest = this.#decoder.end()
    if (this.#framing === 'whole') {
      this.#keep(rest)
      this.#readWhole()
    } else {
      this.#takeLines(`${rest}\n`)
      this.#dispatch()
    }
  }

  #keep(text: string): void {
    this.#tail = (this.#tail + text).slice(-TAIL_CHARS)
    if (this.#isOverlong) return
    if (this.#chars + text.length > this.#limits.answerBytesMax) {
      this.#isOverlong = true
      this.#pieces = []
      return
    }
    this.#chars += text.length
    this.#pieces.push(text)
  }

  #readWhole(): void {
    const value = this.#isOverlong ? undefined : parseJson(this.#pieces.join(''))
    this.#pieces = []
    if (value !== undefined) {
      this.#reader.take(value)
      return
    }
    this.#isTruncated = this.#isOverlong
    const usage = usageIn(this.#tail)
    if (usage !== undefined) this.#reader.take(usage)
  }

  #takeLines(text: string): void {
    let start = 0
    for (;;) {
      const end = text.indexOf('\n', start)
      if (end === -1) break
      this.#addToLine(text.slice(start, end))
      this.#finishLine()
      start = end + 1
    }
    if (start < text.length) this.#addToLine(text.slice(start))
  }

  #addToLine(text: string): void {
    if (this.#isOverlong) return
    this.#chars += text.length
    if (this.#chars > this.#limits.eventCharsMax) {
      this.#isOverlong = true
      this.#isTruncated = true
      this.#pieces = []
      return
    }
    this.#pieces.push(text)
  }

  #finishLine(): void {
    const isOverlong = this.#isOverlong
    const [only] = this.#pieces
    const line = this.#pieces.length === 1 ? (only ?? '') : this.#pieces.join('')
    this.#pieces = []
    this.#chars = 0
    this.#isOverlong = false
    if (isOverlong) return
    if (this.#framing === 'sse') this.#takeField(line)
    else if (line !== '') this.#emit(line)
  }

  #takeField(line: string): void {
    // Lines end in a line feed, or in a carriage return and a line feed, with every host there is.
    if (line === '' || line === '\r') this.#dispatch()
    else if (line.startsWith('data:')) this.#addData(valueOf(line, 'data:'))
    else if (line.startsWith('event:')) this.#eventName = valueOf(line, 'event:')
  }

  #addData(data: string): void {
    this.#dataChars += data.length
    if (this.#dataChars <= this.#limits.eventCharsMax) this.#data.push(data)
    else this.#isTruncated = true
  }

  #dispatch(): void {
    const data = this.#data.length === 1 ? this.#data[0] : this.#data.join('\n')
    const eventName = this.#eventName
    this.#data = []
    this.#dataChars = 0
    this.#eventName = undefined
    if (data !== undefined && data !== '' && data !== '[DONE]') this.#emit(data, eventName)
  }

  #emit(data: string, eventName?: string): void {
    const value = parseJson(data)
    if (value !== undefined) this.#reader.take(value, eventName)
  }
}

/** An embeddings answer ends in its model and usage; so do chat answers. */
const TAIL_CHARS = 4096

/** Model and usage in the end of a body that was too long to be parsed. */
function usageIn(tail: string): unknown {
  const at = tail.lastIndexOf('"usage"')
  if (at === -1) return undefined
  const model = /"model"\s{0,8}:\s{0,8}"([^"\\]{1,200})"/.exec(tail)?.[1]
  // The brace that closes the usage is among the last: what follows it closes the body.
  let stop = tail.lastIndexOf('}')
  for (let tries = 0; tries < CLOSING_BRACES_MAX && stop > at; tries += 1) {
    const value = parseJson(`{${tail.slice(at, stop + 1)}}`)
    if (isRecord(value)) return { ...value, model }
    stop = tail.lastIndexOf('}', stop - 1)
  }
  return undefined
}

const CLOSING_BRACES_MAX = 8

/** One space after the colon belongs to the syntax; a carriage return at the end to the line's end. */
function valueOf(line: string, field: string): string {
  const start = line.charCodeAt(field.length) === SPACE ? field.length + 1 : field.length
  const end = line.charCodeAt(line.length - 1) === CARRIAGE_RETURN ? -1 : undefined
  return line.slice(start, end)
}

const SPACE = 0x20
const CARRIAGE_RETURN = 0x0d

// Streams the lines of a .jsonl or .jsonl.gz file. Only one line is held at a time and its length is
// bounded, so that a file of any size, or one that is no text at all, does not fill the memory.

import { createReadStream } from 'node:fs'
import { open } from 'node:fs/promises'
import { StringDecoder } from 'node:string_decoder'
import { createGunzip } from 'node:zlib'
import type { Readable } from 'node:stream'
import { CollectorError } from '@onset/collector/model'

export interface JsonLine {
  /** 1-based, blank lines counted. */
  readonly lineNumber: number
  readonly value: unknown
}

/** 64 Mi UTF-16 units: about 50× the longest run of the labelled data. */
const LINE_CHARS_MAX = 67_108_864

/**
 * Yields every non-blank line, parsed.
 *
 * @throws CollectorError NOT_FOUND when the file cannot be opened, INVALID_ARGUMENT when it is not
 *   JSON Lines; both messages name the file, the second the line.
 */
export async function* readJsonLines(path: string): AsyncGenerator<JsonLine> {
  const source = await openText(path)
  try {
    let lineNumber = 0
    for await (const line of splitLines(source, path)) {
      lineNumber += 1
      const text = lineNumber === 1 ? line.replace(/^\uFEFF/, '') : line
      if (text.trim() !== '') yield { lineNumber, value: parseLine(text, path, lineNumber) }
    }
  } finally {
    source.destroy()
  }
}

async function openText(path: string): Promise<Readable> {
  const gzip = await startsAsGzip(path)
  const bytes = createReadStream(path)
  if (!gzip) return bytes
  const text = createGunzip()
  bytes.on('error', (error) => text.destroy(error))
  text.on('close', () => bytes.destroy())
  return bytes.pipe(text)
}

/** By its first bytes (RFC 1952, section 2.3.1), since a name promises nothing. */
async function startsAsGzip(path: string): Promise<boolean> {
  try {
    const file = await open(path)
    try {
      const { bytesRead, buffer } = await file.read(Buffer.alloc(2), 0, 2, 0)
      return bytesRead === 2 && buffer[0] === 0x1f && buffer[1] === 0x8b
    } finally {
      await file.close()
    }
  } catch (cause) {
    const message = `cannot read ${path}: ${reasonOf(cause)}; give the path of a .jsonl or .jsonl.gz file`
    throw new CollectorError('NOT_FOUND', message, { retryable: false, cause })
  }
}

async function* splitLines(source: Readable, path: string): AsyncGenerator<string> {
  const decoder = new StringDecoder('utf8')
  let rest: string[] = []
  let restChars = 0
  for await (const chunk of chunksOf(source, path)) {
    const parts = decoder.write(chunk).split('\n')
    for (const [position, part] of parts.entries()) {
      rest.push(part)
      restChars += part.length
      if (restChars > LINE_CHARS_MAX) throw lineTooLong(path)
      if (position === parts.length - 1) break
      yield rest.join('')
      rest = []
      restChars = 0
    }
  }
  const last = rest.join('') + decoder.end()
  if (last !== '') yield last
}

async function* chunksOf(source: Readable, path: string): AsyncGenerator<Buffer> {
  try {
    for await (const chunk of source) yield Buffer.from(chunk)
  } catch (cause) {
    const message = `cannot read ${path}: ${reasonOf(cause)}; the file is damaged or not gzip`
    throw new CollectorError('INVALID_ARGUMENT', message, { retryable: false, cause })
  }
}

function parseLine(text: string, path: string, lineNumber: number): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    const message = `${path}:${lineNumber} is not JSON: ${reasonOf(cause)}; each line must be one run`
    throw new CollectorError('INVALID_ARGUMENT', message, { retryable: false, cause })
  }
}

function lineTooLong(path: string): CollectorError {
  const message = `${path} has a line of more than ${LINE_CHARS_MAX} characters; each line must be one run`
  return new CollectorError('INVALID_ARGUMENT', message, { retryable: false })
}

function reasonOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause)
}

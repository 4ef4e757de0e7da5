// Reads what a spool holds. A process may have been killed in the middle of a line: what does not parse is
// left out, whatever is before and after it is kept.

import { join } from 'node:path'
import { closeInterrupted, type OtlpAttribute, type SpanRecord } from './otlp-json.ts'
import { listSegments, OPEN_FILE } from './spool-files.ts'
import { readFileSync, statSync } from './untouched-fs.ts'

export interface SpoolContent {
  readonly resource: readonly OtlpAttribute[]
  readonly records: readonly SpanRecord[]
}

export function readSegment(path: string): SpoolContent {
  return parseSegment(textOf(path))
}

export function parseSegment(text: string): SpoolContent {
  let resource: readonly OtlpAttribute[] = []
  const records: SpanRecord[] = []
  for (const line of linesOf(text)) {
    if (isHeader(line)) resource = line.resource
    else if (isRecord(line)) records.push(line)
  }
  return { resource, records }
}

/** The spans a dead process left open, ended at its last sign of life. */
export function readInterrupted(folder: string): SpoolContent {
  let resource: readonly OtlpAttribute[] = []
  const open = new Map<string, SpanRecord>()
  for (const line of linesOf(textOf(join(folder, OPEN_FILE)))) {
    if (isHeader(line)) resource = line.resource
    else if (isStart(line)) open.set(line.start.span.spanId, line.start)
    else if (isEnd(line)) open.delete(line.end)
  }
  if (open.size === 0) return { resource, records: [] }
  for (const spanId of endedIn(folder)) open.delete(spanId)
  const lastSign = lastChange(folder)
  return {
    resource,
    records: [...open.values()].map((record) => closeInterrupted(record, lastSign))
  }
}

function endedIn(folder: string): readonly string[] {
  return listSegments(folder).flatMap((name) =>
    readSegment(join(folder, name)).records.map(({ span }) => span.spanId)
  )
}

function lastChange(folder: string): number {
  const times = [OPEN_FILE, ...listSegments(folder)].map((name) => changeTime(join(folder, name)))
  return Math.max(...times)
}

function changeTime(path: string): number {
  try {
    return statSync(path).mtimeMs
  } catch {
    return 0
  }
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}

function linesOf(text: string): readonly unknown[] {
  const values: unknown[] = []
  for (const line of text.split('\n')) {
    if (line === '') continue
    try {
      values.push(JSON.parse(line))
    } catch {
      // The line under the pen when the process died.
    }
  }
  return values
}

// The spool is written by this package alone: the shape tells the kinds of line apart, no more is checked.

function isHeader(line: unknown): line is { resource: OtlpAttribute[] } {
  return isObject(line) && Array.isArray(line['resource'])
}

function isRecord(line: unknown): line is SpanRecord {
  return isObject(line) && isObject(line['span']) && isObject(line['scope'])
}

function isStart(line: unknown): line is { start: SpanRecord } {
  return isObject(line) && isRecord(line['start'])
}

function isEnd(line: unknown): line is { end: string } {
  return isObject(line) && typeof line['end'] === 'string'
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}

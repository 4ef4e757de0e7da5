// The files of a spool's folder.

import { readdirSync } from './untouched-fs.ts'

export const OPEN_FILE = 'open.jsonl'
const SEGMENT_DIGITS = 8

export function segmentName(count: number): string {
  return `${String(count).padStart(SEGMENT_DIGITS, '0')}.jsonl`
}

function isSegment(name: string): boolean {
  return /^\d{8}\.jsonl$/.test(name)
}

/** Segments of a folder that somebody left, the oldest first. */
export function listSegments(path: string): readonly string[] {
  return readdirSync(path).filter(isSegment).toSorted()
}

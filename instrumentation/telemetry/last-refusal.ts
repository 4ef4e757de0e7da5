// A note beside the spools of a destination: why it did not take what was sent last. An agent that ends before it
// tried to send anything knows by it that its spans may wait.

import { join } from 'node:path'
import { readFileSync, rmSync, writeFileSync } from './untouched-fs.ts'
import type { Sent } from './send-records.ts'

const FILE = 'last-refusal.txt'

/** Of a system's message. */
const REASON_CHARS_MAX = 300

export type Refusal = Exclude<Sent, { kind: 'done' }>

export function describeRefusal(refused: Refusal): string {
  if (refused.kind === 'later') return refused.why
  return refused.status === 401
    ? 'status 401: it requires a key; set ONSET_API_KEY or OTEL_EXPORTER_OTLP_HEADERS'
    : `status ${refused.status}`
}

/** Never throws: it is a courtesy. */
export function writeLastRefusal(root: string, refused: Refusal): void {
  quietly(() => writeFileSync(join(root, FILE), describeRefusal(refused), { mode: 0o600 }))
}

export function forgetLastRefusal(root: string): void {
  quietly(() => rmSync(join(root, FILE), { force: true }))
}

/** Undefined when the destination took what came last, or nothing was sent to it yet. */
export function readLastRefusal(root: string): string | undefined {
  return quietly(() => readFileSync(join(root, FILE), 'utf8').slice(0, REASON_CHARS_MAX))
}

function quietly<T>(work: () => T): T | undefined {
  try {
    return work()
  } catch {
    return undefined
  }
}

// Ids of what has none: runs of producers that send logs alone, and the steps made of their events. The same
// event gives the same id in whatever order and company it arrives, so that what is sent twice is stored once.

import { createHash } from 'node:crypto'

import type { RunId, SpanId, TraceId } from '../../model/index.ts'
import { toRunId, toSpanId, toTraceId } from '../../model/index.ts'

const RUN_HEX_CHARS = 32
const SPAN_HEX_CHARS = 16

/** One run per prompt of one session, by whatever signal it is told. */
export function promptRunId(session: string, prompt: string): RunId {
  return toRunId(hashOf('run', session, prompt).slice(0, RUN_HEX_CHARS))
}

/** Never a run's own id: a step at the top of a run that is not its trace does not end that run. */
export function sessionTraceId(session: string): TraceId {
  return toTraceId(hashOf('session', session).slice(0, RUN_HEX_CHARS))
}

export function hashOf(...parts: readonly string[]): string {
  // Lengths, so that no two lists of parts read the same.
  const hash = createHash('sha256')
  for (const part of parts) hash.update(`${part.length}:${part}`)
  return hash.digest('hex')
}

export function stepHash(parts: readonly string[]): {
  readonly stepId: string
  readonly spanId: SpanId
} {
  const hash = hashOf('step', ...parts)
  return {
    stepId: hash.slice(0, RUN_HEX_CHARS),
    spanId: toSpanId(hash.slice(0, SPAN_HEX_CHARS))
  }
}

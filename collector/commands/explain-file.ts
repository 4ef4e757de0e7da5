// A file of OTLP JSON, span by span: what `onset dialects explain` shows without a server.

import { readFile } from 'node:fs/promises'
import { CollectorError } from '../model/index.ts'
import { explainSpans, sanitizeSpans, type SpanExplanation } from '../normalizer/index.ts'

export interface ExplainedFile {
  readonly spans: readonly SpanExplanation[]
  /** Mean over the spans, 0..1. */
  readonly coverage: number
}

/** A text says what is wrong with the file. */
export async function explainFile(
  path: string,
  now: () => number
): Promise<ExplainedFile | string> {
  try {
    return await explain(path, now())
  } catch (error) {
    if (error instanceof CollectorError) return `${path}: ${error.message}`
    throw error
  }
}

async function explain(path: string, now: number): Promise<ExplainedFile> {
  let body: Uint8Array
  try {
    body = await readFile(path)
  } catch (cause) {
    throw new CollectorError('INVALID_ARGUMENT', 'no trace id, and no file that can be read', {
      retryable: false,
      cause
    })
  }
  // Loaded when it is needed: the receiver would make every other command wait.
  const { decodeTraceRequest } = await import('../receiver/index.ts')
  const { spans } = decodeTraceRequest(body, 'json', { now })
  const explained = explainSpans(sanitizeSpans(spans))
  const sum = explained.reduce((all, { coverage }) => all + coverage, 0)
  return { spans: explained, coverage: sum / Math.max(explained.length, 1) }
}

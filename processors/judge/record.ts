// Answers of a model kept in a file, one JSON line each, so that a measurement can be repeated without
// the model: the same question about the same run has the same answer, whoever asks and in any order.

import { createHash } from 'node:crypto'
import { appendFile, readFile } from 'node:fs/promises'
import { CollectorError } from '@onset/collector/model'
import type { CallContext, ChatAnswer, ChatRequest, FailureReason, JudgeClient } from './chat.ts'
import { FAILURE_REASONS, JudgeFailure } from './chat.ts'

/**
 * Asks `client` and appends what it answers. What the file has already is not asked again, so that a
 * recording that was interrupted goes on; recorded failures are.
 *
 * @throws CollectorError INVALID_ARGUMENT when the file is of another model or no record.
 */
export async function recordClient(client: JudgeClient, path: string): Promise<JudgeClient> {
  const known = await readRecord(path, { mayBeMissing: true })
  const { model } = client
  if (known.model !== undefined && known.model !== model) {
    throw invalid(`${path} is a record of ${known.model}; ${model} needs a file of its own`)
  }
  const append = async (key: Key, outcome: Outcome) => {
    await appendFile(path, `${JSON.stringify({ ...key, model, ...outcome })}\n`)
  }
  return {
    model,
    address: client.address,
    complete: async (request, context) => {
      const key = keyOf(request, context)
      const recorded = known.outcomes.get(toText(key))
      if (recorded?.answer !== undefined) return recorded.answer
      try {
        const answer = await client.complete(request, context)
        known.outcomes.set(toText(key), { answer })
        await append(key, { answer })
        return answer
      } catch (error) {
        if (error instanceof JudgeFailure) await append(key, { failure: error.reason })
        throw error
      }
    }
  }
}

/**
 * Answers from the file alone; needs no network.
 *
 * @throws CollectorError NOT_FOUND when the file cannot be read, INVALID_ARGUMENT when it is no record;
 *   when asked, NOT_FOUND for a question that was not recorded.
 */
export async function replayClient(path: string): Promise<JudgeClient> {
  const { model = 'unknown', outcomes } = await readRecord(path, { mayBeMissing: false })
  return {
    model,
    // Asynchronous like every client, and it throws as one does.
    // oxlint-disable-next-line typescript/require-await
    complete: async (request, context) => {
      const recorded = outcomes.get(toText(keyOf(request, context)))
      if (recorded === undefined) {
        const message =
          `${path} has no answer for run ${context.runId}, sample ${context.sample}: ` +
          'it was recorded with other runs, settings or weights, or by another version'
        throw new CollectorError('NOT_FOUND', message, { retryable: false })
      }
      if (recorded.answer !== undefined) return recorded.answer
      throw new JudgeFailure(recorded.failure ?? 'internal', 'recorded as failed')
    }
  }
}

interface Key {
  readonly run: string
  readonly sample: number
  /** SHA-256 of the request without the model, which the file has one of. */
  readonly hash: string
}

interface Outcome {
  readonly answer?: ChatAnswer
  readonly failure?: FailureReason
}

function keyOf(request: ChatRequest, { runId, sample }: CallContext): Key {
  const { messages, mayRead, outputTokensMax } = request
  const text = JSON.stringify([messages, mayRead, outputTokensMax])
  return { run: runId, sample, hash: createHash('sha256').update(text).digest('hex') }
}

function toText({ run, sample, hash }: Key): string {
  return `${run} ${sample} ${hash}`
}

interface RecordFile {
  readonly model: string | undefined
  readonly outcomes: Map<string, Outcome>
}

async function readRecord(
  path: string,
  { mayBeMissing }: { readonly mayBeMissing: boolean }
): Promise<RecordFile> {
  const outcomes = new Map<string, Outcome>()
  let model: string | undefined
  for (const [at, line] of (await readText(path, mayBeMissing)).split('\n').entries()) {
    if (line === '') continue
    const entry = parseLine(line)
    if (entry === undefined) throw invalid(`${path}, line ${at + 1} is no recorded answer`)
    if (model !== undefined && model !== entry.model) {
      throw invalid(`${path}, line ${at + 1} is of ${entry.model}, the lines before of ${model}`)
    }
    model = entry.model
    outcomes.set(toText(entry.key), entry.outcome)
  }
  return { model, outcomes }
}

async function readText(path: string, mayBeMissing: boolean): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (cause) {
    const isMissing = cause instanceof Error && 'code' in cause && cause.code === 'ENOENT'
    if (isMissing && mayBeMissing) return ''
    throw new CollectorError('NOT_FOUND', `${path} cannot be read`, { retryable: false, cause })
  }
}

function parseLine(line: string): { key: Key; model: string; outcome: Outcome } | undefined {
  try {
    const value: unknown = JSON.parse(line)
    if (typeof value !== 'object' || value === null) return undefined
    const fields = new Map<string, unknown>(Object.entries(value))
    const [run, hash, model] = ['run', 'hash', 'model'].map((name) => fields.get(name))
    const sample = fields.get('sample')
    if (typeof run !== 'string' || typeof hash !== 'string' || typeof model !== 'string') {
      return undefined
    }
    if (typeof sample !== 'number') return undefined
    const outcome = readOutcome(fields)
    return outcome && { key: { run, sample, hash }, model, outcome }
  } catch {
    return undefined
  }
}

function readOutcome(fields: ReadonlyMap<string, unknown>): Outcome | undefined {
  const failure = FAILURE_REASONS.find((known) => known === fields.get('failure'))
  if (failure !== undefined) return { failure }
  const answer = fields.get('answer')
  return isAnswer(answer) ? { answer } : undefined
}

function isAnswer(value: unknown): value is ChatAnswer {
  if (typeof value !== 'object' || value === null) return false
  return (
    'content' in value &&
    typeof value.content === 'string' &&
    'toolCalls' in value &&
    Array.isArray(value.toolCalls)
  )
}

function invalid(message: string): CollectorError {
  return new CollectorError('INVALID_ARGUMENT', message, { retryable: false })
}

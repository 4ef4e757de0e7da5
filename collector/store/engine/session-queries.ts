// Statements on the embedded engine that need a session of their own: those of clients, because a session that was
// made read-only stays so, and our own that take minutes. A session is opened for one statement and closed after it
// (3 ms).

import { setTimeout as sleep } from 'node:timers/promises'

import type { ReadOnlyQueries, ReadOnlyQuery, ReadOnlyResult } from '../../model/index.ts'
import { CollectorError, QueryError } from '../../model/index.ts'
import { messageOf } from './engine-errors.ts'
import { PARQUET_STATEMENT_BYTES_MAX } from './parquet.ts'

/** The part of a chdb session that is used here. */
export interface QuerySession {
  queryAsync(
    statement: string,
    options: { readonly format: string }
  ): Promise<{
    readonly rowsRead: number
    readonly bytesRead: number
    bytes(): Uint8Array
  }>
  close(): void
}

export interface SessionQueriesOptions {
  readonly openSession: () => QuerySession
  /** Letters, digits and dashes; the tags of statements begin with it. */
  readonly writerId: string
}

interface SessionWork extends Pick<ReadOnlyQuery, 'statement' | 'format' | 'signal'> {
  /** Statements that come before it; the tag is what it is stopped by. */
  readonly prepare: (tag: string) => readonly string[]
}

/** A statement that is just starting is not yet in the list that KILL QUERY looks at. */
const KILL_INTERVAL_MS = 50

const UNKNOWN_EXCEPTION = 1002
const QUERY_WAS_CANCELLED = 394

export class SessionQueries implements ReadOnlyQueries {
  readonly #options: SessionQueriesOptions
  readonly #running = new Set<Promise<unknown>>()
  readonly #closing = new AbortController()
  #count = 0
  #killer: QuerySession | undefined

  constructor(options: SessionQueriesOptions) {
    this.#options = options
  }

  query(query: ReadOnlyQuery): Promise<ReadOnlyResult> {
    return this.#run({ ...query, prepare: (tag) => prepare(query, tag) })
  }

  /** A statement of ours, which may write; stopped like the others. */
  async runOwn(statement: string, signal: AbortSignal): Promise<void> {
    await this.#run({
      statement,
      format: 'Null',
      signal,
      prepare: (tag) => [
        `SET log_comment = ${quoteString(tag)}, max_query_size = ${PARQUET_STATEMENT_BYTES_MAX}`
      ]
    })
  }

  async #run(work: SessionWork): Promise<ReadOnlyResult> {
    if (this.#closing.signal.aborted) {
      throw new CollectorError('STORE_UNAVAILABLE', 'the store is closing', { retryable: true })
    }
    const running = this.#runOnce(work)
    this.#running.add(running)
    try {
      return await running
    } finally {
      this.#running.delete(running)
    }
  }

  /** Stops what runs. Idempotent. */
  async close(): Promise<void> {
    this.#closing.abort()
    await Promise.allSettled(this.#running)
    this.#killer?.close()
    this.#killer = undefined
  }

  async #runOnce(work: SessionWork): Promise<ReadOnlyResult> {
    this.#count += 1
    const tag = `${this.#options.writerId}-read-${this.#count}`
    const stop = AbortSignal.any([work.signal, this.#closing.signal])
    const session = this.#options.openSession()
    try {
      for (const preparation of work.prepare(tag)) {
        await session.queryAsync(preparation, { format: 'Null' })
      }
      if (stop.aborted) throw new QueryError(QUERY_WAS_CANCELLED, 'QUERY_WAS_CANCELLED', 'stopped')
      const pending = session.queryAsync(work.statement, { format: work.format })
      const result = await this.#killWhenAborted(pending, stop, tag)
      return { bytes: result.bytes(), rowsRead: result.rowsRead, bytesRead: result.bytesRead }
    } catch (error) {
      throw toQueryError(error)
    } finally {
      session.close()
    }
  }

  /** Rejecting early would leave the statement running: the engine stops only when another session says so. */
  async #killWhenAborted<T>(pending: Promise<T>, stop: AbortSignal, tag: string): Promise<T> {
    const settled = new AbortController()
    const kill = async (): Promise<void> => {
      while (!settled.signal.aborted) {
        try {
          this.#killer ??= this.#options.openSession()
          await this.#killer.queryAsync(
            `KILL QUERY WHERE Settings['log_comment'] = '${tag}' ASYNC`,
            { format: 'Null' }
          )
        } catch {
          // Tried again below. A client's statement ends at its time limit at the latest; ours have none and are
          // asked to stop until they do.
        }
        await sleep(KILL_INTERVAL_MS)
      }
    }
    let killing: Promise<void> | undefined
    const onAbort = (): void => {
      killing ??= kill()
    }
    stop.addEventListener('abort', onAbort, { once: true })
    try {
      return await pending
    } finally {
      settled.abort()
      stop.removeEventListener('abort', onAbort)
      await killing
    }
  }
}

/** In this order: nothing can be set once the session is read-only. */
function prepare(query: ReadOnlyQuery, tag: string): readonly string[] {
  const settings = [...query.settings, ['log_comment', tag]] as const
  const parameters = [...query.parameters].map(([name, value]) => [`param_${name}`, value] as const)
  const assignments = [...settings, ...parameters].map(([name, value]) => {
    if (!/^\w+$/.test(name)) throw new RangeError(`${name} is no name of a setting`)
    return `${name} = ${quoteString(value)}`
  })
  return [`SET ${assignments.join(', ')}`, `USE ${quoteName(query.database)}`, 'SET readonly = 1']
}

function quoteString(text: string): string {
  return `'${escape(text).replaceAll("'", String.raw`\'`)}'`
}

function quoteName(name: string): string {
  return `\`${escape(name).replaceAll('`', '\\`')}\``
}

/** A NUL byte would end the statement where the library is written in C. */
function escape(text: string): string {
  return text.replaceAll('\\', String.raw`\\`).replaceAll('\0', String.raw`\0`)
}

/** The engine's messages are `Code: 62. DB::Exception: what. (SYNTAX_ERROR)`. */
function toQueryError(error: unknown): unknown {
  const message = messageOf(error)
  const code = /^Code: (\d+)\. DB::Exception: /.exec(message)
  if (code === null) return error
  const name = /\(([A-Z][A-Z0-9_]*)\)\s*$/.exec(message)
  const text = message.slice(code[0].length, name?.index).trimEnd().replace(/\.$/, '')
  const engineCode = Number(code[1] ?? UNKNOWN_EXCEPTION)
  return new QueryError(engineCode, name?.[1] ?? 'UNKNOWN_EXCEPTION', text)
}

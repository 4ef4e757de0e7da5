// The routes of the ClickHouse HTTP interface. Every answer is whole: it is sent when the statement has
// ended, so that an error is a status and never the end of a result.

import { randomUUID } from 'node:crypto'

import type { Meter } from '@opentelemetry/api'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Logger } from 'pino'

import type { ReadOnlyQueries } from '../../model/index.ts'
import { CollectorError, QueryError } from '../../model/index.ts'
import { answerQuery, type QueryAnswer } from '../answer-query.ts'
import { readCatalog, type Catalog } from '../catalog.ts'
import { FORMATS } from '../sql/formats.ts'
import { refusal } from '../sql/refusal.ts'
import { GATEWAY_LIMITS_DEFAULT, type GatewayLimits } from '../limits.ts'
import { Turns } from '../turns.ts'
import { encodeAnswer, type EncodedAnswer } from './encode-answer.ts'
import { readKey } from './read-key.ts'
import { header, isForm, onlyHeader, queryOf, readQueryRequest } from './read-request.ts'
import { statusOf } from './status-of.ts'

/** What is known of a caller before anything is read of what it asks. */
export interface Caller {
  readonly host: string | undefined
  readonly origin: string | undefined
  /** The header Sec-Fetch-Site, which only browsers send. */
  readonly fetchSite: string | undefined
  /** Of the network. */
  readonly address: string
  readonly key: string | undefined
}

export type AccessVerdict =
  | 'granted'
  | 'key_missing'
  | 'key_unknown'
  | 'not_allowed'
  | 'too_many_failures'
  /** The store that knows does not answer. */
  | 'unknown_now'

export interface GatewayOptions {
  readonly queries: ReadOnlyQueries
  /** The current database of every statement that names none. */
  readonly database: string
  readonly judgeAccess: (caller: Caller) => AccessVerdict
  readonly limits?: Partial<GatewayLimits>
  readonly meter: Meter
  readonly logger: Logger
}

/** As long as the ids that clients make, with room; it goes into a header. */
const QUERY_ID = /^[\w.:/-]{1,128}$/

const RETRY_AFTER_SECONDS = 1

/** A statement may run for longer than it takes for a revoked key to be known: the answer is for who may read then. */
const JUDGED_AGAIN_AFTER_MS = 1_000

const BYTES_TYPE = 'application/octet-stream'
const TEXT_TYPE = 'text/plain; charset=UTF-8'

export async function gatewayPlugin(app: FastifyInstance, options: GatewayOptions): Promise<void> {
  const limits = { ...GATEWAY_LIMITS_DEFAULT, ...options.limits }
  const catalog = await readCatalog(options.queries)
  const gateway = new Gateway({ ...options, limits, catalog })
  app.removeAllContentTypeParsers()
  app.addContentTypeParser(
    '*',
    { parseAs: 'buffer', bodyLimit: limits.bodyBytesMax },
    (_request, body, done) => done(null, body)
  )
  // As a server: what a statement is does not depend on what its sender calls it.
  app.addHook('onRequest', async (request) => {
    const type = request.headers['content-type']
    if (type !== undefined && !isForm(type)) request.headers['content-type'] = BYTES_TYPE
  })
  // Before the body is read.
  app.addHook('onRequest', async (request) => {
    if (asksStatement(request)) gateway.judge(request)
  })
  app.get('/ping', (_request, reply) => reply.type(TEXT_TYPE).send('Ok.\n'))
  app.get('/replicas_status', (_request, reply) => reply.type(TEXT_TYPE).send('Ok.\n'))
  app.get('/', (request, reply) =>
    asksStatement(request) ? gateway.answer(request, reply) : reply.type(TEXT_TYPE).send('Ok.\n')
  )
  app.post('/', (request, reply) => gateway.answer(request, reply))
  app.setErrorHandler((error, request, reply) => gateway.refuse(error, request, reply))
  app.setNotFoundHandler((request, reply) => {
    const path = request.url.split('?', 1)[0]?.slice(0, 200)
    return reply
      .code(404)
      .type(TEXT_TYPE)
      .send(
        `There is no handle ${path}\nUse / or /ping for health checks, or POST / with a statement\n`
      )
  })
}

/** All that is not a probe. */
function asksStatement(request: FastifyRequest): boolean {
  return request.method === 'POST' || queryOf(request.url).has('query')
}

interface GatewayParts extends GatewayOptions {
  readonly limits: GatewayLimits
  readonly catalog: Catalog
}

class Gateway {
  readonly #parts: GatewayParts
  readonly #turns: Turns
  readonly #count: ReturnType<Meter['createCounter']>
  readonly #duration: ReturnType<Meter['createHistogram']>

  constructor(parts: GatewayParts) {
    this.#parts = parts
    this.#turns = new Turns(parts.limits)
    this.#count = parts.meter.createCounter('onset_gateway_queries', {
      description: 'Statements answered by the ClickHouse interface, by result.'
    })
    this.#duration = parts.meter.createHistogram('onset_gateway_query_duration_seconds', {
      description: 'Duration of statements of the ClickHouse interface, waiting included.',
      advice: { explicitBucketBoundaries: [0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30, 60] }
    })
  }

  async answer(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const startedAt = performance.now()
    const { limits } = this.#parts
    const raw = {
      url: request.url,
      headers: request.headers,
      body: Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0),
      bodyBytesMax: limits.bodyBytesMax
    }
    // Before anything is awaited: a client may leave while its body is unpacked.
    const leaving = abortWhenGone(reply)
    const asked = await readQueryRequest(raw)
    let answer: QueryAnswer
    try {
      answer = await answerQuery(asked, { ...this.#parts, turns: this.#turns }, leaving)
    } catch (error) {
      return await this.#refuseStatement(error, request, reply)
    }
    const elapsedMs = performance.now() - startedAt
    if (elapsedMs > JUDGED_AGAIN_AFTER_MS) this.judge(request)
    this.#count.add(1, { result: 'OK' })
    this.#duration.record(elapsedMs / 1_000)
    const format = FORMATS.get(answer.format) ?? TEXT_TYPE
    this.#addHeaders(request, reply)
    reply.header('x-clickhouse-format', answer.format)
    reply.header('x-clickhouse-summary', summarize(answer, elapsedMs))
    return send(reply.code(200).type(format), await encodeAnswer(answer.bytes, request))
  }

  /** As a server, from where a statement is known: in the encoding that was asked for. */
  async #refuseStatement(
    error: unknown,
    request: FastifyRequest,
    reply: FastifyReply
  ): Promise<FastifyReply> {
    const text = this.#describe(error, request, reply)
    return send(reply, await encodeAnswer(Buffer.from(text), request))
  }

  /** Before that: plain. */
  refuse(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
    return reply.send(this.#describe(error, request, reply))
  }

  /** Sets status and headers; the text is the body. */
  #describe(error: unknown, request: FastifyRequest, reply: FastifyReply): string {
    const known = this.#toQueryError(error)
    this.#count.add(1, { result: known.engineName })
    const { engineCode, engineName, message } = known
    this.#addHeaders(request, reply)
    reply.header('x-clickhouse-exception-code', String(engineCode))
    const status = statusOf(engineCode)
    if (status === 401) reply.header('www-authenticate', 'Basic realm="Onset"')
    if (status === 503) reply.header('retry-after', String(RETRY_AFTER_SECONDS))
    const { version } = this.#parts.catalog
    reply.code(status).type(TEXT_TYPE)
    return `Code: ${engineCode}. DB::Exception: ${message}. (${engineName}) (version ${version} (official build))\n`
  }

  /** @throws QueryError when whoever asks may not read. */
  judge({ raw, headers, ip }: FastifyRequest): void {
    const verdict = this.#parts.judgeAccess({
      host: onlyHeader(raw, 'host'),
      origin: header({ headers }, 'origin'),
      fetchSite: header({ headers }, 'sec-fetch-site'),
      address: ip,
      key: readKey(raw)
    })
    switch (verdict) {
      case 'granted':
        return
      case 'key_missing':
        throw refusal(
          'REQUIRED_PASSWORD',
          'A key with the scope read is required, as the password of any user, in a header'
        )
      case 'key_unknown':
        throw refusal(
          'AUTHENTICATION_FAILED',
          'Authentication failed: password is incorrect; it must be a key of Onset that was not revoked and has not expired'
        )
      case 'not_allowed':
        throw refusal(
          'ACCESS_DENIED',
          'Not allowed: the key has not the scope read, or there are no keys and the request does not come from this machine by its own name'
        )
      case 'too_many_failures':
        throw refusal(
          'TOO_MANY_SIMULTANEOUS_QUERIES',
          'Too many wrong passwords came from this network address; wait, and send a right one'
        )
      case 'unknown_now':
        throw refusal(
          'TOO_MANY_SIMULTANEOUS_QUERIES',
          'The store does not answer whether the key was revoked; try again'
        )
    }
  }

  #toQueryError(error: unknown): QueryError {
    if (error instanceof QueryError) return error
    if (error instanceof CollectorError) return refusal('UNKNOWN_EXCEPTION', error.message)
    if (error instanceof Error && 'statusCode' in error) {
      if (error.statusCode === 413) {
        const { bodyBytesMax } = this.#parts.limits
        return refusal('QUERY_IS_TOO_LARGE', `The request is larger than ${bodyBytesMax} bytes`)
      }
      if (error.statusCode === 400 || error.statusCode === 415) {
        return refusal('BAD_ARGUMENTS', error.message)
      }
    }
    this.#parts.logger.error({ err: error }, 'defect')
    return refusal('UNKNOWN_EXCEPTION', 'The interface failed; its log has more')
  }

  #addHeaders(request: FastifyRequest, reply: FastifyReply): void {
    const { catalog } = this.#parts
    const asked = queryOf(request.url).get('query_id') ?? ''
    reply.header('x-clickhouse-query-id', QUERY_ID.test(asked) ? asked : randomUUID())
    reply.header('x-clickhouse-timezone', catalog.timezone)
    reply.header('x-clickhouse-server-display-name', catalog.displayName)
  }
}

/** Aborts when the connection closes before the answer is sent: nobody will read it. */
function abortWhenGone(reply: FastifyReply): AbortSignal {
  const controller = new AbortController()
  // Gone already: it says so once.
  if (reply.raw.destroyed) controller.abort()
  reply.raw.once('close', () => {
    if (!reply.raw.writableFinished) controller.abort()
  })
  return controller.signal
}

function summarize(answer: QueryAnswer, elapsedMs: number): string {
  return JSON.stringify({
    read_rows: String(answer.rowsRead),
    read_bytes: String(answer.bytesRead),
    written_rows: '0',
    written_bytes: '0',
    total_rows_to_read: '0',
    result_rows: String(answer.resultRows),
    result_bytes: String(answer.bytes.length),
    elapsed_ns: String(Math.round(elapsedMs * 1_000_000))
  })
}

function send(reply: FastifyReply, { bytes, encoding }: EncodedAnswer): FastifyReply {
  if (encoding !== undefined) reply.header('content-encoding', encoding)
  return reply.send(bytes)
}

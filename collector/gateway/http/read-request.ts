// What a request of the ClickHouse HTTP interface asks (https://clickhouse.com/docs/interfaces/http): the
// statement from URL, body or form, values of its parameters, settings, and how to answer.

import type { IncomingMessage } from 'node:http'
import { promisify } from 'node:util'
import { brotliDecompress, gunzip, inflate, zstdDecompress } from 'node:zlib'

import { decodeFrames } from '../blocks/frames.ts'
import { refusal } from '../sql/refusal.ts'

export interface RawRequest {
  /** Path and query string as they came. */
  readonly url: string
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly body: Buffer
  readonly bodyBytesMax: number
}

export interface QueryRequest {
  readonly sql: string
  readonly parameters: ReadonlyMap<string, string>
  /** Names and values as they came. */
  readonly settings: ReadonlyMap<string, string>
  readonly database: string | undefined
  readonly format: string | undefined
  /** 0: the client does not name one. */
  readonly revision: number
}

/** Query parameters and form fields in all; the longest lists that dashboards make are below 100. */
const FIELDS_MAX = 1_000

/** About connection, caller and answer; read elsewhere or of no meaning where every answer is sent whole. */
const NOT_SETTINGS: ReadonlySet<string> = new Set(
  `add_http_cors_header buffer_size client_protocol_version close_session compress database decompress
  default_format enable_http_compression password query query_id quota_key role session_check session_id
  session_timeout stacktrace user`.split(/\s+/)
)

const PARAMETER = /^param_(\w{1,128})$/

/** @throws QueryError */
export async function readQueryRequest(raw: RawRequest): Promise<QueryRequest> {
  const query = queryOf(raw.url)
  const body = await decompress(raw)
  const contentType = header(raw, 'content-type') ?? ''
  const fields: (readonly [string, string])[] = [...query]
  let text = ''
  if (isForm(contentType)) {
    fields.push(...(await readForm(body, contentType)))
  } else if (isSwitchedOn(query, 'decompress')) {
    text = decodeText(await decodeFrames(body, raw.bodyBytesMax))
  } else text = decodeText(body)
  if (fields.length > FIELDS_MAX) {
    throw refusal('BAD_ARGUMENTS', `The request has more than ${FIELDS_MAX} parameters`)
  }
  return {
    ...sortFields(fields, text),
    format: find(query, 'default_format') ?? header(raw, 'x-clickhouse-format'),
    database: find(query, 'database') ?? header(raw, 'x-clickhouse-database'),
    revision: readRevision(query)
  }
}

export function isForm(contentType: string): boolean {
  return /^multipart\/form-data\b/i.test(contentType)
}

export function queryOf(url: string): URLSearchParams {
  const at = url.indexOf('?')
  return new URLSearchParams(at === -1 ? '' : url.slice(at + 1))
}

export function header({ headers }: Pick<RawRequest, 'headers'>, name: string): string | undefined {
  const value = headers[name]
  return typeof value === 'string' && value !== '' ? value : undefined
}

/**
 * Of two values none is taken: a proxy in front may have checked the other one. Node.js itself keeps the first
 * (https://nodejs.org/api/http.html#messageheaders).
 */
export function onlyHeader(
  { headersDistinct }: Pick<IncomingMessage, 'headersDistinct'>,
  name: string
): string | undefined {
  const values = headersDistinct[name] ?? []
  return values.length === 1 && values[0] !== '' ? values[0] : undefined
}

function find(query: URLSearchParams, name: string): string | undefined {
  return query.get(name) ?? undefined
}

/** As a server reads a switch; absent is off. */
export function isSwitchedOn(query: URLSearchParams, name: string): boolean {
  return !['0', '', 'false'].includes(query.get(name) ?? '')
}

function readRevision(query: URLSearchParams): number {
  const text = query.get('client_protocol_version') ?? '0'
  if (!/^\d{1,9}$/.test(text)) {
    throw refusal('BAD_ARGUMENTS', 'client_protocol_version must be a number')
  }
  return Number(text)
}

function sortFields(
  fields: readonly (readonly [string, string])[],
  body: string
): Pick<QueryRequest, 'sql' | 'parameters' | 'settings'> {
  const statements: string[] = []
  const parameters = new Map<string, string>()
  const settings = new Map<string, string>()
  for (const [name, value] of fields) {
    const parameter = PARAMETER.exec(name)?.[1]
    if (name === 'query') statements.push(value)
    else if (parameter !== undefined) parameters.set(parameter, value)
    else if (!NOT_SETTINGS.has(name)) settings.set(name, value)
  }
  const sql = [...statements, body].filter((text) => text !== '').join('\n')
  return { sql, parameters, settings }
}

type Decompress = (body: Buffer, options: { maxOutputLength: number }) => Promise<Buffer>

const DECOMPRESSORS: ReadonlyMap<string, Decompress> = new Map<string, Decompress>([
  ['gzip', promisify(gunzip)],
  ['deflate', promisify(inflate)],
  ['br', promisify(brotliDecompress)],
  ['zstd', promisify(zstdDecompress)]
])

async function decompress(raw: RawRequest): Promise<Buffer> {
  const encoding = header(raw, 'content-encoding')?.toLowerCase()
  if (encoding === undefined || encoding === 'identity') return raw.body
  const decompressor = DECOMPRESSORS.get(encoding)
  if (decompressor === undefined) {
    const known = [...DECOMPRESSORS.keys()].join(', ')
    throw refusal('NOT_IMPLEMENTED', `Content-Encoding must be one of ${known}`)
  }
  try {
    return await decompressor(raw.body, { maxOutputLength: raw.bodyBytesMax })
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE') {
      throw refusal('QUERY_IS_TOO_LARGE', `The request is larger than ${raw.bodyBytesMax} bytes`)
    }
    throw refusal('CANNOT_DECOMPRESS', `The body is not what Content-Encoding ${encoding} says`)
  }
}

async function readForm(
  body: Buffer,
  contentType: string
): Promise<readonly (readonly [string, string])[]> {
  let form: FormData
  try {
    form = await new Response(new Uint8Array(body), {
      headers: { 'content-type': contentType }
    }).formData()
  } catch {
    throw refusal('BAD_ARGUMENTS', 'The body is no form of the kind multipart/form-data')
  }
  return [...form].map(([name, value]) => {
    if (typeof value !== 'string' || /_(format|structure|types)$/.test(name)) {
      throw refusal('NOT_IMPLEMENTED', 'External tables are not offered')
    }
    return [name, value] as const
  })
}

function decodeText(body: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(body)
  } catch {
    throw refusal('SYNTAX_ERROR', 'The statement is not UTF-8')
  }
}

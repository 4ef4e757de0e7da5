// A collector on a free port over a given store, and short ways to ask it. Every JSON answer is checked
// against the schema that the collector's own OpenAPI document promises for it, so that each test of a
// route is a test of the document as well.

import type { Test } from 'tap'
import { pino, type Logger } from 'pino'
import { Value } from 'typebox/value'
import { startCollector, type Collector, type CollectorOptions } from '../../collector/collector.ts'
import { readSettings } from '../../collector/settings.ts'

export interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  /** The parsed body; undefined when it is no JSON. */
  readonly json: unknown
}

export interface StartedCollector extends Collector {
  get(path: string, headers?: Record<string, string>): Promise<Answer>
  post(path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer>
}

export interface StartOptions extends Omit<CollectorOptions, 'settings' | 'logger' | 'now'> {
  readonly env?: Record<string, string>
  readonly logger?: Logger
  readonly now?: () => number
}

/** Closed when the test ends. */
export async function startTestCollector(
  t: Test,
  options: StartOptions
): Promise<StartedCollector> {
  const { env, logger, now, ...given } = options
  const collector = await startCollector({
    ...given,
    settings: readSettings({
      ONSET_PORT: '0',
      ONSET_GRPC_PORT: 'off',
      ONSET_SHUTDOWN_MS: '2000',
      ...env
    }),
    logger: logger ?? pino({ level: 'silent' }),
    now: now ?? Date.now
  })
  t.teardown(() => collector.close())
  const document = await readDocument(collector.url)
  const ask = async (path: string, init: RequestInit): Promise<Answer> => {
    const response = await fetch(`${collector.url}${path}`, init)
    const text = await response.text()
    const json = parseJson(text)
    const { status, headers } = response
    if (json !== undefined)
      checkAnswer(document, { method: init.method ?? 'GET', path, status, json })
    return { status, headers, text, json }
  }
  return {
    url: collector.url,
    grpcUrl: collector.grpcUrl,
    close: () => collector.close(),
    get: (path, headers = {}) => ask(path, { headers }),
    post: (path, body, headers = {}) =>
      ask(path, {
        method: 'POST',
        headers: body === undefined ? headers : { 'content-type': 'application/json', ...headers },
        ...(body === undefined
          ? {}
          : { body: typeof body === 'string' ? body : JSON.stringify(body) })
      })
  }
}

export interface OpenApiOperation {
  readonly operationId: string
  readonly summary: string
  readonly parameters?: readonly { readonly in: string; readonly name: string }[]
  readonly responses: Readonly<
    Record<
      string,
      {
        readonly description: string
        readonly content?: Readonly<Record<string, { readonly schema: object }>>
      }
    >
  >
}

export interface OpenApiDocument {
  readonly paths: Readonly<Record<string, Readonly<Record<string, OpenApiOperation>>>>
}

export async function readDocument(url: string): Promise<OpenApiDocument> {
  const response = await fetch(`${url}/api/openapi.json`)
  return (await response.json()) as OpenApiDocument
}

interface Checked {
  readonly method: string
  readonly path: string
  readonly status: number
  readonly json: unknown
}

function checkAnswer(document: OpenApiDocument, checked: Checked): void {
  const { method, path, status, json } = checked
  const pathname = path.split('?', 1)[0] ?? ''
  const template = Object.keys(document.paths).find((candidate) =>
    new RegExp(`^${candidate.replaceAll(/\{\w+\}/g, '[^/]+')}$`).test(pathname)
  )
  const operation =
    template === undefined ? undefined : document.paths[template]?.[method.toLowerCase()]
  if (operation === undefined) return
  const { responses } = operation
  const response = responses[String(status)] ?? responses[`${String(status)[0]}XX`]
  const schema = response?.content?.['application/json']?.schema
  if (schema === undefined) throw new Error(`${method} ${path}: no schema for status ${status}`)
  const [error] = Value.Errors(schema, json)
  if (error !== undefined) {
    throw new Error(`${method} ${path} ${status}: ${error.instancePath} ${error.message}`)
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

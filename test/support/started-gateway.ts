// A ClickHouse interface on a free port over a real store in a temporary folder, and a short way to ask it.

import { pino } from 'pino'
import type { Test } from 'tap'
import { createMetrics, openProcessAccess, startGateway } from '../../collector/collector.ts'
import type { Access } from '../../collector/access/index.ts'
import type { Store } from '../../collector/model/index.ts'
import { readSettings } from '../../collector/settings.ts'
import { openTestStore } from './test-store.ts'

export interface GatewayAnswer {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  readonly bytes: Buffer
  /** Of X-ClickHouse-Exception-Code; undefined for a result. */
  readonly code: number | undefined
}

export interface AskOptions {
  readonly parameters?: Readonly<Record<string, string>>
  readonly headers?: Readonly<Record<string, string>>
  readonly signal?: AbortSignal
}

export interface StartedGateway {
  readonly url: string
  readonly store: Store
  readonly access: Access
  /** As POST; the statement is the body. */
  readonly ask: (sql: string, options?: AskOptions) => Promise<GatewayAnswer>
}

/** Closed when the test ends, before the store. */
export async function startTestGateway(
  t: Pick<Test, 'teardown'>,
  options: { readonly env?: Record<string, string>; readonly store?: Store } = {}
): Promise<StartedGateway> {
  const store = options.store ?? (await openTestStore(t))
  const metrics = createMetrics()
  const logger = pino({ level: 'silent' })
  const settings = readSettings({
    ONSET_CLICKHOUSE_HTTP_PORT: '0',
    ONSET_SHUTDOWN_MS: '2000',
    ...options.env
  })
  const access = await openProcessAccess({ settings, store, metrics, logger, now: Date.now })
  const gateway = await startGateway({ settings, store, access, metrics, logger })
  if (gateway === undefined) throw new Error('no gateway was started')
  t.teardown(async () => {
    await gateway.close()
    await access.close()
    await metrics.close()
  })
  return {
    url: gateway.url,
    store,
    access,
    ask: (sql, asked) => askGateway(gateway.url, sql, asked)
  }
}

export async function askGateway(
  url: string,
  sql: string,
  { parameters = {}, headers = {}, signal }: AskOptions = {}
): Promise<GatewayAnswer> {
  const response = await fetch(`${url}/?${new URLSearchParams(parameters).toString()}`, {
    method: 'POST',
    headers,
    body: sql,
    ...(signal === undefined ? {} : { signal })
  })
  const bytes = Buffer.from(await response.arrayBuffer())
  const code = response.headers.get('x-clickhouse-exception-code')
  return {
    status: response.status,
    headers: response.headers,
    text: bytes.toString('utf8'),
    bytes,
    code: code === null ? undefined : Number(code)
  }
}

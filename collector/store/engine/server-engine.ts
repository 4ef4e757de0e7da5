// ClickHouse as a server, over its HTTP interface. Waits for it at the start, because in a cluster the
// collector is often up before the database.

import { Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'

import { createClient } from '@clickhouse/client'

import { CollectorError } from '../../model/index.ts'
import type { ClientEngineOptions } from './client-engine.ts'
import { CLIENT_OPTIONS, ClientEngine } from './client-engine.ts'
import type { Engine } from './engine.ts'
import { LANE_CONNECTIONS } from './engine.ts'
import { isRefusedLogin } from './engine-errors.ts'
import { PARQUET_ENDING, PARQUET_FILES_MAX, PARQUET_STATEMENT_BYTES_MAX } from './parquet.ts'

/** An insert of 16 MB over a slow link; the sender's own patience ends at about the same time. */
const REQUEST_TIMEOUT_MS = 30_000

/** Sockets: one for each connection of every lane, and those of files. */
const OPEN_CONNECTIONS_MAX = Object.values(LANE_CONNECTIONS).reduce(
  (sum, count) => sum + count,
  PARQUET_FILES_MAX
)

/** Between two tries at the start. */
const OPEN_RETRY_MS = 500

export interface ServerOptions extends Pick<ClientEngineOptions, 'database' | 'writerId'> {
  /** `http://clickhouse:8123`, may hold user and password. */
  readonly url: string
  readonly username?: string | undefined
  readonly password?: string | undefined
  /** How long to wait for a server that does not answer yet. */
  readonly openTimeoutMs: number
  readonly requestTimeoutMs?: number | undefined
  readonly now: () => number
}

/** @throws CollectorError STORE_UNAVAILABLE */
export async function openServerEngine(options: ServerOptions): Promise<Engine> {
  const { url, username, password } = readAddress(options)
  const client = createClient({
    ...CLIENT_OPTIONS,
    url,
    username,
    password,
    request_timeout: options.requestTimeoutMs ?? REQUEST_TIMEOUT_MS,
    max_open_connections: OPEN_CONNECTIONS_MAX
  })
  const engine = new ClientEngine({
    ...options,
    connect: () => client,
    sendBlocks: async (connection, { into, format, blocks }) => {
      // A stream of its own for each delivery: one that was read is empty.
      const values = Readable.from(blocks, { objectMode: false })
      const { stream } = await connection.exec({ query: `${into} ${format}`, values })
      stream.resume()
    },
    readParquet: async function* (statement, signal) {
      const { stream } = await client.exec({
        query: `${statement}\n${PARQUET_ENDING}`,
        abort_signal: signal,
        // Before the text is read, and by an address of its own: no other statement sees it.
        clickhouse_settings: { max_query_size: String(PARQUET_STATEMENT_BYTES_MAX) }
      })
      yield* stream
    },
    release: () => Promise.resolve()
  })
  try {
    await waitForAnswer(engine, options)
    return engine
  } catch (error) {
    await engine.close()
    throw error
  }
}

/** Credentials of the URL count unless others are given; the URL we go on with has none. */
function readAddress({ url, username, password }: ServerOptions): {
  url: string
  username: string
  password: string
} {
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol)) {
    throw new CollectorError(
      'STORE_UNAVAILABLE',
      'The address of the ClickHouse server is not one of its HTTP interface: it must look like http://clickhouse:8123',
      { retryable: false }
    )
  }
  const parsed = new URL(url)
  const found = {
    username: username ?? (decodeURIComponent(parsed.username) || 'default'),
    password: password ?? decodeURIComponent(parsed.password)
  }
  parsed.username = ''
  parsed.password = ''
  return { url: parsed.href, ...found }
}

async function waitForAnswer(engine: Engine, { openTimeoutMs, now }: ServerOptions): Promise<void> {
  const deadline = now() + openTimeoutMs
  for (;;) {
    try {
      await engine.read('health', 'SELECT 1 AS one')
      return
    } catch (error) {
      if (isRefusedLogin(error) || now() + OPEN_RETRY_MS > deadline) throw error
    }
    await sleep(OPEN_RETRY_MS)
  }
}

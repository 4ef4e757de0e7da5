// The engine over @clickhouse/client, for both backends: statements as one text each. Settings stand in
// the text, never in `clickhouse_settings`: the embedded connection keeps those for every later statement.
// Rows of an INSERT stand after it, as JSON texts without line breaks: the embedded engine ends them at
// the first blank line and would run what follows. Blocks of binary columns take another way, by backend.

import type { ClickHouseClient } from '@clickhouse/client'
import { ClickHouseLogLevel } from '@clickhouse/client'

import { CollectorError } from '../../model/index.ts'
import type { ReadOnlyQueries } from '../../model/index.ts'
import type { BlockInsert, Engine, Insert, LaneName, TableName } from './engine.ts'
import { LANE_CONNECTIONS, LANE_WAITING_MAX, LANES } from './engine.ts'
import { isNetworkError, toStoreError } from './engine-errors.ts'
import { Lane } from './lane.ts'
import { PINNED_SETTINGS } from './pinned-settings.ts'

/** Seconds after which a read is given up: nobody waits longer for a page, and no sweep needs it. */
const READ_SECONDS_MAX = 30

/** Of one result; reads are cut into parts far below, this is what a mistake would run into. */
const RESULT_BYTES_MAX = 268_435_456

/** Bytes one read may hold in the engine: several of them must fit beside ingest. */
const READ_MEMORY_BYTES_MAX = 1_073_741_824

const READ_SETTINGS = [
  ...PINNED_SETTINGS,
  `max_execution_time = ${READ_SECONDS_MAX}`,
  `max_result_bytes = ${RESULT_BYTES_MAX}`,
  `max_memory_usage = ${READ_MEMORY_BYTES_MAX}`,
  // 64-bit integers and nanoseconds as text: JSON numbers are exact to 2^53 only.
  'output_format_json_quote_64bit_integers = 1',
  "date_time_output_format = 'unix_timestamp'"
].join(', ')

/** Of deduplication tokens, which go into SQL text unquoted. */
const TOKEN = /^[\w-]{1,128}$/

const INSERT_SETTINGS = [
  'async_insert = 0',
  // Exact to the last bit; the fast parser is not.
  'precise_float_parsing = 1',
  'max_partitions_per_insert_block = 100',
  // Parsing by one thread costs the same CPU and knows no largest row; two tables keep two cores busy.
  'input_format_parallel_parsing = 0',
  // Not merged before they are written (5 of 41 µs CPU a step): readers and merges see to doubles.
  'optimize_on_insert = 0'
].join(', ')

/** Keeps the client from logging by itself: whoever catches the error logs it. */
export const CLIENT_OPTIONS = {
  application: 'onset',
  log: { level: ClickHouseLogLevel.OFF }
} as const

export interface ClientEngineOptions {
  readonly database: string
  /** Makes the connections of a lane; they may be one shared client. */
  readonly connect: (lane: LaneName) => ClickHouseClient
  /** Unique among all processes that write to the same tables: it makes deduplication tokens so. */
  readonly writerId: string
  /** Runs an INSERT of these blocks, once. */
  readonly sendBlocks: (client: ClickHouseClient, insert: BlockStatement) => Promise<void>
  readonly readParquet: Engine['readParquet']
  readonly readOnlyQueries?: ReadOnlyQueries
  readonly runLong?: NonNullable<Engine['runLong']>
  /** Releases what the connections share, after they are closed. */
  readonly release: () => Promise<void>
}

/** An INSERT in two parts, between which a backend may say where the blocks are. */
export interface BlockStatement {
  /** `INSERT INTO t (columns)` */
  readonly into: string
  /** `SETTINGS … FORMAT Native` */
  readonly format: string
  readonly blocks: readonly Uint8Array[]
}

export class ClientEngine implements Engine {
  readonly database: string
  readonly readOnlyQueries?: ReadOnlyQueries
  readonly runLong?: NonNullable<Engine['runLong']>
  readonly #lanes: ReadonlyMap<LaneName, Lane<ClickHouseClient>>
  readonly #clients: ReadonlySet<ClickHouseClient>
  readonly #options: ClientEngineOptions
  readonly #running = new Set<Promise<unknown>>()
  /** Stops what nobody would wait for at the end. */
  readonly #closing = new AbortController()
  #insertCount = 0
  #isClosed = false

  constructor(options: ClientEngineOptions) {
    this.database = options.database
    this.#options = options
    if (options.readOnlyQueries !== undefined) this.readOnlyQueries = options.readOnlyQueries
    if (options.runLong !== undefined) this.runLong = options.runLong
    const lanes = LANES.map((name) => ({
      name,
      clients: Array.from({ length: LANE_CONNECTIONS[name] }, () => options.connect(name))
    }))
    this.#clients = new Set(lanes.flatMap(({ clients }) => clients))
    this.#lanes = new Map(
      lanes.map(({ name, clients }) => [name, new Lane(name, clients, LANE_WAITING_MAX)])
    )
  }

  async run(lane: LaneName, statement: string): Promise<void> {
    await this.#use(lane, 'run a statement', (client) => client.command({ query: statement }))
  }

  async read<Row>(lane: LaneName, statement: string): Promise<readonly Row[]> {
    const query = `${statement}\nSETTINGS ${READ_SETTINGS}`
    return this.#use(lane, 'read', async (client) => {
      const result = await client.query({
        query,
        format: 'JSONEachRow',
        // Only HTTP knows it: a read that fails midway is an error, not a short answer.
        clickhouse_settings: { wait_end_of_query: 1 }
      })
      return result.json<Row>()
    })
  }

  async *readParquet(statement: string, signal: AbortSignal): AsyncGenerator<Uint8Array> {
    if (this.#isClosed) throw closed()
    const stop = AbortSignal.any([signal, this.#closing.signal])
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#running.add(promise)
    try {
      stop.throwIfAborted()
      yield* this.#options.readParquet(statement, stop)
    } catch (error) {
      throw toStoreError(error, 'make a file')
    } finally {
      this.#running.delete(promise)
      resolve()
    }
  }

  async insert(lane: LaneName, { table, rows, token }: Insert): Promise<void> {
    const statement =
      `INSERT INTO ${this.database}.${table} SETTINGS ${this.#insertSettings(token)} ` +
      `FORMAT JSONEachRow\n${rows.join('\n')}`
    await this.#insertOnce(lane, table, async (client) => {
      await client.command({ query: statement })
    })
  }

  async insertBlocks(lane: LaneName, { table, columns, blocks }: BlockInsert): Promise<void> {
    const names = columns.map((name) => `\`${name}\``).join(', ')
    const insert = {
      into: `INSERT INTO ${this.database}.${table} (${names})`,
      format: `SETTINGS ${this.#insertSettings()} FORMAT Native`,
      blocks
    }
    await this.#insertOnce(lane, table, (client) => this.#options.sendBlocks(client, insert))
  }

  /** With a token of its own, the same for every delivery of the statement. */
  #insertSettings(given?: string): string {
    this.#insertCount += 1
    const token = given ?? `${this.#options.writerId}-${this.#insertCount}`
    if (!TOKEN.test(token))
      throw new RangeError('a deduplication token has letters, digits, _ and - only')
    return `${INSERT_SETTINGS}, insert_deduplication_token = '${token}'`
  }

  async #insertOnce(
    lane: LaneName,
    table: TableName,
    send: (client: ClickHouseClient) => Promise<void>
  ): Promise<void> {
    await this.#use(lane, `write to ${table}`, async (client) => {
      try {
        await send(client)
      } catch (error) {
        // A connection that broke may have delivered the rows; the token makes a second delivery harmless.
        if (!isNetworkError(error)) throw error
        await send(client)
      }
    })
  }

  async close(): Promise<void> {
    this.#isClosed = true
    this.#closing.abort()
    await Promise.allSettled(this.#running)
    await Promise.allSettled([...this.#clients].map((client) => client.close()))
    await this.#options.release()
  }

  async #use<T>(
    lane: LaneName,
    doing: string,
    work: (client: ClickHouseClient) => Promise<T>
  ): Promise<T> {
    if (this.#isClosed) throw closed()
    const running = this.#laneOf(lane).use(work)
    this.#running.add(running)
    try {
      return await running
    } catch (error) {
      throw toStoreError(error, doing)
    } finally {
      this.#running.delete(running)
    }
  }

  #laneOf(name: LaneName): Lane<ClickHouseClient> {
    const lane = this.#lanes.get(name)
    if (lane === undefined) throw new RangeError(`no lane ${name}`)
    return lane
  }
}

function closed(): CollectorError {
  return new CollectorError('STORE_UNAVAILABLE', 'The store is closed', { retryable: true })
}

// What opening a store needs, and the defaults of what may be left out.

import type { Meter } from '@opentelemetry/api'
import type { Logger } from 'pino'

import { CollectorError } from '../model/index.ts'
import type { TtlDays } from './settle-tables.ts'
import type { QueueBounds } from './write/group-commit.ts'

export const DATABASE_DEFAULT = 'otel'

/**
 * Raw spans are what fills the disk, and are looked at soon or never; runs are what is compared over time;
 * who did what is asked for within a year.
 */
export const TTL_DAYS_DEFAULT: TtlDays = { traces: 30, runs: 365, audit: 365 }

/**
 * About a second of ingest at full speed: a group being written, one ready, and one arriving. More would only
 * make senders wait longer for the same answer.
 */
export const QUEUE_BOUNDS_DEFAULT: QueueBounds = { rowsMax: 196_608, bytesMax: 201_326_592 }

/** A database that starts together with the collector is there within half a minute. */
export const OPEN_TIMEOUT_MS_DEFAULT = 30_000

/** Embedded in this process: a folder of its own, which only one process may use. */
export interface EmbeddedLocation {
  readonly dataDir: string
  /** Bytes of the tables beyond which the oldest raw spans, then steps, are dropped. Zero: no bound. */
  readonly diskBudgetBytes?: number | undefined
  /** Into which backups are written; `backups` in the data folder unless given. */
  readonly backupDir?: string | undefined
  /** How often the size is looked at. */
  readonly diskCheckIntervalMs?: number | undefined
}

/** A ClickHouse server or cluster, by its HTTP interface. */
export interface ServerLocation {
  /** As `http://user:password@clickhouse:8123`. */
  readonly url: string
  /** Instead of those in the URL. */
  readonly username?: string | undefined
  readonly password?: string | undefined
  /** Name of a cluster of one shard in the server's configuration; tables are then replicated on it. */
  readonly cluster?: string | undefined
  /** How long to wait at open for a server that does not answer. */
  readonly openTimeoutMs?: number | undefined
  /** How long one request may take before the server counts as gone. */
  readonly requestTimeoutMs?: number | undefined
}

export interface StoreBasics {
  readonly meter: Meter
  readonly logger: Logger
  /** Milliseconds since 1970. */
  readonly now: () => number
  /** Letters, digits and underscores. */
  readonly database?: string | undefined
  readonly ttlDays?: Partial<TtlDays> | undefined
  /** Days after which a hit of a failure pattern counts half. */
  readonly patternHalfLifeDays?: number | undefined
  readonly queue?: Partial<QueueBounds> | undefined
}

export type StoreOptions = StoreBasics & (EmbeddedLocation | ServerLocation)

const IDENTIFIER = /^[A-Za-z_]\w{0,63}$/
/** ClickHouse's own, in which nobody may make tables. */
const DATABASES_RESERVED: ReadonlySet<string> = new Set(['system', 'information_schema'])
const CLUSTER_NAME = /^[\w.-]{1,64}$/

/** Names go into SQL text as they are, so they are checked before anything else happens. */
export function checkNames(database: string, cluster: string | undefined): void {
  if (!IDENTIFIER.test(database)) {
    throw invalid(
      `database is ${JSON.stringify(database)}; letters, digits and underscores are right`
    )
  }
  if (DATABASES_RESERVED.has(database.toLowerCase())) {
    throw invalid(`database is ${database}, which is ClickHouse's own; a name as otel is right`)
  }
  if (cluster !== undefined && !CLUSTER_NAME.test(cluster)) {
    throw invalid(
      `cluster is ${JSON.stringify(cluster)}; letters, digits, dots, dashes and underscores are right`
    )
  }
}

function invalid(message: string): CollectorError {
  return new CollectorError('SETTINGS_INVALID', message, { retryable: false })
}

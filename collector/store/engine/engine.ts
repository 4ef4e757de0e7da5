// What the rest of the store knows of ClickHouse: named lanes that run statements, and nothing else. The
// same for the embedded engine and for a server; embedded-engine.ts and server-engine.ts make one.

import type { ReadOnlyQueries } from '../../model/index.ts'

/** Tables of this store, in the database of the engine. */
export type TableName =
  | 'otel_traces'
  | 'otel_logs'
  | 'otel_metrics_gauge'
  | 'otel_metrics_sum'
  | 'otel_metrics_histogram'
  | 'otel_metrics_exponential_histogram'
  | 'otel_metrics_summary'
  | 'agent_steps'
  | 'agent_stages'
  | 'agent_runs'
  | 'agent_onsets'
  | 'agent_outcomes'
  | 'agent_feedback'
  | 'alert_outbox'
  | 'agent_keys'
  | 'agent_key_uses'
  | 'agent_audit'
  | 'agent_processors'
  | 'agent_renormalizations'
  | 'agent_patterns'
  | 'agent_judgements'
  | 'onset_migrations'

/**
 * A lane is one or more connections of its own, so that nobody waits behind somebody else's work: an
 * export request never behind a page, a page never behind an analysis, a health check behind nothing.
 */
export const LANES = ['spans', 'steps', 'telemetry', 'analysis', 'read', 'health'] as const
export type LaneName = (typeof LANES)[number]

/**
 * Connections a lane has. Two of those that read, because one slow query would otherwise hold up all; one
 * for each table that ingest writes, because two cores have no use for more (bench/store-insert).
 */
export const LANE_CONNECTIONS: Readonly<Record<LaneName, number>> = {
  spans: 1,
  steps: 1,
  telemetry: 1,
  analysis: 2,
  read: 2,
  health: 1
}

/** Statements that may wait in front of a lane; the next one is refused with STORE_BUSY. */
export const LANE_WAITING_MAX = 256

/** JSON texts of rows, each made by JSON.stringify: no other text may become part of an INSERT. */
export interface Insert {
  readonly table: TableName
  readonly rows: readonly string[]
  /** Letters, digits and dashes: a second insert with it into the same table changes nothing. One of its own unless given. */
  readonly token?: string
}

/** Blocks in the Native format, each with all of the columns, in any order. */
export interface BlockInsert {
  readonly table: TableName
  /** Names of ours. */
  readonly columns: readonly string[]
  readonly blocks: readonly Uint8Array[]
}

export interface Engine {
  /** Name of the database that holds the tables; letters, digits and underscores. */
  readonly database: string
  /** Only of the embedded engine. */
  readonly readOnlyQueries?: ReadOnlyQueries
  /** Only of the embedded engine: a statement that may take minutes, on a connection of its own. */
  readonly runLong?: (statement: string, signal: AbortSignal) => Promise<void>
  /** Runs a statement that returns nothing. */
  run(lane: LaneName, statement: string): Promise<void>
  /** Runs a SELECT without SETTINGS and FORMAT. Rows are what our own schema makes: not checked again. */
  read<Row>(lane: LaneName, statement: string): Promise<readonly Row[]>
  /**
   * Runs a SELECT without SETTINGS and FORMAT and gives its rows as a Parquet file, in pieces; rejects midway
   * when the statement fails, takes too long or is stopped.
   */
  readParquet(statement: string, signal: AbortSignal): AsyncIterable<Uint8Array>
  /** Durable when resolved. Not atomic over partitions. */
  insert(lane: LaneName, insert: Insert): Promise<void>
  /** Like `insert`, without text to parse. */
  insertBlocks(lane: LaneName, insert: BlockInsert): Promise<void>
  /** Waits for what runs, then lets go of the connections. */
  close(): Promise<void>
}

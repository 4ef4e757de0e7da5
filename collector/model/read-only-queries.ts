// The contract of whoever answers SQL of strangers with whoever owns the engine: one statement, on a
// connection of its own that can read and nothing else, and is gone afterwards.

/** What a statement may not do to the engine: the asking room decides, the engine obeys. */
export interface ReadOnlyQuery {
  /** One statement without FORMAT and SETTINGS. The engine's read-only mode does not stop everything: examine it first. */
  readonly statement: string
  /** A format of the engine, as `Native` or `JSONEachRow`. */
  readonly format: string
  readonly database: string
  /** Name → value as text, in force before the connection becomes read-only. */
  readonly settings: ReadonlyMap<string, string>
  /** Values of `{name:Type}` in the statement, in the engine's escaped text form. */
  readonly parameters: ReadonlyMap<string, string>
  /** Aborting stops the statement in the engine; the promise then rejects as soon as it has. */
  readonly signal: AbortSignal
}

export interface ReadOnlyResult {
  readonly bytes: Uint8Array
  readonly rowsRead: number
  readonly bytesRead: number
}

export interface ReadOnlyQueries {
  /** @throws QueryError what the engine says against the statement; CollectorError STORE_UNAVAILABLE when it is closed. */
  query(query: ReadOnlyQuery): Promise<ReadOnlyResult>
}

/** The engine's refusal of a statement, which is its writer's concern. Codes: https://github.com/ClickHouse/ClickHouse/blob/master/src/Common/ErrorCodes.cpp */
export class QueryError extends Error {
  readonly engineCode: number
  /** As `SYNTAX_ERROR`. */
  readonly engineName: string

  constructor(engineCode: number, engineName: string, message: string) {
    super(message)
    this.name = 'QueryError'
    this.engineCode = engineCode
    this.engineName = engineName
  }
}

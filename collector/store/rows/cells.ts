// Cells of rows: how single values go to JSON for an INSERT and come back from a SELECT. Total: whatever a
// producer sent fits its column, because one cell that does not would refuse the whole batch.

import { toUnixNano, type Tokens, type UnixNano } from '../../model/index.ts'

declare global {
  interface JSON {
    /** https://tc39.es/proposal-json-parse-with-source/#sec-json.rawjson */
    rawJSON(text: string): RawNumber
    isRawJSON(value: unknown): value is RawNumber
  }
}

/** A number written into JSON digit by digit: nanoseconds do not fit a JavaScript number. */
export interface RawNumber {
  readonly rawJSON: string
}

export type Cell =
  | string
  | number
  | boolean
  | null
  | RawNumber
  | readonly string[]
  | readonly number[]
  | readonly (readonly number[])[]
  | readonly RawNumber[]
  | Readonly<Record<string, string>>
  | readonly Readonly<Record<string, string>>[]

/** A row on its way into the engine: the same columns as it will be read with. */
export type RowToWrite<Row> = { readonly [Column in keyof Row]-?: Cell }

/** To 2262-04-11, the end of DateTime64(9); a later time is stored as that. */
const NANOS_MAX = 9_223_372_036_854_775_807n
const NANOS_PER_SECOND = 1_000_000_000n
const UINT32_MAX = 4_294_967_295

export function nanosCell(time: bigint): RawNumber {
  return JSON.rawJSON(String(time < 0n ? 0n : time > NANOS_MAX ? NANOS_MAX : time))
}

/** Whole seconds, for DateTime; to 2106. */
export function secondsCell(time: bigint): number {
  const seconds = time / NANOS_PER_SECOND
  return seconds < 0n ? 0 : seconds > BigInt(UINT32_MAX) ? UINT32_MAX : Number(seconds)
}

export function textCell(text: string | undefined): string {
  return text ?? ''
}

/** For UInt32. */
export function countCell(count: number | undefined): number {
  return clampWhole(count ?? 0, 0, UINT32_MAX) ?? 0
}

/** For UInt64, up to what a JavaScript number can count. */
export function bigCountCell(count: number): number {
  return clampWhole(count, 0, Number.MAX_SAFE_INTEGER) ?? 0
}

/** For Nullable(UInt64). */
export function optionalCountCell(count: number | undefined): number | null {
  return count === undefined ? null : clampWhole(count, 0, Number.MAX_SAFE_INTEGER)
}

/** For Nullable(Int64). */
export function optionalIntegerCell(value: number | undefined): number | null {
  return value === undefined
    ? null
    : clampWhole(value, Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER)
}

/** For Nullable(Float64). */
export function optionalFloatCell(value: number | undefined): number | null {
  return value === undefined || !Number.isFinite(value) ? null : value
}

export function floatCell(value: number): number {
  return Number.isFinite(value) ? value : 0
}

function clampWhole(value: number, min: number, max: number): number | null {
  if (Number.isNaN(value)) return null
  // + 0 turns -0 into 0, which JSON writes as 0 too.
  return Math.trunc(Math.min(Math.max(value, min), max)) + 0
}

/** `1762074000.123456789`, what date_time_output_format = 'unix_timestamp' gives for DateTime64(9). */
export function readNanos(cell: string): UnixNano {
  const point = cell.indexOf('.')
  if (point === -1) return toUnixNano(BigInt(cell) * NANOS_PER_SECOND)
  const fraction = cell.slice(point + 1).padEnd(9, '0')
  return toUnixNano(BigInt(cell.slice(0, point)) * NANOS_PER_SECOND + BigInt(fraction))
}

export function readOptionalText(cell: string): string | undefined {
  return cell === '' ? undefined : cell
}

export function readOptionalNumber(cell: string | number | null): number | undefined {
  return cell === null ? undefined : Number(cell)
}

/** Indexes count from 1, so 0 says that there is none. */
export function readOptionalIndex(cell: number): number | undefined {
  return cell === 0 ? undefined : cell
}

/** A word of ours; one that a newer version wrote reads as `fallback`. */
export function readWord<Word extends string, Fallback>(
  words: readonly Word[],
  cell: string,
  fallback: Fallback
): Word | Fallback {
  return words.find((word) => word === cell) ?? fallback
}

/** 64-bit columns come as text. */
export interface TokenColumns {
  readonly InputTokens: string | null
  readonly OutputTokens: string | null
  readonly CacheReadTokens: string | null
  readonly CacheWriteTokens: string | null
  readonly ReasoningTokens: string | null
}

export function toTokenCells(tokens: Tokens): RowToWrite<TokenColumns> {
  return {
    InputTokens: optionalCountCell(tokens.input),
    OutputTokens: optionalCountCell(tokens.output),
    CacheReadTokens: optionalCountCell(tokens.cacheRead),
    CacheWriteTokens: optionalCountCell(tokens.cacheWrite),
    ReasoningTokens: optionalCountCell(tokens.reasoning)
  }
}

export function fromTokenCells(row: TokenColumns): Tokens {
  return {
    ...(row.InputTokens !== null && { input: Number(row.InputTokens) }),
    ...(row.OutputTokens !== null && { output: Number(row.OutputTokens) }),
    ...(row.CacheReadTokens !== null && { cacheRead: Number(row.CacheReadTokens) }),
    ...(row.CacheWriteTokens !== null && { cacheWrite: Number(row.CacheWriteTokens) }),
    ...(row.ReasoningTokens !== null && { reasoning: Number(row.ReasoningTokens) })
  }
}

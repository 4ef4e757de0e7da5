// Reads the fields of proto3 JSON messages (https://protobuf.dev/programming-guides/json/) with OTLP's
// exceptions (https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding): what an absent field
// means, and what each type may look like. `null` is an absent field.

/** A field holds what its type does not allow. `field` is a path, `attributes[3].intValue`. */
export class JsonFieldError extends Error {
  readonly field: string
  readonly problem: string

  constructor(field: string, problem: string) {
    super(`${field} ${problem}`)
    this.name = 'JsonFieldError'
    this.field = field
    this.problem = problem
  }
}

/** A number in the JSON was rounded when it was parsed, and its field does not allow that. */
export class InexactIntegerError extends Error {}

export type JsonMessage = Readonly<Record<string, unknown>>

const UINT32_MAX = 0xffff_ffff
const INT32_MIN = -0x8000_0000
const INT32_MAX = 0x7fff_ffff
const UINT64_MAX = 0xffff_ffff_ffff_ffffn
const INT64_MIN = -0x8000_0000_0000_0000n
const INT64_MAX = 0x7fff_ffff_ffff_ffffn
/** 20 digits hold every 64-bit integer; BigInt() of a longer text would cost more than it is worth. */
const INTEGER = /^-?\d{1,20}$/
const DECIMAL = /^-?\d{1,400}(\.\d{0,400})?([eE][-+]?\d{1,4})?$/
const BASE64 = /^[A-Za-z0-9+/_-]*={0,2}$/
/** An id of twice the right length is shown whole in the rejection; more would be noise. */
const ID_CHARS_MAX = 64
const QUOTED_CHARS_MAX = 40

export function readMessage(value: unknown, field: string): JsonMessage | undefined {
  if (isAbsent(value)) return undefined
  if (isMessage(value)) return value
  throw offence(field, value, 'an object')
}

/** Reads a list of messages; an error says in which of them. */
export function readEach(
  value: unknown,
  field: string,
  read: (message: JsonMessage) => void
): void {
  if (isAbsent(value)) return
  if (!isList(value)) throw offence(field, value, 'an array')
  for (const [index, element] of value.entries()) {
    try {
      if (!isMessage(element)) throw offence('', element, 'an object')
      read(element)
    } catch (error) {
      throw error instanceof JsonFieldError ? within(error, `${field}[${index}]`) : error
    }
  }
}

/** Reads a list of scalars; `field` given to `read` says which of them. */
export function readEachValue(
  value: unknown,
  field: string,
  read: (element: unknown, field: string) => void
): void {
  if (isAbsent(value)) return
  if (!isList(value)) throw offence(field, value, 'an array')
  for (const [index, element] of value.entries()) read(element, `${field}[${index}]`)
}

/** A lone surrogate, which UTF-8 cannot hold, becomes U+FFFD. */
export function readString(value: unknown, field: string): string {
  if (isAbsent(value)) return ''
  if (typeof value === 'string') return value.toWellFormed()
  throw offence(field, value, 'a string')
}

/** Hex digits in lower case, or whatever else the text says; whether it is an id is judged later. */
export function readId(value: unknown, field: string): string {
  return readString(value, field).slice(0, ID_CHARS_MAX).toLowerCase()
}

export function readBool(value: unknown, field: string): boolean {
  if (typeof value === 'boolean') return value
  throw offence(field, value, 'true or false')
}

export function readUint32(value: unknown, field: string): number {
  if (isAbsent(value)) return 0
  const number = typeof value === 'string' ? Number(toBigInt(value)) : value
  if (isInteger(number) && number >= 0 && number <= UINT32_MAX) return number
  throw offence(field, value, 'an integer from 0 to 4294967295')
}

export function readInt32(value: unknown, field: string): number {
  if (isAbsent(value)) return 0
  const number = typeof value === 'string' ? Number(toBigInt(value)) : value
  if (isInteger(number) && number >= INT32_MIN && number <= INT32_MAX) return number + 0
  throw offence(field, value, 'a 32-bit integer')
}

/**
 * Nanoseconds.
 *
 * @throws InexactIntegerError
 */
export function readFixed64(value: unknown, field: string): bigint {
  if (isAbsent(value)) return 0n
  const integer = toBigInt(value)
  if (integer !== undefined && integer >= 0n && integer <= UINT64_MAX) return integer
  throw offence(field, value, 'an unsigned 64-bit integer, as a decimal string,')
}

/**
 * A number when that is exact, a bigint otherwise. The SDK for JavaScript writes every whole number as
 * `intValue`, 1e300 too: what 64 bits cannot hold is taken for the double that it was.
 *
 * @throws InexactIntegerError
 */
export function readInt64(value: unknown, field: string): number | bigint {
  // Not -0, which protobuf does not have.
  if (Number.isSafeInteger(value)) return Number(value) + 0
  const integer = toBigInt(value)
  if (integer === undefined) {
    throw offence(field, value, 'an integer, as a number or a decimal string,')
  }
  const number = Number(integer)
  if (Number.isSafeInteger(number)) return number
  return integer < INT64_MIN || integer > INT64_MAX ? number : integer
}

export function readDouble(value: unknown, field: string): number {
  if (typeof value === 'number') return value
  if (value === 'NaN') return Number.NaN
  if (value === 'Infinity') return Number.POSITIVE_INFINITY
  if (value === '-Infinity') return Number.NEGATIVE_INFINITY
  if (typeof value === 'string' && DECIMAL.test(value)) return Number(value)
  throw offence(field, value, 'a number, "NaN", "Infinity" or "-Infinity"')
}

/** Standard or URL-safe alphabet, with or without padding, as proto3 JSON allows. */
export function readBytes(value: unknown, field: string): Uint8Array {
  if (typeof value === 'string' && BASE64.test(value)) {
    return new Uint8Array(Buffer.from(value, 'base64'))
  }
  throw offence(field, value, 'base64')
}

/** OTLP allows the number only; the name, which plain proto3 JSON has, costs nothing to understand. */
export function readEnum(value: unknown, field: string, names: readonly string[]): number {
  if (isAbsent(value)) return 0
  if (isInteger(value)) return value
  if (typeof value === 'string') return Math.max(0, names.indexOf(value))
  throw offence(field, value, 'the number of an enum value')
}

function offence(field: string, value: unknown, wanted: string): JsonFieldError {
  return new JsonFieldError(field, `is ${describe(value)}; ${wanted} is required`)
}

function within(error: JsonFieldError, holder: string): JsonFieldError {
  const field = error.field === '' ? holder : `${holder}.${error.field}`
  return new JsonFieldError(field, error.problem)
}

function isAbsent(value: unknown): value is undefined | null {
  return value === undefined || value === null
}

export function isMessage(value: unknown): value is JsonMessage {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isList(value: unknown): value is readonly unknown[] {
  return Array.isArray(value)
}

function isInteger(value: unknown): value is number {
  return Number.isInteger(value)
}

/** Of a decimal string or a whole number; proto3 JSON allows an exponent when the value is whole. */
function toBigInt(value: unknown): bigint | undefined {
  if (typeof value === 'string' && INTEGER.test(value)) return BigInt(value)
  const number = typeof value === 'string' && DECIMAL.test(value) ? Number(value) : value
  if (!isInteger(number)) return undefined
  if (typeof value === 'number' && !Number.isSafeInteger(value)) throw new InexactIntegerError()
  return BigInt(number)
}

function describe(value: unknown): string {
  if (Array.isArray(value)) return 'an array'
  if (value === null || value === undefined) return 'missing'
  if (typeof value === 'object') return 'an object'
  const text = JSON.stringify(value)
  return text.length <= QUOTED_CHARS_MAX ? text : `${text.slice(0, QUOTED_CHARS_MAX)}…`
}

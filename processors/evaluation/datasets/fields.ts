// Checked access to the fields of a dataset's record. A dataset is a file from anywhere: the first field
// of another type than expected ends the reading with a message that names the field.

export interface JsonObject {
  readonly [key: string]: unknown
}

/** What is wrong with which field, and what would be right. */
export class FieldError extends Error {
  constructor(field: string, value: unknown, required: string) {
    super(`${field} is ${describeType(value)}; ${required} is required`)
    this.name = 'FieldError'
  }
}

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

export function readText(record: JsonObject, key: string): string {
  const value = record[key]
  if (typeof value !== 'string') throw new FieldError(key, value, 'a string')
  return value
}

/** A text that the dataset may leave out or set to null. */
export function readTextOr(record: JsonObject, key: string, absent: string): string {
  return record[key] === undefined || record[key] === null ? absent : readText(record, key)
}

export function readBoolean(record: JsonObject, key: string): boolean {
  const value = record[key]
  if (typeof value !== 'boolean') throw new FieldError(key, value, 'true or false')
  return value
}

export function readBooleanOr(record: JsonObject, key: string, absent: boolean): boolean {
  return record[key] === undefined || record[key] === null ? absent : readBoolean(record, key)
}

export function readNumber(record: JsonObject, key: string): number {
  const value = record[key]
  if (typeof value !== 'number' || !Number.isFinite(value)) {
    throw new FieldError(key, value, 'a number')
  }
  return value
}

export function readInteger(record: JsonObject, key: string): number {
  const value = readNumber(record, key)
  if (!Number.isSafeInteger(value)) throw new FieldError(key, value, 'a whole number')
  return value
}

export function readIntegers(record: JsonObject, key: string): readonly number[] {
  return readArray(record, key).map((value, position) => {
    if (typeof value === 'number' && Number.isSafeInteger(value)) return value
    throw new FieldError(`${key}[${position}]`, value, 'a whole number')
  })
}

export function readObject(record: JsonObject, key: string): JsonObject {
  const value = record[key]
  if (!isJsonObject(value)) throw new FieldError(key, value, 'an object')
  return value
}

export function readObjects(record: JsonObject, key: string): readonly JsonObject[] {
  return readArray(record, key).map((value, position) => {
    if (isJsonObject(value)) return value
    throw new FieldError(`${key}[${position}]`, value, 'an object')
  })
}

export function readArray(record: JsonObject, key: string): readonly unknown[] {
  const value = record[key]
  if (!Array.isArray(value)) throw new FieldError(key, value, 'a list')
  return value
}

export function readChoice<T extends string>(
  record: JsonObject,
  key: string,
  choices: readonly T[]
): T {
  const value = record[key]
  const choice = choices.find((candidate) => candidate === value)
  if (choice === undefined) throw new FieldError(key, value, `one of ${choices.join(', ')}`)
  return choice
}

/** Undefined when the dataset leaves it out or sets it to null. */
export function readChoiceOr<T extends string>(
  record: JsonObject,
  key: string,
  choices: readonly T[]
): T | undefined {
  return isAbsent(record, key) ? undefined : readChoice(record, key, choices)
}

export function isAbsent(record: JsonObject, key: string): boolean {
  return record[key] === undefined || record[key] === null
}

/** Runs `read` and names the element in what it throws: `steps[3].tool is a number; …`. */
export function within<T>(place: string, read: () => T): T {
  try {
    return read()
  } catch (error) {
    if (error instanceof FieldError) error.message = `${place}.${error.message}`
    throw error
  }
}

const SHOWN_CHARS_MAX = 40

function describeType(value: unknown): string {
  if (value === undefined) return 'missing'
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'object') return 'an object'
  const shown = JSON.stringify(value) ?? typeof value
  return shown.length > SHOWN_CHARS_MAX ? `${shown.slice(0, SHOWN_CHARS_MAX)}…` : shown
}

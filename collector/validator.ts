// Checks requests against their schemas and says in one sentence what is wrong with which value and what
// would be right. Unlike Fastify's own Ajv it neither drops unknown parameters nor bends values: a filter
// that is silently ignored answers a question nobody asked.

import type { FastifySchemaCompiler } from 'fastify'
import type { TProperties, TSchema } from 'typebox'
import { Compile } from 'typebox/compile'
import type { TLocalizedValidationError } from 'typebox/error'
import { CollectorError } from './model/index.ts'
import { convertScalars } from './scalars.ts'

/** A value longer than this is shown in part. */
const SHOWN_CHARS_MAX = 80

/** Unknown names listed in one message. */
const NAMES_SHOWN_MAX = 10

const PART_OF_REQUEST: Readonly<Record<string, string>> = {
  body: 'body',
  querystring: 'query',
  params: 'path',
  headers: 'headers'
}

/** Errors are CollectorErrors INVALID_ARGUMENT. Texts of path and query become numbers where the schema wants them. */
export const compileValidator: FastifySchemaCompiler<TSchema> = ({ schema, httpPart }) => {
  const validator = Compile(schema)
  const properties = propertiesOf(schema)
  const part = PART_OF_REQUEST[httpPart ?? ''] ?? 'request'
  return (value: unknown) => {
    const converted =
      httpPart === 'body' || !isObject(value) ? value : convertScalars(properties, value)
    if (validator.Check(converted)) return { value: converted }
    const message = describe(validator.Errors(converted), { part, properties, value: converted })
    return { error: new CollectorError('INVALID_ARGUMENT', message, { retryable: false }) }
  }
}

interface Subject {
  readonly part: string
  readonly properties: TProperties
  readonly value: unknown
}

function describe(errors: readonly TLocalizedValidationError[], subject: Subject): string {
  const unknown = errors.find((error) => error.keyword === 'additionalProperties')
  const error = unknown ?? errors[0]
  if (error === undefined) return `the ${subject.part} is not what the path takes`
  const place = toPlace(error.instancePath)
  const where = place === '' ? `the ${subject.part}` : place
  if (error.keyword === 'additionalProperties') {
    const names = error.params.additionalProperties.slice(0, NAMES_SHOWN_MAX).map(show).join(', ')
    const known = place === '' ? Object.keys(subject.properties).join(', ') : undefined
    return known === undefined
      ? `${where} of the ${subject.part} has unknown fields: ${names}`
      : `the ${subject.part} has unknown names: ${names}; known are ${known === '' ? 'none' : known}`
  }
  if (error.keyword === 'required') {
    return `${where} lacks ${error.params.requiredProperties.join(', ')}`
  }
  const shown = show(valueAt(subject.value, error.instancePath))
  const errorsHere = errors.filter((other) => other.instancePath === error.instancePath)
  return `${where} is ${shown}; ${whatIsRight(errorsHere, subject, place)}`
}

function whatIsRight(
  errors: readonly TLocalizedValidationError[],
  subject: Subject,
  place: string
): string {
  for (const error of errors) {
    if (error.keyword === 'enum') return `one of ${error.params.allowedValues.join(', ')} is right`
  }
  const schema = Object.hasOwn(subject.properties, place) ? subject.properties[place] : undefined
  if (schema !== undefined && 'expects' in schema && typeof schema.expects === 'string') {
    return `${schema.expects} is right`
  }
  const isUnion = errors.some((error) => error.keyword === 'anyOf')
  const messages = errors.filter((error) => error.keyword !== 'anyOf').map(({ message }) => message)
  return `it ${isUnion ? messages.join(' or ') : messages[0]}`
}

/** `/checks/0/name` as people write it: `checks[0].name`. */
function toPlace(instancePath: string): string {
  return instancePath
    .slice(1)
    .replaceAll(/\/(\d+)/g, '[$1]')
    .replaceAll('/', '.')
}

function valueAt(value: unknown, instancePath: string): unknown {
  let found = value
  for (const key of instancePath.split('/').slice(1)) {
    if (Array.isArray(found)) found = found[Number(key)]
    else if (isObject(found) && Object.hasOwn(found, key)) found = found[key]
    else return undefined
  }
  return found
}

function show(value: unknown): string {
  if (value === undefined) return 'missing'
  const text = JSON.stringify(value)
  return text.length <= SHOWN_CHARS_MAX ? text : `${text.slice(0, SHOWN_CHARS_MAX)}…`
}

function propertiesOf(schema: TSchema): TProperties {
  const properties = 'properties' in schema ? schema.properties : undefined
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what JSON Schema says `properties` is
  return isObject(properties) ? (properties as TProperties) : {}
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

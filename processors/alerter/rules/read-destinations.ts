// Destinations of the rules file: addresses checked, secrets fetched from the environment and nowhere else.

import { DESTINATION_KINDS, DETAILS } from './alert-rules.ts'
import type { Destination, DestinationKind, Environment } from './alert-rules.ts'
import { shown } from './yaml-fields.ts'
import type { Field, FieldReader } from './yaml-fields.ts'

const DESTINATIONS_MAX = 50
const HEADERS_MAX = 20

export const NAME = /^[A-Za-z][A-Za-z0-9_-]{0,62}$/
export const NAME_RULE =
  'has a name that is not right: letters, digits, - and _, at most 63, beginning with a letter'

const REFERENCE = /\$\{([A-Za-z_][A-Za-z0-9_]{0,127})\}/g
/** https://www.rfc-editor.org/rfc/rfc9110#name-tokens */
const HEADER_NAME = /^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,64}$/
const HEADER_VALUE = /^[\t\x20-\x7e]{0,4096}$/
/** Set by us, or by the protocol. */
const OWN_HEADERS = /^(host|content-.*|transfer-encoding|connection|idempotency-key|onset-.*)$/i

/** https://developer.pagerduty.com/docs/send-alert-event; accounts in Europe have another. */
const URL_DEFAULTS: Readonly<Record<DestinationKind, string | undefined>> = {
  alertmanager: undefined,
  webhook: undefined,
  slack: undefined,
  pagerduty: 'https://events.pagerduty.com/v2/enqueue'
}

const FIELDS: Readonly<Record<DestinationKind, readonly string[]>> = {
  alertmanager: ['kind', 'detail', 'url', 'headers'],
  webhook: ['kind', 'detail', 'url', 'headers', 'secret'],
  slack: ['kind', 'detail', 'url'],
  pagerduty: ['kind', 'detail', 'url', 'routingKey']
}
const ALL_FIELDS = [...new Set(Object.values(FIELDS).flat())]

export function readDestinations(
  reader: FieldReader,
  field: Field | undefined,
  env: Environment
): ReadonlyMap<string, Destination> {
  const found = new Map<string, Destination>()
  if (field === undefined) return found
  const entries = reader.entries(field)
  if (entries.size > DESTINATIONS_MAX) reader.refuse(field, `has more than ${DESTINATIONS_MAX}`)
  for (const [name, entry] of entries) {
    if (!NAME.test(name)) reader.refuse(entry, NAME_RULE)
    const destination = readDestination(reader, entry, { name, env })
    // Kept even when its fields are wrong, so that rules naming it are not called wrong as well.
    found.set(name, destination)
  }
  return found
}

interface Context {
  readonly name: string
  readonly env: Environment
}

function readDestination(reader: FieldReader, entry: Field, { name, env }: Context): Destination {
  const any = reader.fields(entry, ALL_FIELDS)
  const kind = readKind(reader, entry, any)
  const secrets: string[] = []
  const resolve = (field: Field | undefined, must = false): string | undefined =>
    readReference(reader, field, { env, secrets, must })
  return {
    name,
    kind,
    url: readUrl(reader, any.get('url') ?? entry, {
      text: any.has('url') ? resolve(any.get('url'), kind === 'slack') : URL_DEFAULTS[kind],
      isGiven: any.has('url') || URL_DEFAULTS[kind] !== undefined
    }),
    headers: readHeaders(reader, any.get('headers'), resolve),
    key: resolve(any.get(kind === 'pagerduty' ? 'routingKey' : 'secret'), true),
    detail: reader.word(any.get('detail'), DETAILS) ?? 'minimal',
    secrets
  }
}

/** Where the kind is wrong, the fields are read as a webhook's, which has most of them. */
function readKind(
  reader: FieldReader,
  entry: Field,
  any: ReadonlyMap<string, Field>
): DestinationKind {
  const kind = reader.word(any.get('kind'), DESTINATION_KINDS)
  if (!any.has('kind')) {
    reader.refuse(entry, `needs a kind: one of ${DESTINATION_KINDS.join(', ')}`)
  }
  if (kind === undefined) return 'webhook'
  for (const [field, value] of any) {
    if (ALL_FIELDS.includes(field) && !FIELDS[kind].includes(field)) {
      reader.refuse(value, `is not for ${kind}; it has ${FIELDS[kind].join(', ')}`)
    }
  }
  if (kind === 'pagerduty' && !any.has('routingKey')) {
    reader.refuse(entry, 'needs a routingKey, as ${PAGERDUTY_ROUTING_KEY}')
  }
  return kind
}

interface ReferenceContext {
  readonly env: Environment
  readonly secrets: string[]
  /** The value is a secret, which does not belong into a file. */
  readonly must: boolean
}

/** A text with every `${NAME}` replaced by that variable. */
function readReference(
  reader: FieldReader,
  field: Field | undefined,
  { env, secrets, must }: ReferenceContext
): string | undefined {
  const text = reader.text(field)
  if (field === undefined || text === undefined) return undefined
  let references = 0
  const resolved = text.replaceAll(REFERENCE, (_, name: string) => {
    references += 1
    const value = env[name]
    if (value === undefined || value === '') {
      reader.refuse(field, `names the environment variable ${name}, which is not set`)
      return ''
    }
    secrets.push(value)
    return value
  })
  if (must && references === 0) {
    reader.refuse(field, 'is a secret; write ${NAME} and set that environment variable')
  }
  return resolved
}

interface UrlContext {
  readonly text: string | undefined
  readonly isGiven: boolean
}

function readUrl(reader: FieldReader, field: Field, { text, isGiven }: UrlContext): string {
  if (!isGiven) reader.refuse(field, 'needs a url')
  if (text === undefined) return ''
  const url = URL.canParse(text) ? new URL(text) : undefined
  // Not shown: an address may be a secret.
  if (url === undefined || !['http:', 'https:'].includes(url.protocol)) {
    reader.refuse(field, 'is no address; one that begins with http:// or https:// is right')
  } else if (url.username !== '' || url.password !== '') {
    reader.refuse(field, 'holds a password; put it into headers: as authorization: Basic ${NAME}')
  }
  return text
}

function readHeaders(
  reader: FieldReader,
  field: Field | undefined,
  resolve: (field: Field) => string | undefined
): ReadonlyMap<string, string> {
  const headers = new Map<string, string>()
  if (field === undefined) return headers
  const entries = reader.entries(field)
  if (entries.size > HEADERS_MAX) reader.refuse(field, `has more than ${HEADERS_MAX}`)
  for (const [name, entry] of entries) {
    const value = resolve(entry)
    if (!HEADER_NAME.test(name)) reader.refuse(entry, `${shown(name)} is no name of a header`)
    else if (OWN_HEADERS.test(name)) reader.refuse(entry, 'is set by Onset')
    else if (value !== undefined && !HEADER_VALUE.test(value)) {
      reader.refuse(entry, 'has characters that a header may not have')
    } else if (value !== undefined) headers.set(name.toLowerCase(), value)
  }
  return headers
}

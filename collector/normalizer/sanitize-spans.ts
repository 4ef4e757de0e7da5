// Repairs spans before they are stored and normalized, in the manner of a flat list: each sanitizer
// mends one thing and leaves the rest, and a span that needs nothing comes back as the same object.
//
// Sanitizers of texts run in one walk over the span, and the walk only happens when the texts, joined,
// give one of them a reason to: looking at one long text costs a fraction of looking at forty short ones.

import type { Attributes, DecodedSpan, Resource, Scope } from '../model/index.ts'
import { nameEmptyService, nameEmptySpan } from './sanitizers/empty-names.ts'
import { mendText } from './sanitizers/mend-text.ts'
import { maskNamedSecret, maskSecrets } from './sanitizers/mask-secrets.ts'
import { TEXT_SEPARATOR } from './sanitizers/secret-clues.ts'
import { findSecretHints } from './sanitizers/secret-hints.ts'
import type { SpanTexts, TextMap } from './sanitizers/span-texts.ts'
import {
  collectAttributeTexts,
  collectSpanTexts,
  mapAttributes,
  mapSpanTexts
} from './sanitizers/span-texts.ts'

/** Sanitizers of a span as a whole, in order. */
const SPAN_SANITIZERS: readonly ((span: DecodedSpan) => DecodedSpan)[] = [
  nameEmptySpan,
  sanitizeTexts
]

/** Sanitizers of a resource, in order; resources are shared by spans and repaired once. */
const RESOURCE_SANITIZERS: readonly ((resource: Resource) => Resource)[] = [
  nameEmptyService,
  sanitizeResourceTexts
]

/** The same spans, masked and mended; the very same objects where there was nothing to do. */
export function sanitizeSpans(spans: readonly DecodedSpan[]): readonly DecodedSpan[] {
  const resources = new Map<Resource, Resource>()
  const scopes = new Map<Scope, Scope>()
  let isSame = true
  const sanitized = spans.map((span) => {
    let mended = span
    for (const sanitize of SPAN_SANITIZERS) mended = sanitize(mended)
    const resource = once(resources, span.resource, sanitizeResource)
    const scope = once(scopes, span.scope, sanitizeScope)
    if (resource !== span.resource || scope !== span.scope) mended = { ...mended, resource, scope }
    if (mended !== span) isSame = false
    return mended
  })
  return isSame ? spans : sanitized
}

export function sanitizeResource(resource: Resource): Resource {
  let mended = resource
  for (const sanitize of RESOURCE_SANITIZERS) mended = sanitize(mended)
  return mended
}

function sanitizeResourceTexts(resource: Resource): Resource {
  const texts = collectAttributeTexts(resource.attributes)
  if (resource.schemaUrl !== '') texts.texts.push(resource.schemaUrl)
  const map = textMapFor(texts)
  if (map === undefined) return resource
  const schemaUrl = map(resource.schemaUrl, '')
  const attributes = mapAttributes(resource.attributes, map)
  const isSame = schemaUrl === resource.schemaUrl && attributes === resource.attributes
  return isSame ? resource : { ...resource, schemaUrl, attributes }
}

export function sanitizeScope(scope: Scope): Scope {
  const texts = collectAttributeTexts(scope.attributes)
  texts.texts.push(scope.name, scope.version, scope.schemaUrl)
  const map = textMapFor(texts)
  if (map === undefined) return scope
  const name = map(scope.name, '')
  const version = map(scope.version, '')
  const schemaUrl = map(scope.schemaUrl, '')
  const attributes = mapAttributes(scope.attributes, map)
  const isSame =
    name === scope.name &&
    version === scope.version &&
    schemaUrl === scope.schemaUrl &&
    attributes === scope.attributes
  return isSame ? scope : { ...scope, name, version, schemaUrl, attributes }
}

function sanitizeTexts(span: DecodedSpan): DecodedSpan {
  const map = textMapFor(collectSpanTexts(span))
  return map === undefined ? span : mapSpanTexts(span, map)
}

export function sanitizeAttributesOf<T extends { readonly attributes: Attributes }>(owner: T): T {
  const map = textMapFor(collectAttributeTexts(owner.attributes))
  if (map === undefined) return owner
  const attributes = mapAttributes(owner.attributes, map)
  return attributes === owner.attributes ? owner : { ...owner, attributes }
}

/** What has to be done to these texts; undefined when nothing has. */
export function textMapFor({ texts, isTooDeep }: SpanTexts): TextMap | undefined {
  // The last key, too, ends with a separator.
  texts.push('')
  const joined = texts.join(TEXT_SEPARATOR)
  const hints = findSecretHints(joined)
  if (hints === undefined) return joined.isWellFormed() && !isTooDeep ? undefined : mendText
  return (text, key) => maskNamedSecret(maskSecrets(mendText(text), hints), key)
}

/** Resources and scopes are shared by what is below them and repaired once. */
export function once<T extends object>(done: Map<T, T>, given: T, sanitize: (given: T) => T): T {
  const known = done.get(given)
  if (known !== undefined) return known
  const sanitized = sanitize(given)
  done.set(given, sanitized)
  return sanitized
}

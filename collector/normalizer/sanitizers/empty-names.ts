// A span or a service without a name cannot be told apart in a list; the names given here are what
// OpenTelemetry's own components call them.
// https://opentelemetry.io/docs/specs/semconv/resource/#service

import type { DecodedSpan, Resource } from '../../model/index.ts'

const UNNAMED_SPAN = 'unnamed_span'
const UNKNOWN_SERVICE = 'unknown_service'

export function nameEmptySpan(span: DecodedSpan): DecodedSpan {
  return span.name === '' ? { ...span, name: UNNAMED_SPAN } : span
}

export function nameEmptyService(resource: Resource): Resource {
  const name = resource.attributes['service.name']
  if (name !== undefined && name !== '') return resource
  const attributes = Object.assign(Object.create(null), resource.attributes, {
    'service.name': UNKNOWN_SERVICE
  })
  return { ...resource, attributes }
}

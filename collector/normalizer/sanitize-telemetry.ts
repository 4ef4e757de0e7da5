// Repairs log records and data points before they are stored, as sanitize-spans.ts does spans: texts that
// hold secrets are masked, in bodies too. What needs nothing comes back as the same object.

import type {
  DecodedLogRecord,
  DecodedMetricPoint,
  Exemplar,
  MetricHead,
  Resource,
  Scope
} from '../model/index.ts'
import {
  once,
  sanitizeAttributesOf,
  sanitizeResource,
  sanitizeScope,
  textMapFor
} from './sanitize-spans.ts'
import {
  collectAttributeTexts,
  collectValueTexts,
  mapAttributes,
  mapValueTexts
} from './sanitizers/span-texts.ts'

/** The same records, masked and mended; the very same objects where there was nothing to do. */
export function sanitizeLogRecords(
  records: readonly DecodedLogRecord[]
): readonly DecodedLogRecord[] {
  const owners = createOwners()
  return records.map((record) => {
    const mended = sanitizeRecord(record)
    const { resource, scope } = owners.sanitize(record)
    if (resource === record.resource && scope === record.scope) return mended
    return { ...mended, resource, scope }
  })
}

function sanitizeRecord(record: DecodedLogRecord): DecodedLogRecord {
  const texts = collectAttributeTexts(record.attributes)
  texts.texts.push(record.severityText, record.eventName)
  collectValueTexts(record.body, texts)
  const map = textMapFor(texts)
  if (map === undefined) return record
  return {
    ...record,
    severityText: map(record.severityText, ''),
    eventName: map(record.eventName, ''),
    body: mapValueTexts(record.body, map),
    attributes: mapAttributes(record.attributes, map)
  }
}

/** The same points, masked and mended; the very same objects where there was nothing to do. */
export function sanitizeMetricPoints(
  points: readonly DecodedMetricPoint[]
): readonly DecodedMetricPoint[] {
  const owners = createOwners()
  const heads = new Map<MetricHead, MetricHead>()
  return points.map((point) => {
    const metric = once(heads, point.metric, (head) => sanitizeHead(head, owners))
    const mended = sanitizeAttributesOf(sanitizeExemplars(point))
    return metric === point.metric ? mended : { ...mended, metric }
  })
}

function sanitizeHead(head: MetricHead, owners: Owners): MetricHead {
  const { name, description, unit } = head
  const { resource, scope } = owners.sanitize(head)
  const map = textMapFor({ texts: [name, description, unit], isTooDeep: false })
  if (map === undefined && resource === head.resource && scope === head.scope) return head
  return {
    name: map?.(name, '') ?? name,
    description: map?.(description, '') ?? description,
    unit: map?.(unit, '') ?? unit,
    resource,
    scope
  }
}

function sanitizeExemplars(point: DecodedMetricPoint): DecodedMetricPoint {
  if (point.kind === 'summary' || point.exemplars.length === 0) return point
  const exemplars = point.exemplars.map(sanitizeExemplar)
  return { ...point, exemplars }
}

function sanitizeExemplar(exemplar: Exemplar): Exemplar {
  const map = textMapFor(collectAttributeTexts(exemplar.filteredAttributes))
  if (map === undefined) return exemplar
  return { ...exemplar, filteredAttributes: mapAttributes(exemplar.filteredAttributes, map) }
}

interface Owned {
  readonly resource: Resource
  readonly scope: Scope
}

interface Owners {
  sanitize(item: Owned): Owned
}

function createOwners(): Owners {
  const resources = new Map<Resource, Resource>()
  const scopes = new Map<Scope, Scope>()
  return {
    sanitize: ({ resource, scope }) => ({
      resource: once(resources, resource, sanitizeResource),
      scope: once(scopes, scope, sanitizeScope)
    })
  }
}

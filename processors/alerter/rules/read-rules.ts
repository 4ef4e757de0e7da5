// Rules of the rules file: what they match, whom they tell, how many at most.

import { ONSET_CATEGORIES, STAGE_NAMES } from '@onset/collector/model'

import { GROUP_WORDS } from './alert-rules.ts'
import type { AlertRule, RuleMatch } from './alert-rules.ts'
import { NAME, NAME_RULE } from './read-destinations.ts'
import { shown } from './yaml-fields.ts'
import type { Field, FieldReader } from './yaml-fields.ts'

const RULES_MAX = 100
const LIST_MAX = 100
const LABELS_MAX = 20
const TEXT_CHARS_MAX = 200
const NOTIFICATIONS_MAX = 1_000

const SECOND_MS = 1_000
const MINUTE_MS = 60 * SECOND_MS
const HOUR_MS = 60 * MINUTE_MS
const UNIT_MS: Readonly<Record<string, number>> = { s: SECOND_MS, m: MINUTE_MS, h: HOUR_MS }
const DURATION = /^(\d{1,6})([smh])$/

/** More in ten minutes is no longer read one by one. */
const NOTIFICATIONS_DEFAULT = 20
const LIMIT_MS_DEFAULT = 10 * MINUTE_MS
/** A failed run does not heal; after four hours somebody has looked, or nobody will. */
const FIRES_FOR_MS_DEFAULT = 4 * HOUR_MS
const GROUP_WAIT_MS_DEFAULT = 30 * SECOND_MS

/** https://prometheus.io/docs/concepts/data_model/#metric-names-and-labels */
const LABEL_NAME = /^[a-zA-Z_][a-zA-Z0-9_]{0,62}$/
/** What the alerter says itself. */
export const OWN_LABELS = [
  'alertname',
  'rule',
  'run_id',
  'onset',
  'category',
  'stage',
  'service',
  'agent'
] as const

const FIELDS = ['name', 'match', 'destinations', 'labels', 'group', 'limit', 'firesFor']

export function readRules(
  reader: FieldReader,
  field: Field | undefined,
  destinations: ReadonlySet<string>
): readonly AlertRule[] {
  const items = reader.items(field)
  if (field !== undefined && items.length > RULES_MAX) {
    reader.refuse(field, `has more than ${RULES_MAX}`)
  }
  const names = new Set<string>()
  return items.map((item) => {
    const fields = reader.fields(item, FIELDS)
    const name = reader.text(fields.get('name')) ?? ''
    const nameField = fields.get('name')
    if (nameField === undefined) reader.refuse(item, 'needs a name')
    else if (!NAME.test(name)) reader.refuse(nameField, NAME_RULE)
    else if (names.has(name)) reader.refuse(nameField, `is ${shown(name)}, as another rule's is`)
    names.add(name)
    return {
      name,
      match: readMatch(reader, fields.get('match')),
      destinations: readTargets(reader, fields.get('destinations') ?? item, {
        destinations,
        isGiven: fields.has('destinations')
      }),
      labels: readLabels(reader, fields.get('labels')),
      ...readGroup(reader, fields.get('group')),
      ...readLimit(reader, fields.get('limit')),
      firesForMs:
        readDuration(reader, fields.get('firesFor'), { min: MINUTE_MS, max: 168 * HOUR_MS }) ??
        FIRES_FOR_MS_DEFAULT
    }
  })
}

function readMatch(reader: FieldReader, field: Field | undefined): RuleMatch {
  const known = ['categories', 'stages', 'services', 'agents', 'minConfidence']
  const fields = field === undefined ? new Map<string, Field>() : reader.fields(field, known)
  const bounds = { min: 0, max: 1, whole: false }
  return {
    categories: readWords(reader, fields.get('categories'), ONSET_CATEGORIES),
    stages: readWords(reader, fields.get('stages'), STAGE_NAMES),
    services: readNames(reader, fields.get('services')),
    agents: readNames(reader, fields.get('agents')),
    minConfidence: reader.number(fields.get('minConfidence'), bounds) ?? 0
  }
}

function readWords<Word extends string>(
  reader: FieldReader,
  field: Field | undefined,
  words: readonly Word[]
): readonly Word[] {
  return reader.items(field).flatMap((item) => reader.word(item, words) ?? [])
}

function readNames(reader: FieldReader, field: Field | undefined): readonly string[] {
  const items = reader.items(field)
  if (field !== undefined && items.length > LIST_MAX) {
    reader.refuse(field, `has more than ${LIST_MAX}`)
  }
  return items.flatMap((item) => {
    const text = reader.text(item)
    if (text === undefined) return []
    if (text.length > TEXT_CHARS_MAX) {
      reader.refuse(item, `is longer than ${TEXT_CHARS_MAX} characters`)
    } else if (text.slice(0, -1).includes('*')) {
      reader.refuse(item, `is ${shown(text)}; * may only stand at the end`)
    }
    return [text]
  })
}

interface Targets {
  readonly destinations: ReadonlySet<string>
  readonly isGiven: boolean
}

function readTargets(
  reader: FieldReader,
  field: Field,
  { destinations, isGiven }: Targets
): readonly string[] {
  const items = isGiven ? reader.items(field) : []
  if (items.length === 0) reader.refuse(field, 'needs destinations, at least one')
  const names = items.flatMap((item) => {
    const name = reader.text(item)
    if (name === undefined) return []
    if (!destinations.has(name)) {
      reader.refuse(item, `is ${shown(name)}, which is no destination of this file`)
    }
    return [name]
  })
  return [...new Set(names)]
}

function readLabels(reader: FieldReader, field: Field | undefined): ReadonlyMap<string, string> {
  const labels = new Map<string, string>()
  if (field === undefined) return labels
  const entries = reader.entries(field)
  if (entries.size > LABELS_MAX) reader.refuse(field, `has more than ${LABELS_MAX}`)
  for (const [name, entry] of entries) {
    const value = reader.text(entry)
    if (!LABEL_NAME.test(name)) reader.refuse(entry, `${shown(name)} is no name of a label`)
    else if (OWN_LABELS.some((own) => own === name)) reader.refuse(entry, 'is set by Onset')
    else if (value !== undefined) labels.set(name, value.slice(0, TEXT_CHARS_MAX))
  }
  return labels
}

function readGroup(
  reader: FieldReader,
  field: Field | undefined
): Pick<AlertRule, 'groupBy' | 'groupWaitMs'> {
  if (field === undefined) return { groupBy: [], groupWaitMs: 0 }
  const fields = reader.fields(field, ['by', 'wait'])
  return {
    groupBy: readWords(reader, fields.get('by'), GROUP_WORDS),
    groupWaitMs:
      readDuration(reader, fields.get('wait'), { min: 0, max: HOUR_MS }) ?? GROUP_WAIT_MS_DEFAULT
  }
}

function readLimit(
  reader: FieldReader,
  field: Field | undefined
): Pick<AlertRule, 'notifications' | 'limitMs'> {
  const known = ['notifications', 'every']
  const fields = field === undefined ? new Map<string, Field>() : reader.fields(field, known)
  const bounds = { min: 1, max: NOTIFICATIONS_MAX, whole: true }
  return {
    notifications: reader.number(fields.get('notifications'), bounds) ?? NOTIFICATIONS_DEFAULT,
    limitMs:
      readDuration(reader, fields.get('every'), { min: SECOND_MS, max: 24 * HOUR_MS }) ??
      LIMIT_MS_DEFAULT
  }
}

function readDuration(
  reader: FieldReader,
  field: Field | undefined,
  { min, max }: { readonly min: number; readonly max: number }
): number | undefined {
  const text = reader.text(field)
  if (field === undefined || text === undefined) return undefined
  const [, count, unit] = DURATION.exec(text) ?? []
  const ms = count === undefined ? Number.NaN : Number(count) * (UNIT_MS[unit ?? ''] ?? 0)
  if (ms >= min && ms <= max) return ms
  reader.refuse(
    field,
    `is ${shown(text)}; a time from ${min / SECOND_MS}s to ${max / HOUR_MS}h as 30s, 10m or 4h is right`
  )
  return undefined
}

// Method: traces of real frameworks, as another backend stored them, are made spans again and
// normalized. They are not part of the project; name their folder in ONSET_DATA to run this. What a
// later dialect is still needed for is printed, not failed on: those spans stay `unknown`.

import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import type { AttributeValue, DecodedSpan, StepKind } from '../../collector/model/index.ts'
import { normalizeSpans, sanitizeSpans } from '../../collector/normalizer/index.ts'
import { aScope, aSpan, someAttributes } from '../support/builders.ts'

interface Sample {
  readonly producer: string
  readonly span: DecodedSpan
  /** What the backend that stored it said it is. */
  readonly type: string
}

interface StoredSpan {
  readonly type?: string
  readonly name?: string
  readonly level?: string
  readonly metadata?: string | StoredMetadata
  readonly attributes?: Record<string, AttributeValue>
}

interface StoredMetadata {
  readonly attributes?: Record<string, AttributeValue>
  readonly scope?: { readonly name?: string }
}

const folder = join(process.env['ONSET_DATA'] ?? '', 'otel-samples')
const skip =
  process.env['ONSET_DATA'] === undefined || !existsSync(folder)
    ? 'ONSET_DATA does not name a folder with otel-samples'
    : false

const KIND_BY_TYPE: Readonly<Record<string, StepKind>> = {
  GENERATION: 'llm',
  TOOL: 'tool',
  AGENT: 'agent',
  CHAIN: 'agent'
}

function storedTraces(): Sample[] {
  const traces = join(folder, 'langfuse-framework-traces')
  return readdirSync(traces)
    .filter((file) => file.endsWith('.json'))
    .flatMap((file) => {
      const { observations } = JSON.parse(readFileSync(join(traces, file), 'utf8')) as {
        readonly observations: readonly StoredSpan[]
      }
      return observations.map((stored) => toSample(file.replace(/-20.*$/, ''), stored))
    })
}

function toSample(producer: string, stored: StoredSpan): Sample {
  const metadata =
    typeof stored.metadata === 'string'
      ? (JSON.parse(stored.metadata) as StoredMetadata)
      : stored.metadata
  return {
    producer,
    type: stored.type ?? '',
    span: aSpan({
      name: stored.name ?? '',
      statusCode: stored.level === 'ERROR' ? 'error' : 'unset',
      attributes: someAttributes(metadata?.attributes ?? {}),
      scope: aScope({ name: metadata?.scope?.name ?? '' })
    })
  }
}

t.test('every span of a real trace gives one step of the kind it is', { skip }, async (t) => {
  const samples = storedTraces()
  t.ok(samples.length > 100, `${samples.length} spans were found`)
  const { steps, rejected, fallbacks } = normalizeSpans(
    sanitizeSpans(samples.map(({ span }) => span))
  )
  t.equal(steps.length, samples.length)
  t.strictSame(rejected, [])
  t.strictSame(fallbacks, [])

  const later = new Map<string, number>()
  for (const [at, { producer, type, span }] of samples.entries()) {
    const step = steps[at]
    const expected = KIND_BY_TYPE[type]
    if (step === undefined || expected === undefined) continue
    if (step.dialect.startsWith('generic')) {
      const what = `${producer}: ${type} of ${span.scope.name}`
      later.set(what, (later.get(what) ?? 0) + 1)
      continue
    }
    t.equal(step.kind, expected, `${producer} ${type} ${span.name} by ${step.dialect}`)
  }
  for (const [what, count] of later) t.comment(`left to a later dialect: ${count} × ${what}`)
})

t.test('masking finds no secret in traces that hold none', { skip }, async (t) => {
  const spans = storedTraces().map(({ span }) => span)
  const sanitized = sanitizeSpans(spans)
  const changed = sanitized.filter((span, at) => span !== spans[at])
  for (const span of changed)
    t.comment(JSON.stringify(span.attributes).match(/.{60}\[masked:\w+\]/g))
  t.equal(changed.length, 0)
})

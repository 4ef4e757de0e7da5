// Method: traces of real frameworks, as another backend stored them, are made spans again and
// normalized. They are not part of the project; name their folder in ONSET_DATA to run this. What a
// later dialect is still needed for is printed, not failed on: those spans stay `unknown`. Model and tool calls
// are counted by what the backend said the spans are, and each must be in exactly one step of the run.

import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { classifyStep } from '../../collector/effects/index.ts'
import type { AttributeValue, DecodedSpan, RunTree, StepKind } from '../../collector/model/index.ts'
import { fromUnixMillis, toSpanId, toTraceId } from '../../collector/model/index.ts'
import { normalizeSpans, sanitizeSpans } from '../../collector/normalizer/index.ts'
import { assembleRun } from '../../processors/assembler/index.ts'
import { aScope, aSpan, someAttributes } from '../support/builders.ts'

interface Sample {
  readonly producer: string
  readonly span: DecodedSpan
  /** What the backend that stored it said it is. */
  readonly type: string
}

interface StoredSpan {
  readonly id: string
  readonly traceId: string
  readonly parentObservationId?: string | null
  readonly startTime: string
  readonly endTime?: string | null
  readonly type?: string
  readonly name?: string
  readonly level?: string
  readonly input?: AttributeValue
  readonly output?: AttributeValue
  readonly model?: string | null
  readonly usageDetails?: AttributeValue
  readonly metadata?: string | StoredMetadata
}

interface StoredMetadata {
  readonly [name: string]: unknown
  readonly attributes?: Record<string, AttributeValue>
  readonly scope?: { readonly name?: string }
}

const folder = join(process.env['ONSET_DATA'] ?? '', 'otel-samples')
const skip =
  process.env['ONSET_DATA'] === undefined || !existsSync(folder)
    ? 'ONSET_DATA does not name a folder with otel-samples'
    : false

/** BeeAI has a span for each event of a call, and the last of them says nothing. */
const EVENT_OF_CALL = /^(.+)\.(?:start|success|finish)-(\d+)$/

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
      return observations.map((stored) => toSample(file.replace(/\.trace\.json$/, ''), stored))
    })
}

function toSample(producer: string, stored: StoredSpan): Sample {
  const metadata = readMetadata(stored)
  const scope = metadata.scope?.name ?? ''
  const { parentObservationId: parent } = stored
  return {
    producer,
    type: stored.type ?? '',
    span: aSpan({
      name: stored.name ?? '',
      traceId: toTraceId(stored.traceId),
      spanId: toSpanId(stored.id),
      parentSpanId: typeof parent === 'string' ? toSpanId(parent) : undefined,
      startTime: fromUnixMillis(Date.parse(stored.startTime)),
      endTime: fromUnixMillis(Date.parse(stored.endTime ?? stored.startTime)),
      statusCode: stored.level === 'ERROR' ? 'error' : 'unset',
      attributes: someAttributes({
        ...movedAttributes(stored, scope),
        ...(scope === 'langfuse-sdk' ? movedMetadata(metadata) : {}),
        ...metadata.attributes
      }),
      scope: aScope({ name: scope })
    })
  }
}

function readMetadata({ metadata = {} }: StoredSpan): StoredMetadata {
  return typeof metadata === 'string' ? (JSON.parse(metadata) as StoredMetadata) : metadata
}

/** The backend takes contents out of the attributes; here they are put back where the producer had them. */
function movedAttributes(stored: StoredSpan, scope: string): Record<string, AttributeValue> {
  const { input, output, model, usageDetails, level, type = '' } = stored
  const all =
    scope === 'langfuse-sdk'
      ? {
          'langfuse.observation.type': type.toLowerCase(),
          'langfuse.observation.input': input,
          'langfuse.observation.output': output,
          'langfuse.observation.model.name': model ?? undefined,
          'langfuse.observation.usage_details': JSON.stringify(usageDetails ?? {}),
          'langfuse.observation.level': level
        }
      : scope === 'ai'
        ? {
            'ai.prompt.messages': input,
            'ai.toolCall.args': input,
            'ai.toolCall.result': output,
            [isToolCalls(output) ? 'ai.response.toolCalls' : 'ai.response.text']: output
          }
        : type === 'TOOL'
          ? { 'gen_ai.tool.call.arguments': input, 'gen_ai.tool.call.result': output }
          : type === 'GENERATION'
            ? { 'gen_ai.input.messages': input, 'gen_ai.output.messages': output }
            : {}
  return Object.fromEntries(
    Object.entries(all).filter(([, value]) => value !== undefined && value !== null)
  )
}

function movedMetadata(metadata: StoredMetadata): Record<string, AttributeValue> {
  return Object.fromEntries(
    Object.entries(metadata)
      .filter(([name]) => !['attributes', 'resourceAttributes', 'scope'].includes(name))
      .map(([name, value]) => [`langfuse.observation.metadata.${name}`, value as AttributeValue])
  )
}

function isToolCalls(output: AttributeValue): boolean {
  return typeof output === 'string' && output.includes('"toolCallId"')
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
    const what = `${producer} ${type} ${span.name} by ${step.dialect}`
    // The backend counts the calls of the AI SDK as generations, beside the model calls inside of them.
    const isFrame = span.name === 'ai.generateText'
    t.equal(step.kind, isFrame ? 'agent' : isEndOfCall(span) ? 'unknown' : expected, what)
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

/** Model calls and tool calls of one trace, as the backend that stored it saw them: the spans of each. */
interface Calls {
  readonly models: readonly ReadonlySet<string>[]
  readonly tools: readonly ReadonlySet<string>[]
}

function isEndOfCall({ name }: DecodedSpan): boolean {
  return EVENT_OF_CALL.test(name) && name.includes('.finish-')
}

function spansByCall(spans: readonly DecodedSpan[]): readonly ReadonlySet<string>[] {
  const calls = Map.groupBy(spans, ({ name, spanId }) => {
    const [, path, count] = EVENT_OF_CALL.exec(name) ?? []
    return path === undefined ? spanId : `${path}-${count}`
  })
  return [...calls.values()].map((members) => new Set(members.map(({ spanId }) => spanId)))
}

function callsOf(samples: readonly Sample[]): Calls {
  const models = samples.filter(({ type }) => type === 'GENERATION').map(({ span }) => span)
  const parents = new Map(samples.map(({ span }) => [span.spanId, span.parentSpanId]))
  // One call seen by two instrumentations, or by a framework and inside of it: the innermost counts.
  const around = new Set<string>()
  for (const { parentSpanId } of models) {
    for (let id = parentSpanId; id !== undefined; id = parents.get(id)) around.add(id)
  }
  const tools = samples.filter(
    ({ type, span: { attributes } }) =>
      type === 'TOOL' ||
      attributes['openinference.span.kind'] === 'TOOL' ||
      attributes['gen_ai.tool.name'] !== undefined ||
      isToolMessage(attributes['langfuse.observation.output'])
  )
  return {
    models: spansByCall(models.filter(({ spanId }) => !around.has(spanId))),
    tools: spansByCall(tools.map(({ span }) => span))
  }
}

/** What a tool of LangChain gives back: a message that answers a call, serialized in one of two ways. */
function isToolMessage(output: AttributeValue): boolean {
  if (typeof output !== 'string' || !output.startsWith('{')) return false
  const message = JSON.parse(output) as { kwargs?: Record<string, unknown>; tool_call_id?: unknown }
  return (message.kwargs?.['tool_call_id'] ?? message.tool_call_id) !== undefined
}

function haveCommon(one: ReadonlySet<string>, other: ReadonlySet<string>): boolean {
  return [...other].some((id) => one.has(id))
}

function findMiscounts(tree: RunTree, calls: Calls): string[] {
  const within = tree.steps.map((step) => new Set<string>([step.spanId, ...step.foldedSpanIds]))
  const scattered = Object.entries(calls).flatMap(([what, all]) =>
    (all as Calls['models']).flatMap((ids) => {
      const count = within.filter((members) => haveCommon(members, ids)).length
      return count === 1 ? [] : [`a call of ${what}, ${[...ids].join(' ')}, is in ${count} steps`]
    })
  )
  const heaped = tree.steps.flatMap((step, at) => {
    const members = within[at] ?? new Set<string>()
    const models = calls.models.filter((ids) => haveCommon(members, ids)).length
    const tools = calls.tools.filter((ids) => haveCommon(members, ids)).length
    const isEmpty = { llm: models === 0, tool: tools === 0 }[step.kind as 'llm' | 'tool'] ?? false
    const isOne = models <= 1 && tools <= 1 && !isEmpty
    const what = `step ${step.index}, ${step.kind} ${step.name}`
    return isOne ? [] : [`${what} is ${models} calls of models and ${tools} of tools`]
  })
  return [...scattered, ...heaped]
}

t.test('each model call and tool call is in exactly one step of the run', { skip }, async (t) => {
  for (const [producer, samples] of Map.groupBy(storedTraces(), (sample) => sample.producer)) {
    const { steps } = normalizeSpans(sanitizeSpans(samples.map(({ span }) => span)))
    const tree = assembleRun(steps.map((step) => ({ ...step, effects: classifyStep(step) })))
    if (tree === undefined) throw new Error(`${producer} has no steps`)
    const calls = callsOf(samples)
    const { models, tools } = calls
    const counted = `${models.length} model calls, ${tools.length} tool calls, ${tree.steps.length} steps`
    t.comment(`${producer}: ${counted}`)
    t.strictSame(findMiscounts(tree, calls), [], producer)
  }
})

interface RecordedSpan {
  readonly name: string
  readonly attributes: Record<string, AttributeValue>
}

t.test('every recorded span of the AI SDK is what its operation is', { skip }, async (t) => {
  const file = join(folder, 'openinference-ai-sdk-v6', 'all-spans.json')
  const recorded = JSON.parse(readFileSync(file, 'utf8')) as readonly RecordedSpan[]
  t.ok(recorded.length > 0)
  for (const { name, attributes } of recorded) {
    const { steps } = normalizeSpans([aSpan({ name, attributes: someAttributes(attributes) })])
    const [step] = steps
    const isInner = /\.do[A-Z]\w+$/.test(name)
    const inner = name.startsWith('ai.embed') ? 'retrieval' : 'llm'
    t.equal(step?.kind, isInner ? inner : 'agent', name)
    t.equal(step?.tokens.input !== undefined, isInner, `${name}: tokens are counted once`)
    t.not(step?.input === '' && step.arguments === '', true, `${name}: what went in is read`)
    if (inner === 'llm') t.not(isInner ? step?.action : step?.observation, '', `${name}: answer`)
  }
})

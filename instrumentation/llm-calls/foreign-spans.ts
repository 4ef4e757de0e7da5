// Spans of others: SDKs with telemetry of their own, instrumentations, frameworks. A model call or a tool
// that one of them records already is not recorded a second time.

import type { Attributes, Context, Span } from '@opentelemetry/api'
import { trace } from '@opentelemetry/api'
import type { ObservedSpan } from './options.ts'

/** A model call that somebody else records. */
export interface ForeignCall {
  readonly span: ObservedSpan
  /** How the calls that were seen under it went; a failed one may be repeated under the same span. */
  state: 'unclaimed' | 'running' | 'failed' | 'answered'
}

export function isModelSpan(attributes: Attributes): boolean {
  return (
    MODEL_OPERATIONS.has(String(attributes['gen_ai.operation.name'])) ||
    MODEL_SPAN_KINDS.has(String(attributes['openinference.span.kind'])) ||
    MODEL_OBSERVATIONS.has(String(attributes['langfuse.observation.type'])) ||
    /\.do(?:Generate|Stream|Embed)$/.test(String(attributes['ai.operationId'])) ||
    attributes['llm.request.type'] !== undefined
  )
}

const MODEL_OPERATIONS = new Set(['chat', 'text_completion', 'generate_content', 'embeddings'])
const MODEL_SPAN_KINDS = new Set(['LLM', 'EMBEDDING'])
const MODEL_OBSERVATIONS = new Set(['generation', 'embedding'])

/** Many enough for any program; the oldest is forgotten first. */
const OPEN_SPANS_MAX = 1024

export class ForeignCalls {
  /** All that are open: what a span is may be written on it only after its start. */
  readonly #open = new Map<string, ForeignCall>()
  /** Spans seen only by being active: there may be no span processor that tells of them. */
  readonly #active = new WeakMap<object, ForeignCall>()

  started(span: ObservedSpan): void {
    if (this.#open.size >= OPEN_SPANS_MAX) {
      const [oldest] = this.#open.keys()
      if (oldest !== undefined) this.#open.delete(oldest)
    }
    this.#open.set(span.spanContext().spanId, { span, state: 'unclaimed' })
  }

  ended(span: ObservedSpan): void {
    this.#open.delete(span.spanContext().spanId)
  }

  /** The foreign span that records a call made in `context`, if any does. */
  claim(context: Context, model: string | undefined): ForeignCall | undefined {
    const active = trace.getSpan(context)
    const call = this.#activeCall(active) ?? this.#likelyCall(active, model)
    if (call === undefined || !isSameModel(call.span.attributes, model)) return undefined
    if (call.state === 'running' || call.state === 'answered') return undefined
    call.state = 'running'
    return call
  }

  #activeCall(active: Span | undefined): ForeignCall | undefined {
    if (active === undefined || !isObserved(active) || !active.isRecording()) return undefined
    const known = this.#open.get(active.spanContext().spanId) ?? this.#active.get(active)
    if (!isModelSpan(active.attributes)) return undefined
    if (known !== undefined) return known
    const call: ForeignCall = { span: active, state: 'unclaimed' }
    this.#active.set(active, call)
    return call
  }

  /** Instrumentations by callbacks, as LangChain's, do not make their spans the active ones. */
  #likelyCall(active: Span | undefined, model: string | undefined): ForeignCall | undefined {
    const traceId = active?.spanContext().traceId
    for (const call of this.#open.values()) {
      const isOfTrace = traceId === undefined || call.span.spanContext().traceId === traceId
      if (!isOfTrace || call.state === 'running' || call.state === 'answered') continue
      if (isModelSpan(call.span.attributes) && isSameModel(call.span.attributes, model)) return call
    }
    return undefined
  }
}

function isSameModel(attributes: Attributes, model: string | undefined): boolean {
  const named = MODEL_KEYS.map((key) => attributes[key]).find((value) => value !== undefined)
  return named === undefined || model === undefined || named === model
}

const MODEL_KEYS = [
  'gen_ai.request.model',
  'llm.request.model_name',
  'llm.model_name',
  'ai.model.id'
]

/** A span of the SDK shows its attributes; others cannot be told from any span. */
export function isObserved(span: Span): span is Span & ObservedSpan {
  return 'attributes' in span && 'name' in span
}

/** The span of a span processor is the one to write to, as long as it records. */
export function isWritable(span: ObservedSpan | Span): span is ObservedSpan & Span {
  return 'setAttributes' in span && 'isRecording' in span && span.isRecording()
}

const INPUT_KEYS = [
  'gen_ai.input.messages',
  'input.value',
  'ai.prompt.messages',
  'ai.prompt',
  'gen_ai.prompt',
  'gen_ai.prompt.0.role',
  'llm.input_messages.0.message.role'
]

/** What a foreign span lacks of `attributes`; contents only where it has none under any name. */
export function missingFrom(span: ObservedSpan, attributes: Attributes): Attributes {
  const hasInput = INPUT_KEYS.some((key) => span.attributes[key] !== undefined)
  const isGenAi = span.attributes['gen_ai.operation.name'] !== undefined
  const missing: Attributes = {}
  for (const [key, value] of Object.entries(attributes)) {
    if (span.attributes[key] !== undefined) continue
    if (hasInput && key === 'gen_ai.input.messages') continue
    // Other dialects bring their own words for all of it; a second vocabulary would only confuse.
    if (isGenAi || key === 'gen_ai.response.time_to_first_chunk') missing[key] = value
  }
  return missing
}

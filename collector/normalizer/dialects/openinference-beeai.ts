// BeeAI under OpenInference tells of a call by one span an event, named for the event and how often there has been
// one: `tool.search.start-3`, `tool.search.success-3`, `tool.search.finish-3`. A tool's success, like its error, has what
// went in and what came out, and is the call. A model's start has what went in and its success what came out: both are the
// call, under one id, by which assembly makes one step of them; either may be missing, because the instrumentation
// drops what happened inside of an update that a later one replaced. All other events are structure.
// https://github.com/Arize-ai/openinference/blob/main/js/packages/openinference-instrumentation-beeai/src/middleware.ts

import type { DecodedSpan, StepKind } from '../../model/index.ts'
import { unflatten } from '../indexed-attributes.ts'

export interface BeeAiEvent {
  readonly kind: StepKind
  /** False for structure. */
  readonly isCall: boolean
  /** Of a model call. */
  readonly callId?: string
  readonly tool?: string
}

/** Of the package, and of what BeeAI itself shipped in 2025. */
const SCOPES: ReadonlySet<string> = new Set([
  '@arizeai/openinference-instrumentation-beeai',
  'openinference.instrumentation.beeai'
])

/** Undefined for any other span. The name says all of it: of a long answer the attribute `target` is dropped. */
export function readBeeAiEvent(span: DecodedSpan, kind: StepKind): BeeAiEvent | undefined {
  if (!SCOPES.has(span.scope.name)) return undefined
  const count = /-(\d{1,9})$/.exec(span.name)
  const target = span.name.slice(0, count?.index)
  const at = target.lastIndexOf('.')
  if (count === null || at === -1) return undefined
  const path = target.slice(0, at)
  const event = target.slice(at + 1)
  if (kind === 'tool' && TOOL_EVENTS.has(event)) {
    return { kind, isCall: true, tool: path.replace(/^tool\./, '') }
  }
  if (kind === 'llm' && MODEL_EVENTS.has(event)) {
    return { kind, isCall: true, callId: path + count[0] }
  }
  return { kind: kind === 'agent' ? kind : 'unknown', isCall: false }
}

const TOOL_EVENTS: ReadonlySet<string> = new Set(['success', 'error'])

/** An `error` has a count of its own, so nothing says which call it is of: it is told beside it. */
const MODEL_EVENTS: ReadonlySet<string> = new Set(['start', 'success'])

/** Of a stream each piece is a message: the answer is all of them. */
export function joinPieces({ attributes }: DecodedSpan): string {
  return unflatten(attributes, 'llm.output_messages')
    .map((message) => message['message.content'])
    .filter((content) => typeof content === 'string')
    .join('')
}

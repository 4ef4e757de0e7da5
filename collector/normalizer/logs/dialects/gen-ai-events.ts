// Events of the GenAI conventions: contents of a model call that its span does not carry. They have the
// trace and span id of the call, so each is read as a view of the step of that span; an event without a span
// tells of nothing that can be found, unless it judges the run. Conventions 1.28 to 1.36 send one event a message, later ones one event
// a call.
// https://github.com/open-telemetry/semantic-conventions/blob/v1.36.0/docs/gen-ai/gen-ai-events.md
// https://github.com/open-telemetry/semantic-conventions-genai/blob/main/docs/gen-ai/gen-ai-events.md

import type { Attributes, DecodedSpan } from '../../../model/index.ts'
import type { StepFacts } from '../../dialect.ts'
import { operationOf } from '../../gen-ai/operations.ts'
import { readGenAi } from '../../gen-ai/read-gen-ai.ts'
import { parseValue } from '../../entity-io.ts'
import { readToolResult } from '../../tool-result.ts'
import type { Value, ValueRecord } from '../../values.ts'
import { firstText, firstValue, isRecord } from '../../values.ts'
import { asSpan } from '../build-log-step.ts'
import type { LogDialect, LogEvent, LogFacts } from '../log-dialect.ts'

const PREFIX = 'gen_ai.'

export const genAiEvents: LogDialect = {
  name: 'gen_ai_events',
  version: 2,
  recognizes: ({ name }) => name.startsWith(PREFIX),
  read,
  knows: (name) => EVENTS.has(name.slice(PREFIX.length)) || IGNORED.has(name.slice(PREFIX.length))
}

type EventReader = (span: DecodedSpan, body: ValueRecord) => StepFacts | undefined

const EVENTS: ReadonlyMap<string, EventReader> = new Map<string, EventReader>([
  ['user.message', readMessage],
  ['choice', readMessage],
  ['tool.message', readToolMessage],
  ['client.inference.operation.details', readDetails],
  ['evaluation.result', readEvaluation]
])

/** What repeats the conversation, and what the status of the span says. */
const IGNORED: ReadonlySet<string> = new Set([
  'system.message',
  'assistant.message',
  'client.operation.exception'
])

/** An evaluation of a run need not be of one of its spans; its own name and words tell it from another. */
const OF_A_TRACE: ReadonlySet<string> = new Set(['evaluation.result'])

function read({ name, record }: LogEvent): LogFacts | undefined {
  const { spanId, traceId } = record
  const event = name.slice(PREFIX.length)
  if (traceId === undefined || (spanId === undefined && !OF_A_TRACE.has(event))) return undefined
  const parsed = parseValue(record.body)
  const body = isRecord(parsed) ? parsed : NO_FIELDS
  const facts = EVENTS.get(event)?.(eventSpan(name, record, body), body)
  if (facts === undefined) return undefined
  return {
    ...facts,
    place: { run: undefined, session: undefined, byTrace: true },
    key: keyOf(facts)
  }
}

const NO_FIELDS: ValueRecord = Object.create(null)

/** A result of one call is repeated in the history of every later model call. */
function keyOf(facts: StepFacts): string | undefined {
  return facts.kind === 'tool' ? facts.toolCallId : undefined
}

/** The record as the span it belongs to would be if its contents were on a span event. */
function eventSpan(name: string, record: LogEvent['record'], body: ValueRecord): DecodedSpan {
  const attributes: Record<string, Attributes[string]> = Object.create(null)
  for (const key of Object.keys(record.attributes)) attributes[key] = record.attributes[key]
  for (const key of Object.keys(body)) attributes[key] = attributeOf(body[key])
  const event = { time: record.time, name, attributes, droppedAttributesCount: 0 }
  return asSpan(record, { name, events: [event], attributes })
}

function attributeOf(value: Value): Attributes[string] {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a Value is an attribute value but for null
  return value === null ? undefined : (value as Attributes[string])
}

function readMessage(span: DecodedSpan): StepFacts {
  const facts = readGenAi(span, 'chat')
  // The whole answer stands in the event; its own finish reason is beside it.
  const { finish_reason: finished } = span.attributes
  const reason = typeof finished === 'string' ? finished : facts.finishReason
  return { ...facts, finishReason: reason, tokens: {} }
}

/** What a tool gave back, as the model read it afterwards: the result of the call of that id. */
function readToolMessage(_span: DecodedSpan, body: ValueRecord): StepFacts | undefined {
  const toolCallId = firstText(body, ['id', 'tool_call_id'])
  if (toolCallId === undefined) return undefined
  const result = readToolResult(firstValue(body, ['content']))
  return {
    kind: 'tool',
    toolCallId,
    action: '',
    observation: result.text,
    failed: result.failed,
    exitCode: result.exitCode
  }
}

function readDetails(span: DecodedSpan): StepFacts {
  const facts = readGenAi(span, operationOf(span) ?? 'chat')
  return {
    ...facts,
    toolCallId: facts.toolCallId ?? firstText(span.attributes, ['gen_ai.response.id'])
  }
}

function readEvaluation(span: DecodedSpan): StepFacts {
  return readGenAi({ ...span, events: [] }, 'evaluate')
}

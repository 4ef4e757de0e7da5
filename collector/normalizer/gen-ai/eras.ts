// Where each era of the GenAI conventions keeps a conversation. Producers of all of them run today,
// often two at once on one span; the first source that holds anything is read, newest era first.
//
//   since 1.37   attributes gen_ai.input.messages, gen_ai.output.messages (JSON text or structured), also on
//                the event gen_ai.client.inference.operation.details
//   1.28 – 1.36  events gen_ai.{system,user,assistant,tool}.message and gen_ai.choice; log records by the
//                conventions, span events by several SDKs
//   until 1.27   attributes gen_ai.prompt, gen_ai.completion, as JSON or flattened, or events that carry them
//
// https://github.com/open-telemetry/semantic-conventions-genai/blob/main/docs/gen-ai/non-normative/migration.md
// https://github.com/open-telemetry/semantic-conventions/blob/v1.36.0/docs/gen-ai/gen-ai-events.md
// https://github.com/open-telemetry/semantic-conventions/blob/v1.27.0/docs/gen-ai/gen-ai-spans.md

import type { Attributes, DecodedSpan, SpanEvent } from '../../model/index.ts'
import { unflatten } from '../indexed-attributes.ts'
import { parseJson } from '../json-text.ts'
import { parseContent } from '../messages.ts'
import type { Value } from '../values.ts'
import { firstText, firstValue, isRecord } from '../values.ts'

/** Messages, unread, in any of the shapes that messages.ts reads. */
export interface Conversation {
  readonly messages: Value
  /** The producer cut them. */
  readonly truncated: boolean
}

/** What went in; `own` are a producer's names for it, believed before the conventions'. */
export function readInputMessages(
  span: DecodedSpan,
  own: readonly string[] = NO_NAMES
): Conversation {
  return readOwn(span, own) ?? readFirst(span, INPUT_SOURCES)
}

/** What came out; `own` as for the input. */
export function readOutputMessages(
  span: DecodedSpan,
  own: readonly string[] = NO_NAMES
): Conversation {
  return readOwn(span, own) ?? readFirst(span, OUTPUT_SOURCES)
}

/** Contents of the events of one name, in order; what a tool span says in the era of events. */
export function readEventContents(span: DecodedSpan, eventName: string): Value {
  const bodies = eventBodies(span, (name) => name === eventName)
  return bodies.length === 0 ? undefined : contentOf(bodies.at(-1))
}

/** A value that may be JSON in a string; other strings stay what they are. */
function parsed(value: Value): Conversation {
  const json = typeof value === 'string' ? parseJson(value) : undefined
  return json === undefined
    ? { messages: value, truncated: false }
    : { messages: json.value, truncated: json.truncated }
}

type Source = (span: DecodedSpan) => Value

const DETAILS_EVENTS: ReadonlySet<string> = new Set([
  'gen_ai.client.inference.operation.details',
  'gen_ai.content.prompt',
  'gen_ai.content.completion'
])

const MESSAGE_EVENT = /^gen_ai\.(system|user|assistant|tool)\.message$/

const INPUT_SOURCES: readonly Source[] = [
  (span) => span.attributes['gen_ai.input.messages'],
  (span) => onEvents(span, 'gen_ai.input.messages'),
  (span) => listOrNothing(eventBodies(span, (name) => MESSAGE_EVENT.test(name))),
  (span) => span.attributes['gen_ai.prompt'],
  (span) => onEvents(span, 'gen_ai.prompt'),
  (span) => flattened(span.attributes, 'gen_ai.prompt'),
  (span) => span.attributes['input.value']
]

const OUTPUT_SOURCES: readonly Source[] = [
  (span) => span.attributes['gen_ai.output.messages'],
  (span) => onEvents(span, 'gen_ai.output.messages'),
  (span) => listOrNothing(eventBodies(span, (name) => name === 'gen_ai.choice')),
  (span) => span.attributes['gen_ai.completion'],
  (span) => onEvents(span, 'gen_ai.completion'),
  (span) => flattened(span.attributes, 'gen_ai.completion'),
  (span) => span.attributes['output.value']
]

const NO_NAMES: readonly string[] = []

function readOwn(span: DecodedSpan, own: readonly string[]): Conversation | undefined {
  const value = firstValue(span.attributes, own)
  return value === undefined ? undefined : parsed(value)
}

const NOTHING: Conversation = { messages: undefined, truncated: false }

function readFirst(span: DecodedSpan, sources: readonly Source[]): Conversation {
  for (const source of sources) {
    const value = source(span)
    if (value !== undefined && value !== null && value !== '') return parsed(value)
  }
  return NOTHING
}

/** The last event that carries `key`: a producer that writes it twice wrote the newer one last. */
function onEvents(span: DecodedSpan, key: string): Value {
  const event = span.events.findLast(
    (candidate) => DETAILS_EVENTS.has(candidate.name) && candidate.attributes[key] !== undefined
  )
  return event?.attributes[key]
}

function eventBodies(span: DecodedSpan, isWanted: (name: string) => boolean): readonly Value[] {
  if (span.events.length === 0) return []
  return span.events.filter((event) => isWanted(event.name)).map((event) => eventBody(event))
}

function listOrNothing(list: readonly Value[]): Value {
  return list.length === 0 ? undefined : list
}

/**
 * An event as a message. Its body is the attributes themselves, or JSON in `gen_ai.event.content` (Azure),
 * and the contents in it may be JSON again (Strands). The role is in the event's name.
 */
function eventBody(event: SpanEvent): Value {
  const content = event.attributes['gen_ai.event.content']
  const body = content === undefined ? event.attributes : parsed(content).messages
  const role = MESSAGE_EVENT.exec(event.name)?.[1] ?? 'assistant'
  if (!isRecord(body)) return { role, content: body }
  const message = parsed(body['message']).messages
  return {
    role: firstText(body, ['role']) ?? role,
    content: parseContent(body['content']),
    message: isRecord(message) ? message : parseContent(body['message']),
    tool_calls: body['tool_calls'],
    finish_reason: body['finish_reason']
  }
}

function contentOf(body: Value): Value {
  return isRecord(body) ? firstValue(body, ['content', 'message']) : body
}

/** `gen_ai.prompt.0.role`, with contents and tool calls that may be JSON in a string. */
function flattened(attributes: Attributes, prefix: string): Value {
  return listOrNothing(
    unflatten(attributes, prefix).map((item) => ({
      ...item,
      content: parseContent(firstValue(item, ['content', '']))
    }))
  )
}

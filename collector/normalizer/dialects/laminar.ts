// Laminar's SDK (lmnr), with which the OpenHands SDK makes its traces: functions of the application say what
// they are in `lmnr.span.type` and keep their arguments and results as JSON; model calls are instrumented
// with gen_ai attributes and have only a path of Laminar's.
// https://github.com/lmnr-ai/lmnr-python/blob/main/src/lmnr/opentelemetry_lib/tracing/attributes.py
// https://github.com/OpenHands/software-agent-sdk/tree/main/openhands-sdk/openhands/sdk/observability

import type { DecodedSpan } from '../../model/index.ts'
import { defineDialect } from '../define-dialect.ts'
import type { StepFacts } from '../dialect.ts'
import { parseValue, unwrapInput } from '../entity-io.ts'
import { withOwnNames } from '../gen-ai/names.ts'
import { operationOf } from '../gen-ai/operations.ts'
import { readGenAi } from '../gen-ai/read-gen-ai.ts'
import { toText } from '../json-text.ts'
import { describeToolCall } from '../tool-action.ts'
import { readToolResult } from '../tool-result.ts'
import type { Value } from '../values.ts'
import { firstText, firstValue, isList, isRecord } from '../values.ts'

export const laminar = defineDialect({
  name: 'laminar',
  version: 1,
  recognizedBy: 'attribute lmnr.span.type, or lmnr.span.path on what gen_ai recognizes',
  recognizes: (span) =>
    span.attributes['lmnr.span.type'] !== undefined ||
    (span.attributes['lmnr.span.path'] !== undefined && operationOf(span) !== undefined),
  read
})

const INPUT = 'lmnr.span.input'
const OUTPUT = 'lmnr.span.output'

const NAMES = withOwnNames({
  session: ['lmnr.association.properties.session_id'],
  arguments: [INPUT],
  result: [OUTPUT],
  input: [INPUT],
  output: [OUTPUT]
})

/** What instrumentations write of a model call is better structured than what a decorator serialized. */
const FRAME_NAMES = { ...NAMES, input: [], output: [] }

const OPERATIONS: ReadonlyMap<string, string> = new Map([
  ['LLM', 'chat'],
  ['TOOL', 'execute_tool'],
  ['EVALUATOR', 'evaluate'],
  ['HUMAN_EVALUATOR', 'evaluate']
])

/**
 * Functions of OpenHands that others happen inside of, by name: the type of all is DEFAULT. Their arguments
 * are the whole conversation, which the model calls inside repeat.
 */
const FRAMES: ReadonlyMap<string, string> = new Map([
  ['conversation', 'invoke_agent'],
  ['conversation.run', 'invoke_agent'],
  ['agent.step', 'agent_step'],
  ['conversation.send_message', '']
])

function read(span: DecodedSpan): StepFacts {
  const { attributes, name } = span
  const type = firstText(attributes, ['lmnr.span.type'])?.toUpperCase() ?? ''
  const frame = FRAMES.get(name)
  if (frame !== undefined && !OPERATIONS.has(type)) return readGenAi(span, frame, FRAME_NAMES)
  const operation = OPERATIONS.get(type) ?? operationOf(span) ?? ''
  const facts = readGenAi(span, operation, isInstrumented(span) ? FRAME_NAMES : NAMES)
  if (facts.kind === 'tool' || facts.kind === 'handoff') return { ...facts, ...readTool(span) }
  if (facts.kind !== 'unknown') return facts
  return { ...facts, arguments: toText(attributes[INPUT]), observation: toText(attributes[OUTPUT]) }
}

/** A model call whose messages are gen_ai attributes. */
function isInstrumented({ attributes }: DecodedSpan): boolean {
  return attributes[INPUT] === undefined || attributes['gen_ai.prompt.0.role'] !== undefined
}

function readTool(span: DecodedSpan): Partial<StepFacts> {
  const { attributes } = span
  const tool = firstText(attributes, NAMES.tool) ?? span.name
  const request = unwrapInput(firstValue(attributes, NAMES.arguments))
  // OpenHands calls a tool with the action and the conversation that it is a part of.
  const given = isRecord(request) ? (request['action'] ?? request) : request
  const result = readToolResult(observationOf(firstValue(attributes, NAMES.result)))
  return {
    tool,
    action: describeToolCall(tool, given),
    arguments: toText(given),
    observation: result.text,
    exitCode: result.exitCode,
    failed: result.failed
  }
}

/** Of an OpenHands observation what the agent reads and how it ended; the rest repeats the action. */
function observationOf(given: Value): Value {
  const value = parseValue(given)
  if (!isRecord(value) || !isList(value['content'])) return given
  const { content, is_error: isError, exit_code: exitCode, metadata } = value
  return { content, is_error: isError, exit_code: exitCode, metadata }
}

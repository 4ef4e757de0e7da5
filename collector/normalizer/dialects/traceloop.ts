// OpenLLMetry (Traceloop): its SDK and its LangChain, LlamaIndex, CrewAI and MCP instrumentations mark what
// a span is in `traceloop.span.kind` and keep arguments and results as JSON; model calls say what they are
// in `llm.request.type` and hold the conversation in gen_ai attributes, flattened until 2025, as JSON since.
// https://github.com/traceloop/openllmetry/blob/main/packages/opentelemetry-semantic-conventions-ai/opentelemetry/semconv_ai/__init__.py

import type { DecodedSpan } from '../../model/index.ts'
import { defineDialect } from '../define-dialect.ts'
import type { StepFacts } from '../dialect.ts'
import { parseValue, unwrapInput, unwrapMessage, unwrapOutput } from '../entity-io.ts'
import { withOwnNames } from '../gen-ai/names.ts'
import { operationOf } from '../gen-ai/operations.ts'
import { readGenAi } from '../gen-ai/read-gen-ai.ts'
import { toText } from '../json-text.ts'
import { readAnswer, readRequest } from '../messages.ts'
import { describeToolCall, toLine } from '../tool-action.ts'
import { readToolResult } from '../tool-result.ts'
import type { Value } from '../values.ts'
import { firstText, isRecord } from '../values.ts'

export const traceloop = defineDialect({
  name: 'traceloop',
  version: 2,
  recognizedBy: 'attribute traceloop.span.kind or llm.request.type',
  recognizes: ({ attributes }) =>
    attributes['traceloop.span.kind'] !== undefined || attributes['llm.request.type'] !== undefined,
  read
})

/** `traceloop.span.kind`, then `llm.request.type`. */
const OPERATIONS: ReadonlyMap<string, string> = new Map([
  ['workflow', 'invoke_workflow'],
  ['agent', 'invoke_agent'],
  ['task', 'chain'],
  ['session', 'chain'],
  ['tool', 'execute_tool'],
  ['chat', 'chat'],
  ['completion', 'text_completion'],
  ['embedding', 'embeddings'],
  ['rerank', 'rerank']
])

const PROPERTIES = 'traceloop.association.properties.'

const NAMES = withOwnNames(
  {
    session: ['session_id', 'conversation_id', 'thread_id'].map((name) => PROPERTIES + name),
    tool: ['traceloop.entity.name'],
    input: ['traceloop.entity.input'],
    output: ['traceloop.entity.output']
  },
  { input: ['llm.usage.prompt_tokens'], output: ['llm.usage.completion_tokens'] }
)

/** Model calls keep the conversation in gen_ai attributes, also inside of a decorated function. */
const MODEL_CALL_NAMES = { ...NAMES, input: [], output: [] }

function read(span: DecodedSpan): StepFacts {
  const { attributes } = span
  const kind = firstText(attributes, ['traceloop.span.kind', 'llm.request.type'])
  const operation = OPERATIONS.get(kind?.toLowerCase() ?? '') ?? operationOf(span) ?? ''
  const isEntity = attributes['traceloop.span.kind'] !== undefined
  const facts = readGenAi(span, operation, isEntity ? NAMES : MODEL_CALL_NAMES)
  if (facts.kind === 'tool' || facts.kind === 'handoff') return { ...facts, ...readTool(span) }
  return facts.kind === 'agent'
    ? { ...facts, ...readFrame(span, operation) }
    : { ...facts, ...readFinish(span, facts) }
}

function readTool({ name, attributes }: DecodedSpan): Partial<StepFacts> {
  const request = parseValue(attributes['traceloop.entity.input'])
  const given = unwrapInput(request)
  const message = unwrapMessage(unwrapOutput(attributes['traceloop.entity.output']))
  const result = readToolResult(message)
  const tool =
    (isRecord(request) ? firstText(request, ['tool_name']) : undefined) ??
    firstText(attributes, ['traceloop.entity.name']) ??
    name
  return {
    tool,
    toolCallId:
      (isRecord(message) ? firstText(message, ['tool_call_id']) : undefined) ??
      firstText(attributes, NAMES.callId),
    action: describeToolCall(tool, given),
    arguments: toText(given),
    observation: result.text,
    exitCode: result.exitCode,
    failed: result.failed
  }
}

function readFrame({ name, attributes }: DecodedSpan, operation: string): Partial<StepFacts> {
  const entity = firstText(attributes, ['traceloop.entity.name', 'traceloop.workflow.name'])
  const output = unwrapOutput(attributes['traceloop.entity.output'])
  const answer = readAnswer(output)
  return {
    // A task is a function of the application, not somebody who acts.
    agent: operation === 'chain' ? firstText(attributes, ['gen_ai.agent.name']) : entity,
    action: toLine(name),
    input: readTask(attributes['traceloop.entity.input']),
    observation: answer.text || toText(output)
  }
}

/** A function that was called with nothing was asked for nothing. */
function readTask(given: Value): string {
  const input = unwrapInput(given)
  const isEmpty = isRecord(input) && Object.keys(input).length === 0
  return isEmpty ? '' : readRequest(input)
}

function readFinish({ attributes }: DecodedSpan, facts: StepFacts): Partial<StepFacts> {
  const reason = ['llm.response.finish_reason', 'llm.response.stop_reason']
  return { finishReason: facts.finishReason ?? firstText(attributes, reason) }
}

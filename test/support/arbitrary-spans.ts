// Arbitrary spans for properties of the normalizer: any value of any type under the names that dialects
// read, on attributes, events and resource, in any combination.

import assert from 'node:assert/strict'
import * as fc from 'fast-check'
import type { AttributeValue, Step } from '../../collector/model/index.ts'
import { REQUESTED_TOOL_CALLS_MAX, STEP_TEXT_CHARS_MAX } from '../../collector/model/index.ts'
import { NAME_CHARS_MAX } from '../../collector/normalizer/build-step.ts'
import { aResource, aScope, aSpan, someAttributes } from './builders.ts'
import { anEvent } from './dialect-cases.ts'

const KEYS = [
  'gen_ai.operation.name',
  'gen_ai.system',
  'gen_ai.provider.name',
  'gen_ai.request.model',
  'gen_ai.input.messages',
  'gen_ai.output.messages',
  'gen_ai.prompt',
  'gen_ai.prompt.0.role',
  'gen_ai.prompt.0.content',
  'gen_ai.prompt.1',
  'gen_ai.completion',
  'gen_ai.completion.0.content',
  'gen_ai.completion.0.tool_calls.0.name',
  'gen_ai.tool.name',
  'gen_ai.tool.call.id',
  'gen_ai.tool.call.arguments',
  'gen_ai.tool.call.result',
  'gen_ai.agent.name',
  'gen_ai.conversation.id',
  'gen_ai.response.finish_reasons',
  'gen_ai.usage.input_tokens',
  'gen_ai.usage.cache_read.input_tokens',
  'gen_ai.usage.reasoning.output_tokens',
  'gen_ai.usage.output_tokens',
  'gen_ai.retrieval.documents',
  'gen_ai.retrieval.query.text',
  'gen_ai.guardrail.component.name',
  'gen_ai.guardrail.result.value',
  'gen_ai.evaluation.name',
  'gen_ai.evaluation.score.label',
  'gen_ai.event.content',
  'mcp.method.name',
  'content',
  'message',
  'role',
  'tool_calls',
  'finish_reason',
  'openinference.span.kind',
  'llm.model_name',
  'llm.input_messages',
  'llm.input_messages.0.message.role',
  'llm.input_messages.0.message.content',
  'llm.input_messages.0.message.contents.0.message_content.text',
  'llm.output_messages.0.message.content',
  'llm.output_messages.0.message.tool_calls.0.tool_call.function.name',
  'llm.output_messages.0.message.tool_calls.0.tool_call.function.arguments',
  'llm.prompts',
  'llm.choices',
  'llm.function_call',
  'llm.token_count.prompt',
  'llm.cost.total',
  'retrieval.documents',
  'retrieval.documents.0.document.content',
  'reranker.query',
  'embedding.embeddings.0.embedding.text',
  'evaluations.0.evaluation.name',
  'input.value',
  'input.mime_type',
  'output.value',
  'output.mime_type',
  'tool.name',
  'tool.parameters',
  'session.id',
  'process.exit.code',
  'error.type',
  'exception.type',
  'exception.message',
  'exception.escaped',
  'onset.run.outcome',
  'traceloop.span.kind',
  'traceloop.entity.name',
  'traceloop.entity.input',
  'traceloop.entity.output',
  'llm.request.type',
  'ai.operationId',
  'ai.prompt',
  'ai.prompt.messages',
  'ai.response.text',
  'ai.response.toolCalls',
  'ai.response.finishReason',
  'ai.toolCall.name',
  'ai.toolCall.args',
  'ai.toolCall.result',
  'ai.usage.inputTokens',
  'langfuse.observation.type',
  'langfuse.observation.input',
  'langfuse.observation.output',
  'langfuse.observation.level',
  'langfuse.observation.status_message',
  'langfuse.observation.usage_details',
  'langfuse.observation.cost_details',
  'lmnr.span.type',
  'lmnr.span.path',
  'lmnr.span.input',
  'lmnr.span.output',
  'mastra.span.type',
  'mastra.agent_run.input',
  'mastra.agent_run.output',
  'events',
  'agent_name',
  'tool_arguments',
  'tool_response',
  'final_result',
  'pydantic_ai.all_messages',
  'request_data',
  'response_data',
  'logfire.span_type',
  'gcp.vertex.agent.llm_request',
  'gcp.vertex.agent.llm_response',
  'gcp.vertex.agent.tool_call_args',
  'gcp.vertex.agent.tool_response',
  'tool_name',
  'tool_input',
  'full_command',
  'success',
  'decision',
  'error',
  'input_tokens',
  'cache_read_tokens',
  'output',
  'http.request.method',
  'url.full',
  'db.system',
  'db.statement',
  'process.command_args',
  'service.name',
  '__proto__',
  'constructor'
]

/** Values that select a branch, among arbitrary ones. */
const TELLING = [
  'chat',
  'execute_tool',
  'invoke_agent',
  'retrieval',
  'embeddings',
  'apply_guardrail',
  'evaluate',
  'handoff',
  'tools/call',
  'LLM',
  'TOOL',
  'AGENT',
  'CHAIN',
  'RETRIEVER',
  'RERANKER',
  'EMBEDDING',
  'GUARDRAIL',
  'EVALUATOR',
  'PROMPT',
  'text/plain',
  'application/json',
  'user',
  'tool',
  'assistant',
  'error',
  'ok',
  'transfer_to_x',
  'workflow',
  'task',
  'tool_call',
  'llm_call',
  'agent_run',
  'ai.generateText',
  'ai.generateText.doGenerate',
  'ai.toolCall',
  'generation',
  'retriever',
  'pending_span',
  'ERROR',
  'false',
  'reject',
  'claude_code.interaction',
  'claude_code.llm_request',
  'claude_code.tool',
  'claude_code.tool.execution',
  'claude_code.tool.blocked_on_user',
  'claude_code.bash.subprocess',
  'agent_run [x]',
  'agent.step'
]

/** Scopes by which producers are recognized. */
const SCOPES = [
  '',
  'gemini-cli',
  'gcp.vertex.agent',
  'pydantic-ai',
  'logfire.openai',
  'ai',
  'openinference.instrumentation.beeai'
]

const FIELDS = [
  'role',
  'type',
  'content',
  'parts',
  'text',
  'tool_calls',
  'function',
  'name',
  'arguments',
  'input',
  'messages',
  'message',
  'choices',
  'output',
  'kwargs',
  'result',
  'response',
  'isError',
  'stdout',
  'functionCall',
  'toolUse',
  'thought',
  'reasoning',
  'summary',
  'inputs',
  'outputs',
  'args',
  'kwargs',
  'lc',
  'status',
  'responseParts',
  'error',
  'action',
  'metadata',
  'event.name',
  'total',
  'input_cache_read',
  'prompt_tokens_details',
  '__proto__'
]

const EVENTS = [
  'exception',
  'gen_ai.user.message',
  'gen_ai.tool.message',
  'gen_ai.choice',
  'gen_ai.content.prompt',
  'gen_ai.client.inference.operation.details',
  'gen_ai.evaluation.result',
  'gen_ai.guardrail.result',
  'tool.output',
  'other'
]

const text = fc.oneof(
  { weight: 9, arbitrary: fc.constantFrom(...TELLING) },
  { weight: 9, arbitrary: fc.string() },
  { weight: 9, arbitrary: fc.string({ unit: 'binary' }) },
  {
    weight: 9,
    arbitrary: fc.constantFrom(
      '{',
      '[',
      '"',
      '[{"role":"user","content":"x',
      '{"content":[{"type":"text"'
    )
  },
  { weight: 1, arbitrary: fc.constant('x'.repeat(STEP_TEXT_CHARS_MAX + 9)) },
  { weight: 1, arbitrary: fc.constant('😀'.repeat(STEP_TEXT_CHARS_MAX)) }
)

const { value } = fc.letrec<{ value: AttributeValue }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 5, depthSize: 'small' },
    text,
    fc.oneof(
      fc.double(),
      fc.integer(),
      fc.bigInt(),
      fc.boolean(),
      fc.constant(undefined),
      fc.uint8Array({ maxLength: 9 })
    ),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(fc.constantFrom(...FIELDS), tie('value'), { maxKeys: 5 }),
    fc
      .dictionary(fc.constantFrom(...FIELDS), fc.jsonValue(), { maxKeys: 5 })
      .map((record) => JSON.stringify(record)),
    fc
      .array(fc.dictionary(fc.constantFrom(...FIELDS), text, { maxKeys: 4 }))
      .map((list) => JSON.stringify(list).slice(0, 200))
  )
}))

const attributes = fc
  .dictionary(fc.oneof(fc.constantFrom(...KEYS), fc.string()), value, { maxKeys: 14 })
  .map((record) => someAttributes(record))

/** By one of these a producer's dialect takes a span, whatever else is on it. */
const SIGNS: readonly (readonly [key: string, value: string])[] = [
  ['gen_ai.operation.name', 'chat'],
  ['gen_ai.operation.name', 'tool_call'],
  ['openinference.span.kind', 'TOOL'],
  ['traceloop.span.kind', 'tool'],
  ['traceloop.span.kind', 'workflow'],
  ['llm.request.type', 'chat'],
  ['ai.operationId', 'ai.toolCall'],
  ['ai.operationId', 'ai.generateText.doGenerate'],
  ['langfuse.observation.type', 'generation'],
  ['langfuse.observation.type', 'tool'],
  ['lmnr.span.type', 'TOOL'],
  ['mastra.span.type', 'agent_run']
]

export const arbitrarySpan = fc
  .record({
    sign: fc.option(fc.constantFrom(...SIGNS)),
    name: text,
    scope: fc.constantFrom(...SCOPES).map((name) => aScope({ name })),
    statusCode: fc.constantFrom('unset' as const, 'ok' as const, 'error' as const),
    statusMessage: text,
    attributes,
    resourceAttributes: attributes,
    events: fc.array(fc.tuple(fc.constantFrom(...EVENTS), attributes), { maxLength: 4 })
  })
  .map(({ sign, attributes: given, resourceAttributes, events, ...fields }) =>
    aSpan({
      ...fields,
      attributes: sign === null ? given : someAttributes({ ...given, [sign[0]]: sign[1] }),
      resource: aResource({ attributes: resourceAttributes }),
      events: events.map(([name, fields]) => anEvent(name, fields))
    })
  )

/** Every text, name and count of a step is within its bound. */
export function assertBounded(step: Step): void {
  const texts = [step.action, step.arguments, step.thought, step.observation, step.input]
  for (const text of texts) assert.ok(text.length <= STEP_TEXT_CHARS_MAX)
  const names = [
    step.name,
    step.service,
    step.agent,
    step.agentVersion,
    step.provider,
    step.model,
    step.tool,
    step.toolCallId,
    step.sessionId,
    step.finishReason,
    step.error
  ]
  for (const name of names) assert.ok(name === undefined || name.length <= NAME_CHARS_MAX)
  assert.ok(step.requestedToolCalls.length <= REQUESTED_TOOL_CALLS_MAX)
  for (const call of step.requestedToolCalls) {
    assert.ok(call.arguments.length <= STEP_TEXT_CHARS_MAX)
    assert.ok(call.name.length <= NAME_CHARS_MAX)
  }
  for (const count of Object.values(step.tokens))
    assert.ok(Number.isSafeInteger(count) && count >= 0)
  assert.ok(step.costUsd === undefined || step.costUsd >= 0)
  assert.ok(JSON.stringify(step.arguments).length > 0)
}

// The OpenTelemetry GenAI conventions, all eras of them, and the MCP conventions that belong to them.
// The eras differ in where the conversation is (gen-ai-eras.ts) and in the names of a few attributes,
// which are the lists below, newest name first.
// https://github.com/open-telemetry/semantic-conventions-genai/tree/main/docs/gen-ai

import type { Attributes, DecodedSpan, Step, StepKind, Tokens } from '../../model/index.ts'
import { buildStep } from '../build-step.ts'
import type { Dialect, StepFacts } from '../dialect.ts'
import { documentsText } from '../documents.ts'
import { readFinishReason } from '../finish-reason.ts'
import { isHandoff } from '../handoff.ts'
import { toText } from '../json-text.ts'
import { firstToolCall, firstToolResult, readAnswer, readRequest } from '../messages.ts'
import type { TokenKeys } from '../token-counts.ts'
import { readCostUsd, readTokens } from '../token-counts.ts'
import { describeToolCall, toLine } from '../tool-action.ts'
import { readToolResult } from '../tool-result.ts'
import type { Value } from '../values.ts'
import { firstText, firstValue } from '../values.ts'
import { readEventContents, readInputMessages, readOutputMessages } from './gen-ai-eras.ts'
import { kindOfOperation, operationOf } from './gen-ai-operations.ts'

export const genAi: Dialect = {
  name: 'gen_ai',
  version: 1,
  recognizes: (span) => operationOf(span) !== undefined,
  toStep
}

function toStep(span: DecodedSpan): Step {
  const operation = operationOf(span) ?? ''
  const kind = kindOfStep(span, operation)
  return buildStep(span, `${genAi.name}@${genAi.version}`, {
    kind,
    provider: readProvider(span.attributes),
    model: firstText(span.attributes, MODEL_KEYS),
    agent: firstText(span.attributes, AGENT_KEYS),
    agentVersion: firstText(span.attributes, ['gen_ai.agent.version']),
    ...READ_BY_KIND[kind](span, operation)
  })
}

/** What differs between the kinds; the rest is read the same from every span. */
const READ_BY_KIND: Readonly<
  Record<StepKind, (span: DecodedSpan, operation: string) => Omit<StepFacts, 'kind'>>
> = {
  agent: readAgent,
  llm: readModelCall,
  tool: readToolCall,
  handoff: readToolCall,
  retrieval: readRetrieval,
  guardrail: readGuardrail,
  evaluation: readEvaluation,
  unknown: (span) => ({ action: toLine(span.name) })
}

function kindOfStep(span: DecodedSpan, operation: string): StepKind {
  const kind = kindOfOperation(operation)
  return kind === 'tool' && isHandoff(toolOf(span, operation)) ? 'handoff' : kind
}

const MODEL_KEYS = ['gen_ai.response.model', 'gen_ai.request.model']
const AGENT_KEYS = ['gen_ai.agent.name', 'gen_ai.workflow.name', 'gen_ai.agent.id']
const TOOL_KEYS = ['gen_ai.tool.name', 'mcp.tool.name']
const CALL_ID_KEYS = ['gen_ai.tool.call.id', 'gen_ai.tool.call_id']
const ARGUMENT_KEYS = [
  'gen_ai.tool.call.arguments',
  'gen_ai.tool.arguments',
  'gen_ai.tool.input',
  'gen_ai.tool.call.args'
]
const RESULT_KEYS = [
  'gen_ai.tool.call.result',
  'gen_ai.tool.result',
  'gen_ai.tool.output',
  'gen_ai.tool.response'
]

const TOKEN_KEYS: TokenKeys = {
  input: ['gen_ai.usage.input_tokens', 'gen_ai.usage.prompt_tokens'],
  output: ['gen_ai.usage.output_tokens', 'gen_ai.usage.completion_tokens'],
  cacheRead: [
    'gen_ai.usage.cache_read.input_tokens',
    'gen_ai.usage.cache_read_input_tokens',
    'gen_ai.usage.details.cache_read_tokens',
    'gen_ai.usage.details.cached_tokens'
  ],
  cacheWrite: [
    'gen_ai.usage.cache_write.input_tokens',
    'gen_ai.usage.cache_creation.input_tokens',
    'gen_ai.usage.cache_creation_input_tokens',
    'gen_ai.usage.cache_write_input_tokens',
    'gen_ai.usage.details.cache_write_tokens'
  ],
  reasoning: [
    'gen_ai.usage.reasoning.output_tokens',
    'gen_ai.usage.reasoning_tokens',
    'gen_ai.usage.details.reasoning_tokens',
    'gen_ai.usage.details.thoughts_tokens'
  ]
}

/** Not in the conventions; what producers write in their stead. */
const COST_KEYS = ['gen_ai.usage.cost', 'gen_ai.usage.total_cost', 'operation.cost']

/** Names of providers before and after 1.37. */
const RENAMED_PROVIDERS: ReadonlyMap<string, string> = new Map([
  ['az.ai.inference', 'azure.ai.inference'],
  ['az.ai.openai', 'azure.ai.openai'],
  ['gemini', 'gcp.gemini'],
  ['vertex_ai', 'gcp.vertex_ai'],
  ['xai', 'x_ai']
])

function readProvider(attributes: Attributes): string | undefined {
  const provider = firstText(attributes, ['gen_ai.provider.name', 'gen_ai.system'])
  return provider === undefined ? undefined : (RENAMED_PROVIDERS.get(provider) ?? provider)
}

function readModelCall(span: DecodedSpan, operation: string): Omit<StepFacts, 'kind'> {
  const input = readInputMessages(span)
  const output = readOutputMessages(span)
  const answer = readAnswer(output.messages)
  const finishReason = readFinishReason(span.attributes) ?? answer.finishReason
  return {
    action: answer.text,
    thought: answer.reasoning,
    input: readRequest(input.messages),
    requestedToolCalls: answer.toolCalls,
    finishReason,
    failed: finishReason === 'error',
    tokens: readCallTokens(span.attributes, operation),
    costUsd: readCostUsd(span.attributes, COST_KEYS),
    truncated: input.truncated || output.truncated
  }
}

/** Fetching a response that was made before spends nothing, whatever the response says it had cost. */
function readCallTokens(attributes: Attributes, operation: string): Tokens {
  return operation === 'fetch_response' ? {} : readTokens(attributes, TOKEN_KEYS)
}

/**
 * The frame around an agent, a workflow or a plan. Its usage is the sum of the calls inside, so it has
 * no tokens of its own: a step's tokens are one call's.
 */
function readAgent(span: DecodedSpan, operation: string): Omit<StepFacts, 'kind'> {
  const input = readInputMessages(span)
  const output = readOutputMessages(span)
  const answer = readAnswer(output.messages)
  const agent = firstText(span.attributes, AGENT_KEYS)
  return {
    action: toLine(agent === undefined ? span.name : `${operation} ${agent}`),
    input: readRequest(input.messages),
    observation: answer.text,
    thought: answer.reasoning,
    truncated: input.truncated || output.truncated
  }
}

function readToolCall(span: DecodedSpan, operation: string): Omit<StepFacts, 'kind'> {
  const { attributes } = span
  const tool = toolOf(span, operation)
  const given = readArguments(span)
  const result = readToolResult(readResult(span))
  return {
    tool,
    toolCallId: firstText(attributes, CALL_ID_KEYS),
    action: describeToolCall(tool, given),
    arguments: toText(given),
    observation: result.text,
    exitCode: result.exitCode,
    failed: result.failed || attributes['gen_ai.tool.status'] === 'error',
    truncated: result.truncated
  }
}

function toolOf(span: DecodedSpan, operation: string): string | undefined {
  return firstText(span.attributes, TOOL_KEYS) ?? toolInName(span.name, operation)
}

/** Span names are `execute_tool {tool}`, `tools/call {tool}` or the tool; a memory operation is its own tool. */
function toolInName(name: string, operation: string): string | undefined {
  const start = `${operation} `
  if (operation.includes('memory')) return operation
  if (name === operation) return undefined
  return name.startsWith(start) ? name.slice(start.length) : name
}

function readArguments(span: DecodedSpan): Value {
  return (
    firstValue(span.attributes, ARGUMENT_KEYS) ??
    readEventContents(span, 'gen_ai.tool.message') ??
    firstToolCall(readInputMessages(span).messages)?.arguments ??
    firstValue(span.attributes, ['gen_ai.memory.records', 'gen_ai.memory.record.id', 'input.value'])
  )
}

function readResult(span: DecodedSpan): Value {
  return (
    firstValue(span.attributes, RESULT_KEYS) ??
    readEventContents(span, 'gen_ai.choice') ??
    firstToolResult(readOutputMessages(span).messages) ??
    firstValue(span.attributes, ['output.value'])
  )
}

const QUERY_KEYS = [
  'gen_ai.retrieval.query.text',
  'gen_ai.memory.query.text',
  'mcp.resource.uri',
  'gen_ai.prompt.name',
  'gen_ai.data_source.id',
  'gen_ai.memory.store.id'
]

function readRetrieval(span: DecodedSpan, operation: string): Omit<StepFacts, 'kind'> {
  const { attributes } = span
  const query = firstText(attributes, QUERY_KEYS) ?? readRequest(readInputMessages(span).messages)
  const documents = firstValue(attributes, ['gen_ai.retrieval.documents', 'gen_ai.memory.records'])
  return {
    action: toLine(query === '' ? span.name : `${operation}: ${query}`),
    arguments: query,
    observation:
      documents === undefined ? readToolResult(readResult(span)).text : documentsText(documents),
    tokens: readTokens(attributes, TOKEN_KEYS),
    costUsd: readCostUsd(attributes, COST_KEYS)
  }
}

const GUARDRAIL = 'gen_ai.guardrail.'

function readGuardrail(span: DecodedSpan): Omit<StepFacts, 'kind'> {
  const { attributes } = span
  const component = firstText(attributes, [
    `${GUARDRAIL}component.name`,
    `${GUARDRAIL}policy.id`,
    `${GUARDRAIL}name`
  ])
  const source = firstText(attributes, [`${GUARDRAIL}source`])
  const results = [attributes, ...span.events.map((event) => event.attributes)]
    .map((from) => guardrailResult(from))
    .filter((line) => line !== '')
  return {
    action: toLine(
      component === undefined ? span.name : ['guardrail:', component, source ?? ''].join(' ')
    ),
    input: readRequest(readInputMessages(span).messages),
    observation: results.join('\n')
  }
}

/** In the provider's own words: whether they mean allowed or denied is not ours to say. */
function guardrailResult(from: Attributes): string {
  const result = [
    firstText(from, [`${GUARDRAIL}result.type`]),
    firstText(from, [`${GUARDRAIL}result.value`]),
    firstText(from, [`${GUARDRAIL}result.reason`])
  ]
  return result.filter((part) => part !== undefined).join(': ')
}

function readEvaluation(span: DecodedSpan): Omit<StepFacts, 'kind'> {
  const { attributes } = span
  const evaluation = firstText(attributes, ['gen_ai.evaluation.name'])
  return {
    action: toLine(evaluation === undefined ? span.name : `evaluate: ${evaluation}`),
    input: readRequest(readInputMessages(span).messages),
    observation:
      firstText(attributes, ['gen_ai.evaluation.explanation']) ??
      readAnswer(readOutputMessages(span).messages).text
  }
}

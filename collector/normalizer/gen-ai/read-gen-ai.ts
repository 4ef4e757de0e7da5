// What the GenAI conventions say of a span, for the dialect of the conventions and for those of producers
// that build on them: a producer's dialect names the operation and adds its own attribute names, which
// are asked before the conventions'. The eras differ in where the conversation is (eras.ts) and in the
// names of a few attributes, which are in names.ts.
// https://github.com/open-telemetry/semantic-conventions-genai/tree/main/docs/gen-ai

import type { Attributes, DecodedSpan, StepKind, Tokens } from '../../model/index.ts'
import type { StepFacts } from '../dialect.ts'
import { documentsText } from '../documents.ts'
import { readFinishReason } from '../finish-reason.ts'
import { isHandoff } from '../handoff.ts'
import { toText } from '../json-text.ts'
import { firstToolCall, firstToolResult, readAnswer, readRequest } from '../messages.ts'
import { readCostUsd, readTokens } from '../token-counts.ts'
import { describeToolCall, toLine } from '../tool-action.ts'
import { readToolResult } from '../tool-result.ts'
import type { Value } from '../values.ts'
import { firstText, firstValue } from '../values.ts'
import { readEventContents, readInputMessages, readOutputMessages } from './eras.ts'
import type { GenAiNames } from './names.ts'
import { GEN_AI_NAMES } from './names.ts'
import { kindOfOperation } from './operations.ts'

/** `operation` decides the kind of the step; one that is none of an agent's makes it `unknown`. */
export function readGenAi(
  span: DecodedSpan,
  operation: string,
  names: GenAiNames = GEN_AI_NAMES
): StepFacts {
  const { attributes } = span
  const kind = kindOfStep(span, operation, names)
  return {
    kind,
    sessionId: firstText(attributes, names.session),
    provider: readProvider(attributes, names),
    model: firstText(attributes, names.model),
    agent: firstText(attributes, names.agent),
    agentVersion: firstText(attributes, ['gen_ai.agent.version']),
    ...READ_BY_KIND[kind](span, operation, names)
  }
}

type KindReader = (
  span: DecodedSpan,
  operation: string,
  names: GenAiNames
) => Omit<StepFacts, 'kind'>

/** What differs between the kinds; the rest is read the same from every span. */
const READ_BY_KIND: Readonly<Record<StepKind, KindReader>> = {
  agent: readAgent,
  llm: readModelCall,
  tool: readToolCall,
  handoff: readToolCall,
  retrieval: readRetrieval,
  guardrail: readGuardrail,
  evaluation: readEvaluation,
  unknown: (span) => ({ action: toLine(span.name) })
}

function kindOfStep(span: DecodedSpan, operation: string, names: GenAiNames): StepKind {
  const kind = kindOfOperation(operation)
  return kind === 'tool' && isHandoff(toolOf(span, operation, names)) ? 'handoff' : kind
}

/** Names of providers before and after 1.37. */
const RENAMED_PROVIDERS: ReadonlyMap<string, string> = new Map([
  ['az.ai.inference', 'azure.ai.inference'],
  ['az.ai.openai', 'azure.ai.openai'],
  ['gemini', 'gcp.gemini'],
  ['vertex_ai', 'gcp.vertex_ai'],
  ['xai', 'x_ai']
])

function readProvider(attributes: Attributes, names: GenAiNames): string | undefined {
  const provider = firstText(attributes, names.provider)
  return provider === undefined ? undefined : (RENAMED_PROVIDERS.get(provider) ?? provider)
}

function readModelCall(
  span: DecodedSpan,
  operation: string,
  names: GenAiNames
): Omit<StepFacts, 'kind'> {
  const input = readInputMessages(span, names.input)
  const output = readOutputMessages(span, names.output)
  const answer = readAnswer(output.messages)
  const finishReason = readFinishReason(span.attributes) ?? answer.finishReason
  return {
    action: answer.text,
    thought: answer.reasoning,
    input: readRequest(input.messages),
    requestedToolCalls: answer.toolCalls,
    finishReason,
    failed: finishReason === 'error',
    tokens: readCallTokens(span.attributes, operation, names),
    costUsd: readCostUsd(span.attributes, names.cost),
    truncated: input.truncated || output.truncated
  }
}

/** Fetching a response that was made before spends nothing, whatever the response says it had cost. */
function readCallTokens(attributes: Attributes, operation: string, names: GenAiNames): Tokens {
  return operation === 'fetch_response' ? {} : readTokens(attributes, names.tokens)
}

/**
 * The frame around an agent, a workflow or a plan. Its usage is the sum of the calls inside, so it has
 * no tokens of its own: a step's tokens are one call's.
 */
function readAgent(
  span: DecodedSpan,
  operation: string,
  names: GenAiNames
): Omit<StepFacts, 'kind'> {
  const input = readInputMessages(span, names.input)
  const output = readOutputMessages(span, names.output)
  const answer = readAnswer(output.messages)
  const agent = firstText(span.attributes, names.agent)
  return {
    action: toLine(agent === undefined ? span.name : `${operation} ${agent}`),
    input: readRequest(input.messages),
    observation: answer.text || ownText(span, names.output),
    thought: answer.reasoning,
    truncated: input.truncated || output.truncated
  }
}

/** What a producer keeps under its own names need not be messages; then it is told as it is. */
function ownText(span: DecodedSpan, own: readonly string[]): string {
  return toText(firstValue(span.attributes, own))
}

function readToolCall(
  span: DecodedSpan,
  operation: string,
  names: GenAiNames
): Omit<StepFacts, 'kind'> {
  const { attributes } = span
  const tool = toolOf(span, operation, names)
  const given = readArguments(span, names)
  const result = readToolResult(readResult(span, names))
  return {
    tool,
    toolCallId: firstText(attributes, names.callId),
    action: describeToolCall(tool, given),
    arguments: toText(given),
    observation: result.text,
    exitCode: result.exitCode,
    failed: result.failed || attributes['gen_ai.tool.status'] === 'error',
    truncated: result.truncated
  }
}

function toolOf(span: DecodedSpan, operation: string, names: GenAiNames): string | undefined {
  return firstText(span.attributes, names.tool) ?? toolInName(span.name, operation)
}

/** Span names are `execute_tool {tool}`, `tools/call {tool}` or the tool; a memory operation is its own tool. */
function toolInName(name: string, operation: string): string | undefined {
  const start = `${operation} `
  if (operation.includes('memory')) return operation
  if (name === operation) return undefined
  return name.startsWith(start) ? name.slice(start.length) : name
}

function readArguments(span: DecodedSpan, names: GenAiNames): Value {
  return (
    firstValue(span.attributes, names.arguments) ??
    readEventContents(span, 'gen_ai.tool.message') ??
    firstToolCall(readInputMessages(span, names.input).messages)?.arguments ??
    firstValue(span.attributes, ['gen_ai.memory.records', 'gen_ai.memory.record.id', 'input.value'])
  )
}

function readResult(span: DecodedSpan, names: GenAiNames): Value {
  return (
    firstValue(span.attributes, names.result) ??
    readEventContents(span, 'gen_ai.choice') ??
    firstToolResult(readOutputMessages(span, names.output).messages) ??
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

function readRetrieval(
  span: DecodedSpan,
  operation: string,
  names: GenAiNames
): Omit<StepFacts, 'kind'> {
  const { attributes } = span
  const query =
    firstText(attributes, QUERY_KEYS) ?? readRequest(readInputMessages(span, names.input).messages)
  const documents = firstValue(attributes, ['gen_ai.retrieval.documents', 'gen_ai.memory.records'])
  return {
    action: toLine(query === '' ? span.name : `${operation}: ${query}`),
    arguments: query,
    observation:
      documents === undefined
        ? readToolResult(readResult(span, names)).text
        : documentsText(documents),
    tokens: readTokens(attributes, names.tokens),
    costUsd: readCostUsd(attributes, names.cost)
  }
}

const GUARDRAIL = 'gen_ai.guardrail.'

function readGuardrail(
  span: DecodedSpan,
  _operation: string,
  names: GenAiNames
): Omit<StepFacts, 'kind'> {
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
    input: readRequest(readInputMessages(span, names.input).messages),
    observation: results.join('\n') || ownText(span, names.output)
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

function readEvaluation(
  span: DecodedSpan,
  _operation: string,
  names: GenAiNames
): Omit<StepFacts, 'kind'> {
  const { attributes } = span
  const evaluation = firstText(attributes, ['gen_ai.evaluation.name'])
  return {
    action: toLine(evaluation === undefined ? span.name : `evaluate: ${evaluation}`),
    input: readRequest(readInputMessages(span, names.input).messages),
    observation:
      firstText(attributes, ['gen_ai.evaluation.explanation']) ??
      (readAnswer(readOutputMessages(span, names.output).messages).text ||
        ownText(span, names.output))
  }
}

// OpenInference (Arize): every span says its kind in `openinference.span.kind`, lists are flattened
// into numbered attributes, and whatever the kind, `input.value` and `output.value` hold what went in
// and came out. Spans of frameworks that emit gen_ai attributes of their own keep them; they fill what
// OpenInference leaves empty.
// https://github.com/Arize-ai/openinference/blob/main/spec/semantic_conventions.md

import type { Attributes, DecodedSpan, Step, StepKind } from '../../model/index.ts'
import { buildStep } from '../build-step.ts'
import type { Dialect, StepFacts } from '../dialect.ts'
import { documentsText } from '../documents.ts'
import { parseValue, unwrapMessage, unwrapOutput } from '../entity-io.ts'
import { readFlattenedChecks } from '../evaluation-checks.ts'
import { readFinishReason } from '../finish-reason.ts'
import { isHandoff } from '../handoff.ts'
import { unflatten } from '../indexed-attributes.ts'
import { toText } from '../json-text.ts'
import { readAnswer, readRequest } from '../messages.ts'
import type { TokenKeys } from '../token-counts.ts'
import { readCostUsd, readTokens } from '../token-counts.ts'
import { describeToolCall, toLine } from '../tool-action.ts'
import { readToolResult } from '../tool-result.ts'
import type { Value } from '../values.ts'
import { firstText, firstValue, isRecord, numberOf } from '../values.ts'
import type { BeeAiEvent } from './openinference-beeai.ts'
import { joinPieces, readBeeAiEvent } from './openinference-beeai.ts'
import { readInput, readOutput, readPrompt, readResponse } from './openinference-content.ts'

export const openInference: Dialect = {
  name: 'openinference',
  version: 2,
  recognizedBy: 'attribute openinference.span.kind',
  recognizes: (span) => firstText(span.attributes, [KIND_KEY]) !== undefined,
  toStep
}

const KIND_KEY = 'openinference.span.kind'

/** PROMPT renders a template, which is nothing an agent does; it stays unknown like kinds to come. */
const KINDS: ReadonlyMap<string, StepKind> = new Map([
  ['LLM', 'llm'],
  ['DECISION', 'llm'],
  ['EMBEDDING', 'retrieval'],
  ['RETRIEVER', 'retrieval'],
  ['RERANKER', 'retrieval'],
  ['TOOL', 'tool'],
  ['AGENT', 'agent'],
  ['CHAIN', 'agent'],
  ['GUARDRAIL', 'guardrail'],
  ['EVALUATOR', 'evaluation']
])

function toStep(span: DecodedSpan): Step {
  const { attributes } = span
  const spanKind = firstText(attributes, [KIND_KEY])?.toUpperCase() ?? ''
  const kind = kindOfStep(spanKind, span)
  const event = readBeeAiEvent(span, kind)
  return buildStep(span, `${openInference.name}@${openInference.version}`, {
    kind,
    provider: firstText(attributes, PROVIDER_KEYS),
    model: firstText(attributes, MODEL_KEYS),
    agent: firstText(attributes, AGENT_KEYS),
    agentVersion: firstText(attributes, ['gen_ai.agent.version']),
    checks: readFlattenedChecks(attributes),
    ...(event === undefined ? READ_BY_KIND[kind](span, spanKind) : readEvent(span, event, spanKind))
  })
}

function readEvent(
  span: DecodedSpan,
  { kind, isCall, callId, tool }: BeeAiEvent,
  spanKind: string
): Partial<StepFacts> & Pick<StepFacts, 'kind'> {
  if (!isCall) return { kind, action: toLine(span.name) }
  const facts = { ...READ_BY_KIND[kind](span, spanKind), kind }
  if (kind === 'llm') return { ...facts, toolCallId: callId, action: joinPieces(span) }
  return { ...facts, tool, action: describeToolCall(tool, span.attributes['tool.parameters']) }
}

const READ_BY_KIND: Readonly<
  Record<StepKind, (span: DecodedSpan, spanKind: string) => Omit<StepFacts, 'kind'>>
> = {
  agent: readFrame,
  llm: readModelCall,
  tool: readToolCall,
  handoff: readToolCall,
  retrieval: readRetrieval,
  guardrail: readJudgement,
  evaluation: readJudgement,
  unknown: readJudgement
}

function kindOfStep(spanKind: string, span: DecodedSpan): StepKind {
  const kind = KINDS.get(spanKind) ?? 'unknown'
  return kind === 'tool' && isHandoff(toolOf(span) ?? span.name) ? 'handoff' : kind
}

const PROVIDER_KEYS = [
  'llm.provider',
  'llm.system',
  'decision.provider',
  'decision.system',
  'gen_ai.provider.name',
  'gen_ai.system'
]
const MODEL_KEYS = [
  'llm.response.model_name',
  'llm.model_name',
  'llm.request.model_name',
  'embedding.model_name',
  'reranker.model_name',
  'decision.response.model_name',
  'decision.model_name',
  'decision.request.model_name',
  'gen_ai.response.model',
  'gen_ai.request.model'
]
const AGENT_KEYS = ['agent.name', 'gen_ai.agent.name', 'graph.node.name', 'graph.node.id']

const TOKEN_KEYS: TokenKeys = {
  input: ['llm.token_count.prompt', 'decision.token_count.input', 'gen_ai.usage.input_tokens'],
  output: [
    'llm.token_count.completion',
    'decision.token_count.output',
    'gen_ai.usage.output_tokens'
  ],
  cacheRead: [
    'llm.token_count.prompt_details.cache_read',
    'llm.token_count.prompt_details.cache_input'
  ],
  cacheWrite: ['llm.token_count.prompt_details.cache_write'],
  reasoning: ['llm.token_count.completion_details.reasoning']
}

function readModelCall(span: DecodedSpan): Omit<StepFacts, 'kind'> {
  const { attributes } = span
  const prompt = readPrompt(attributes)
  const response = readResponse(attributes)
  const answer = readAnswer(response.value)
  return {
    action: answer.text,
    thought: answer.reasoning,
    input: readRequest(prompt.value),
    requestedToolCalls: answer.toolCalls,
    finishReason: finishReasonOf(attributes) ?? answer.finishReason,
    tokens: readTokens(attributes, TOKEN_KEYS),
    costUsd: readCost(attributes),
    truncated: prompt.truncated || response.truncated
  }
}

function finishReasonOf(attributes: Attributes): string | undefined {
  return firstText(attributes, ['llm.finish_reason']) ?? readFinishReason(attributes)
}

function readCost(attributes: Attributes): number | undefined {
  const prompt = numberOf(attributes['llm.cost.prompt'])
  const completion = numberOf(attributes['llm.cost.completion'])
  const parts = prompt === undefined && completion === undefined ? undefined : [prompt, completion]
  return (
    readCostUsd(attributes, ['llm.cost.total']) ??
    parts?.reduce<number>((sum, part) => sum + Math.max(part ?? 0, 0), 0)
  )
}

/** An agent or a chain: the frame around calls that have spans of their own, and their tokens with them. */
function readFrame(span: DecodedSpan): Omit<StepFacts, 'kind'> {
  const { attributes } = span
  if (isGraphPlumbing(span)) return { action: toLine(span.name) }
  const prompt = readPrompt(attributes)
  const response = readResponse(attributes)
  const answer = readAnswer(response.value)
  const output = readOutput(attributes)
  return {
    action: toLine(span.name),
    input: readRequest(prompt.value),
    observation: answer.text === '' ? toText(output.value) : answer.text,
    thought: answer.reasoning,
    truncated: prompt.truncated || response.truncated
  }
}

/**
 * LangGraph's entry, and the functions inside of a node that choose the next one: they get the state of the graph
 * and give it on, or a node's name, which is nothing an agent does.
 */
function isGraphPlumbing({ name, attributes }: DecodedSpan): boolean {
  const node = graphNodeOf(attributes['metadata'])
  return node !== undefined && (node === '__start__' || node !== name)
}

function graphNodeOf(metadata: Value): string | undefined {
  // Most metadata is of others; looking is cheaper than parsing.
  if (typeof metadata === 'string' && !metadata.includes('"langgraph_node"')) return undefined
  const value = parseValue(metadata)
  return isRecord(value) ? firstText(value, ['langgraph_node']) : undefined
}

/** `tool.parameters` is the call's arguments for most instrumentations and the schema for some: it comes second. */
const ARGUMENT_KEYS = ['input.value', 'tool.parameters', 'gen_ai.tool.call.arguments']
const RESULT_KEYS = ['output.value', 'gen_ai.tool.call.result']
const CALL_ID_KEYS = ['tool.id', 'tool_call.id', 'gen_ai.tool.call.id', 'message.tool_call_id']

function toolOf(span: DecodedSpan): string | undefined {
  return firstText(span.attributes, ['tool.name', 'gen_ai.tool.name', 'tool_call.function.name'])
}

function readToolCall(span: DecodedSpan): Omit<StepFacts, 'kind'> {
  const { attributes } = span
  const tool = toolOf(span) ?? span.name
  const given = firstValue(attributes, ARGUMENT_KEYS)
  const output = firstValue(attributes, RESULT_KEYS)
  const result = readToolResult(output)
  const isText = attributes['output.mime_type'] === 'text/plain'
  return {
    tool,
    toolCallId: firstText(attributes, CALL_ID_KEYS) ?? answeredCall(output),
    action: describeToolCall(tool, given),
    arguments: toText(given),
    // Plain text is the tool's own, even where it happens to be JSON.
    observation: isText ? toText(output) : result.text,
    exitCode: result.exitCode,
    failed: result.failed,
    truncated: !isText && result.truncated
  }
}

/** A tool of LangChain gives back a message, which knows the call it answers. */
function answeredCall(output: Value): string | undefined {
  if (typeof output === 'string' && !output.includes('"tool_call_id"')) return undefined
  const message = unwrapMessage(unwrapOutput(output))
  return isRecord(message) ? firstText(message, ['tool_call_id']) : undefined
}

function readRetrieval(span: DecodedSpan, spanKind: string): Omit<StepFacts, 'kind'> {
  const { attributes } = span
  const query = queryOf(attributes)
  return {
    action: toLine(query === '' ? span.name : `${spanKind.toLowerCase()}: ${query}`),
    arguments: query,
    observation: spanKind === 'EMBEDDING' ? '' : documentsOf(attributes),
    tokens: readTokens(attributes, TOKEN_KEYS),
    costUsd: readCost(attributes)
  }
}

function queryOf(attributes: Attributes): string {
  const texts = unflatten(attributes, 'embedding.embeddings')
    .map((item) => firstText(item, ['embedding.text']))
    .filter((text) => text !== undefined)
  if (texts.length > 0) return texts.join('\n')
  return firstText(attributes, ['reranker.query']) ?? readRequest(readInput(attributes).value)
}

function documentsOf(attributes: Attributes): string {
  for (const prefix of ['retrieval.documents', 'reranker.output_documents']) {
    const documents = unflatten(attributes, prefix)
    if (documents.length > 0) return documentsText(documents)
  }
  const listed: Value = firstValue(attributes, ['retrieval.documents', 'reranker.output_documents'])
  return listed === undefined ? toText(attributes['output.value']) : documentsText(listed)
}

/** Guardrails, evaluators, templates and kinds to come: what went in and what came out. */
function readJudgement(span: DecodedSpan, spanKind: string): Omit<StepFacts, 'kind'> {
  const { attributes } = span
  const result = readToolResult(attributes['output.value'])
  return {
    action: toLine(`${spanKind.toLowerCase()}: ${span.name}`),
    input: readRequest(readInput(attributes).value),
    arguments: toText(attributes['input.value']),
    observation: result.text,
    tokens: readTokens(attributes, TOKEN_KEYS),
    costUsd: readCost(attributes),
    truncated: result.truncated
  }
}

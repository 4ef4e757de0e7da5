// Langfuse's SDKs for Python (3 and later) and JavaScript (4 and later): every observation says its type in
// `langfuse.observation.type` and keeps input, output, usage and cost as JSON text. What the SDK wrote is
// the application's own word, so it is believed before gen_ai attributes on the same span.
// https://github.com/langfuse/langfuse-python/blob/main/langfuse/_client/attributes.py
// https://github.com/langfuse/langfuse-js/blob/main/packages/core/src/constants.ts

import type { Attributes, DecodedSpan, StepKind } from '../../model/index.ts'
import { defineDialect } from '../define-dialect.ts'
import type { StepFacts } from '../dialect.ts'
import { parseValue, unwrapMessage } from '../entity-io.ts'
import { withOwnNames } from '../gen-ai/names.ts'
import { operationOf } from '../gen-ai/operations.ts'
import { readGenAi } from '../gen-ai/read-gen-ai.ts'
import { toText } from '../json-text.ts'
import { readAnswer } from '../messages.ts'
import { toLine } from '../tool-action.ts'
import { readToolResult } from '../tool-result.ts'
import type { Value } from '../values.ts'
import { firstText, isRecord } from '../values.ts'
import { readCost, readUsage } from './langfuse-usage.ts'

export const langfuse = defineDialect({
  name: 'langfuse',
  version: 2,
  recognizedBy: 'attribute langfuse.observation.type',
  recognizes: ({ attributes }) => attributes['langfuse.observation.type'] !== undefined,
  read
})

/** `span` and `event` are what the application did not say more of. */
const OPERATIONS: ReadonlyMap<string, string> = new Map([
  ['generation', 'chat'],
  ['agent', 'invoke_agent'],
  ['chain', 'chain'],
  ['tool', 'execute_tool'],
  ['retriever', 'retrieval'],
  ['embedding', 'embeddings'],
  ['evaluator', 'evaluate'],
  ['guardrail', 'apply_guardrail']
])

const INPUT = 'langfuse.observation.input'
const OUTPUT = 'langfuse.observation.output'

const NAMES = withOwnNames({
  session: ['langfuse.session.id'],
  model: ['langfuse.observation.model.name'],
  arguments: [INPUT],
  result: [OUTPUT],
  input: [INPUT],
  output: [OUTPUT]
})

/** Put there by LangChain's callbacks, on every function of a graph. */
const GRAPH_NODE = 'langfuse.observation.metadata.langgraph_node'

function read(span: DecodedSpan): StepFacts {
  const { attributes } = span
  const type = firstText(attributes, ['langfuse.observation.type'])?.toLowerCase() ?? ''
  const operation = OPERATIONS.get(type) ?? operationOf(span) ?? impliedOperation(attributes)
  const facts = { ...readGenAi(span, operation, NAMES), ...readFailure(attributes) }
  return { ...facts, ...READ_BY_KIND[facts.kind](span, facts) }
}

type Reader = (span: DecodedSpan, facts: StepFacts) => Partial<StepFacts>

/** What Langfuse says of a kind beyond the names of its attributes. */
const READ_BY_KIND: Readonly<Record<StepKind, Reader>> = {
  agent: readFrame,
  llm: readGeneration,
  tool: readMessage,
  handoff: readMessage,
  retrieval: readSpending,
  guardrail: () => ({}),
  evaluation: () => ({}),
  unknown: readSpan
}

function readFrame({ name, attributes }: DecodedSpan, facts: StepFacts): Partial<StepFacts> {
  const isAgent = firstText(attributes, ['langfuse.observation.type'])?.toLowerCase() === 'agent'
  return { agent: facts.agent ?? (isAgent ? name : undefined), action: toLine(name) }
}

function readGeneration(span: DecodedSpan, facts: StepFacts): Partial<StepFacts> {
  return { requestedToolCalls: readToolCalls(span, facts), ...readSpending(span, facts) }
}

/** Before there were types for it, tools of LangChain were spans; what they gave back answers a call's id. */
function impliedOperation(attributes: Attributes): string {
  return callIdIn(attributes) === undefined ? '' : 'execute_tool'
}

function callIdIn(attributes: Attributes): string | undefined {
  const output = attributes[OUTPUT]
  // Most outputs are no such message, and long; looking is cheaper than parsing.
  if (typeof output === 'string' && !output.includes('"tool_call_id"')) return undefined
  const message = unwrapMessage(parseValue(output))
  return isRecord(message) ? firstText(message, ['tool_call_id']) : undefined
}

/** A tool of LangChain gives back a message, which knows the call it answers and whether it went well. */
function readMessage({ attributes }: DecodedSpan, facts: StepFacts): Partial<StepFacts> {
  const toolCallId = callIdIn(attributes)
  if (toolCallId === undefined) return {}
  const result = readToolResult(unwrapMessage(parseValue(attributes[OUTPUT])))
  const failed = result.failed || facts.failed === true
  return { toolCallId, observation: result.text, exitCode: result.exitCode, failed }
}

/** LangChain's messages may keep what an API said about tool calls only among other extras of it. */
function readToolCalls(
  { attributes }: DecodedSpan,
  { requestedToolCalls }: StepFacts
): StepFacts['requestedToolCalls'] {
  if (requestedToolCalls !== undefined && requestedToolCalls.length > 0) return requestedToolCalls
  const message = unwrapMessage(parseValue(attributes[OUTPUT]))
  const extras = isRecord(message) ? message['additional_kwargs'] : undefined
  return isRecord(extras) ? readAnswer([{ tool_calls: extras['tool_calls'] }]).toolCalls : []
}

function readSpending({ attributes }: DecodedSpan, facts: StepFacts): Partial<StepFacts> {
  const usage = parseValue(attributes['langfuse.observation.usage_details'])
  const cost = parseValue(attributes['langfuse.observation.cost_details'])
  const tokens = isRecord(usage) ? readUsage(usage) : {}
  return {
    tokens: Object.keys(tokens).length > 0 ? tokens : facts.tokens,
    costUsd: (isRecord(cost) ? readCost(cost) : undefined) ?? facts.costUsd
  }
}

/**
 * A span of the application: what went in and what came out, without a guess at what they are. A function
 * of a graph gets and gives the graph's state, which is the frame's and the calls', not something done.
 */
function readSpan({ attributes }: DecodedSpan, facts: StepFacts): Partial<StepFacts> {
  if (attributes[GRAPH_NODE] !== undefined) return {}
  const observation = toText(attributes[OUTPUT]) || facts.observation
  return { arguments: toText(attributes[INPUT]), observation }
}

function readFailure(attributes: Attributes): Partial<StepFacts> {
  if (firstText(attributes, ['langfuse.observation.level']) !== 'ERROR') return {}
  const message = firstText(attributes, ['langfuse.observation.status_message'])
  const isSilent = firstText(attributes, [OUTPUT]) === undefined
  const said = thrown(attributes[OUTPUT]) ?? (isSilent ? message : undefined)
  return { failed: true, ...(said === undefined ? {} : { observation: said }) }
}

/** `observe` puts what a function threw where its output would be. */
function thrown(output: Value): string | undefined {
  if (typeof output !== 'string' || !output.startsWith('{"error":')) return undefined
  const value = parseValue(output)
  const isOnly = isRecord(value) && Object.keys(value).length === 1
  return isOnly ? firstText(value, ['error']) : undefined
}

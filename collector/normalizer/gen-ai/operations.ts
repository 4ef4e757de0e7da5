// Which kind of step each operation of the GenAI conventions is, and which operation a span stands for
// when an instrumentation did not name it.
// https://github.com/open-telemetry/semantic-conventions-genai/blob/main/docs/registry/attributes/gen-ai.md

import type { Attributes, DecodedSpan, StepKind } from '../../model/index.ts'
import { firstText } from '../values.ts'

/** The span's `gen_ai.operation.name`, or the one that its other attributes imply. */
export function operationOf(span: DecodedSpan): string | undefined {
  return firstText(span.attributes, ['gen_ai.operation.name']) ?? impliedOperation(span.attributes)
}

/** `unknown` for an operation that is none of an agent's: hooks, sessions, producers' own inventions. */
export function kindOfOperation(operation: string | undefined): StepKind {
  return KIND_BY_OPERATION.get(operation?.toLowerCase() ?? '') ?? 'unknown'
}

// The registered names first in each group, then names that instrumentations in use have made up.
const OPERATIONS: readonly (readonly [StepKind, readonly string[]])[] = [
  ['llm', ['chat', 'text_completion', 'generate_content', 'fetch_response']],
  ['llm', ['completion', 'llm_call', 'response', 'responses']],
  ['retrieval', ['retrieval', 'embeddings', 'search_memory']],
  ['retrieval', ['embedding', 'rerank']],
  ['tool', ['execute_tool', 'create_memory', 'update_memory', 'upsert_memory', 'delete_memory']],
  ['tool', ['create_memory_store', 'delete_memory_store', 'tool_call']],
  ['agent', ['invoke_agent', 'create_agent', 'invoke_workflow', 'plan']],
  ['agent', ['agent_call', 'agent_step', 'chain', 'invoke_graph', 'invoke_swarm', 'workflow']],
  ['agent', ['schedule_tool_calls']],
  ['handoff', ['handoff', 'agent_handoff']],
  ['guardrail', ['apply_guardrail', 'guardrail', 'guardrail_check']],
  ['evaluation', ['evaluate', 'evaluation']],
  // MCP methods; the others (initialize, tools/list, notifications) are the protocol's, not the agent's.
  ['tool', ['tools/call']],
  ['retrieval', ['resources/read', 'prompts/get']]
]

const KIND_BY_OPERATION: ReadonlyMap<string, StepKind> = new Map(
  OPERATIONS.flatMap(([kind, operations]) =>
    operations.map((operation): [string, StepKind] => [operation, kind])
  )
)

const TOOL_KEYS = ['gen_ai.tool.name', 'gen_ai.tool.call.id']

/** Attributes of a model call and of nothing else. */
const MODEL_CALL_KEYS = [
  'gen_ai.request.model',
  'gen_ai.response.model',
  'gen_ai.input.messages',
  'gen_ai.output.messages',
  'gen_ai.prompt',
  'gen_ai.completion',
  'gen_ai.prompt.0.role',
  'gen_ai.completion.0.role'
]

const AGENT_KEYS = ['gen_ai.agent.name', 'gen_ai.agent.id']

/**
 * An HTTP or database call made for an agent may carry the agent's name (context attributes); it is
 * not the agent.
 */
const TRANSPORT_KEYS = [
  'http.request.method',
  'http.method',
  'db.system.name',
  'db.system',
  'rpc.system'
]

function impliedOperation(attributes: Attributes): string | undefined {
  const method = firstText(attributes, ['mcp.method.name'])
  if (method !== undefined) return method
  if (hasAny(attributes, TOOL_KEYS)) return 'execute_tool'
  if (hasAny(attributes, ['gen_ai.evaluation.name'])) return 'evaluation'
  if (hasAny(attributes, TRANSPORT_KEYS)) return undefined
  if (hasAny(attributes, MODEL_CALL_KEYS)) return 'chat'
  if (hasAny(attributes, AGENT_KEYS)) return 'invoke_agent'
  return hasAny(attributes, ['gen_ai.workflow.name']) ? 'invoke_workflow' : undefined
}

function hasAny(attributes: Attributes, keys: readonly string[]): boolean {
  return keys.some((key) => attributes[key] !== undefined)
}

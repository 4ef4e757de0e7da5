// Attribute names of the GenAI conventions, newest first, and a way for producers to put their own before
// them. Tables are made once, when a dialect is loaded.

import type { TokenKeys } from '../token-counts.ts'

/** Where each fact of a step is; the first name that holds anything is believed. */
export interface GenAiNames {
  readonly session: readonly string[]
  readonly provider: readonly string[]
  readonly model: readonly string[]
  readonly agent: readonly string[]
  readonly tool: readonly string[]
  readonly callId: readonly string[]
  readonly arguments: readonly string[]
  readonly result: readonly string[]
  readonly cost: readonly string[]
  /** A producer's own names of what went in and came out; the conventions' are in eras.ts. */
  readonly input: readonly string[]
  readonly output: readonly string[]
  readonly tokens: TokenKeys
}

export const GEN_AI_NAMES: GenAiNames = {
  // `gen_ai.conversation.id` first: a `session.id` may be the browser's, around many conversations.
  session: ['gen_ai.conversation.id', 'session.id'],
  provider: ['gen_ai.provider.name', 'gen_ai.system'],
  model: ['gen_ai.response.model', 'gen_ai.request.model'],
  agent: ['gen_ai.agent.name', 'gen_ai.workflow.name', 'gen_ai.agent.id'],
  tool: ['gen_ai.tool.name', 'mcp.tool.name'],
  callId: ['gen_ai.tool.call.id', 'gen_ai.tool.call_id'],
  arguments: [
    'gen_ai.tool.call.arguments',
    'gen_ai.tool.arguments',
    'gen_ai.tool.input',
    'gen_ai.tool.call.args'
  ],
  result: [
    'gen_ai.tool.call.result',
    'gen_ai.tool.result',
    'gen_ai.tool.output',
    'gen_ai.tool.response',
    // Anthropic's SDK, whose tool runner otherwise keeps to the conventions.
    'anthropic.tool_result.content'
  ],
  // Not in the conventions; what producers write in their stead.
  cost: ['gen_ai.usage.cost', 'gen_ai.usage.total_cost', 'operation.cost'],
  input: [],
  output: [],
  tokens: {
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
}

/** The names of a producer: its `own` first, then the conventions'. */
export function withOwnNames(
  own: Partial<Omit<GenAiNames, 'tokens'>>,
  ownTokens: Partial<TokenKeys> = {}
): GenAiNames {
  const { tokens } = GEN_AI_NAMES
  return {
    session: before(own.session, GEN_AI_NAMES.session),
    provider: before(own.provider, GEN_AI_NAMES.provider),
    model: before(own.model, GEN_AI_NAMES.model),
    agent: before(own.agent, GEN_AI_NAMES.agent),
    tool: before(own.tool, GEN_AI_NAMES.tool),
    callId: before(own.callId, GEN_AI_NAMES.callId),
    arguments: before(own.arguments, GEN_AI_NAMES.arguments),
    result: before(own.result, GEN_AI_NAMES.result),
    cost: before(own.cost, GEN_AI_NAMES.cost),
    input: before(own.input, GEN_AI_NAMES.input),
    output: before(own.output, GEN_AI_NAMES.output),
    tokens: {
      input: before(ownTokens.input, tokens.input),
      output: before(ownTokens.output, tokens.output),
      cacheRead: before(ownTokens.cacheRead, tokens.cacheRead),
      cacheWrite: before(ownTokens.cacheWrite, tokens.cacheWrite),
      reasoning: before(ownTokens.reasoning, tokens.reasoning)
    }
  }
}

function before(own: readonly string[] | undefined, names: readonly string[]): readonly string[] {
  return own === undefined ? names : [...own, ...names]
}

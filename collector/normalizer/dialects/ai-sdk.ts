// Vercel AI SDK, `ai.*` attributes: versions 4 to 6, and 7 with its LegacyOpenTelemetry. Each call of the
// SDK is a frame, `ai.generateText`, around the model calls it makes, `ai.generateText.doGenerate`, and the
// tools that ran between them, `ai.toolCall`. The frame repeats the last answer and all tokens, so it is
// not counted; gen_ai attributes on the model calls hold only names and tokens. Version 7 otherwise emits
// the GenAI conventions.
// https://ai-sdk.dev/docs/ai-sdk-core/telemetry

import type { Attributes, DecodedSpan } from '../../model/index.ts'
import { defineDialect } from '../define-dialect.ts'
import type { StepFacts } from '../dialect.ts'
import { withOwnNames } from '../gen-ai/names.ts'
import { readGenAi } from '../gen-ai/read-gen-ai.ts'
import type { Answer } from '../messages.ts'
import { readAnswer } from '../messages.ts'
import { toLine } from '../tool-action.ts'
import { firstText, firstValue } from '../values.ts'

export const aiSdk = defineDialect({
  name: 'ai_sdk',
  version: 1,
  recognizedBy: 'attribute ai.operationId',
  recognizes: ({ attributes }) => attributes['ai.operationId'] !== undefined,
  read
})

const METADATA = 'ai.telemetry.metadata.'

const NAMES = withOwnNames(
  {
    session: ['sessionId', 'session_id', 'threadId', 'conversationId', 'chatId'].map(
      (name) => METADATA + name
    ),
    provider: ['ai.model.provider'],
    model: ['ai.response.model', 'gen_ai.response.model', 'ai.model.id'],
    tool: ['ai.toolCall.name'],
    callId: ['ai.toolCall.id'],
    arguments: ['ai.toolCall.args', 'ai.toolCall.input'],
    result: [
      'ai.toolCall.result',
      'ai.toolCall.output',
      'ai.ranking',
      'ai.response.text',
      'ai.response.object'
    ],
    agent: ['ai.telemetry.functionId'],
    input: ['ai.prompt.messages', 'ai.prompt', 'ai.value', 'ai.values', 'ai.documents']
  },
  {
    input: ['ai.usage.inputTokens', 'ai.usage.promptTokens', 'ai.usage.tokens'],
    output: ['ai.usage.outputTokens', 'ai.usage.completionTokens'],
    cacheRead: ['ai.usage.inputTokenDetails.cacheReadTokens', 'ai.usage.cachedInputTokens'],
    cacheWrite: ['ai.usage.inputTokenDetails.cacheWriteTokens'],
    reasoning: ['ai.usage.outputTokenDetails.reasoningTokens', 'ai.usage.reasoningTokens']
  }
)

/** Ends of `ai.operationId`; everything else of the SDK is the frame around such a call. */
const OPERATIONS: readonly (readonly [string, string])[] = [
  ['.doGenerate', 'chat'],
  ['.doStream', 'chat'],
  ['.doEmbed', 'embeddings'],
  ['.doRerank', 'rerank'],
  ['ai.toolCall', 'execute_tool']
]

function read(span: DecodedSpan): StepFacts {
  const { attributes } = span
  // A function id, when there is one, follows the operation in `operation.name` but not in here.
  const id = firstText(attributes, ['ai.operationId']) ?? ''
  const operation = OPERATIONS.find(([end]) => id.endsWith(end))?.[1] ?? 'invoke_agent'
  const facts = readGenAi(span, operation, NAMES)
  if (facts.kind !== 'llm' && facts.kind !== 'agent') return facts
  const answer = readResponse(attributes)
  const { text, reasoning: thought } = answer
  if (facts.kind === 'agent') {
    return { ...facts, action: toLine(span.name), observation: text, thought }
  }
  const finishReason = firstText(attributes, FINISH_REASON_KEYS) ?? facts.finishReason
  return {
    ...facts,
    action: text,
    thought,
    requestedToolCalls: answer.toolCalls,
    finishReason,
    failed: finishReason === 'error'
  }
}

/** Version 4 said `ai.result`, and before that nothing in between. */
const FINISH_REASON_KEYS = ['ai.response.finishReason', 'ai.finishReason']
const TEXT_KEYS = ['ai.response.text', 'ai.response.object', 'ai.result.text', 'ai.result.object']

function readResponse(attributes: Attributes): Answer {
  return readAnswer([
    {
      role: 'assistant',
      content: firstText(attributes, TEXT_KEYS),
      reasoning: firstText(attributes, ['ai.response.reasoning']),
      tool_calls: firstValue(attributes, ['ai.response.toolCalls', 'ai.result.toolCalls'])
    }
  ])
}

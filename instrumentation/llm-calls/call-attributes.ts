// A call's request and answer as attributes by the GenAI conventions, and a few of our own where these
// have no word, under `onset.`.
// https://github.com/open-telemetry/semantic-conventions-genai/blob/main/docs/gen-ai/client-inference.md

import { createHash } from 'node:crypto'
import type { Attributes } from '@opentelemetry/api'
import { toJson } from './capture.ts'
import type { Capture } from './capture.ts'
import type { AnswerFacts, Protocol, RequestFacts, Usage } from './facts.ts'
import type { LlmCallLimits } from './limits.ts'
import { showAnswers, showConversation, showParts } from './shown-messages.ts'

export function startAttributes(protocol: Protocol, provider: string, url: URL): Attributes {
  const port = url.port === '' ? (url.protocol === 'http:' ? 80 : 443) : Number(url.port)
  return {
    'gen_ai.operation.name': protocol.operation,
    'gen_ai.provider.name': provider,
    'server.address': url.hostname,
    'server.port': port,
    ...(protocol.apiType === undefined ? {} : { 'openai.api.type': protocol.apiType })
  }
}

export function requestAttributes(request: RequestFacts): Attributes {
  return {
    ...(request.model === undefined ? {} : { 'gen_ai.request.model': request.model }),
    ...request.parameters
  }
}

/** What was said: the conversation, the instructions and the tools on offer. */
export function inputAttributes(
  request: RequestFacts,
  capture: Capture,
  limits: LlmCallLimits
): Attributes {
  if (capture.mode === 'off') return {}
  const { json, omitted } = showConversation(request, capture, limits)
  const attributes: Attributes = { 'gen_ai.input.messages': json }
  if (omitted > 0) attributes['onset.llm.input.messages_omitted'] = omitted
  const system = request.system()
  if (system.length > 0) {
    attributes['gen_ai.system_instructions'] = showParts(system, capture, limits.partCharsMax)
  }
  return attributes
}

export interface ToolDefinitions {
  readonly json: string
  readonly hash: string
}

/** The tools on offer and their hash, by which a repetition is known. */
export function toolDefinitions(
  request: RequestFacts,
  capture: Capture,
  limits: LlmCallLimits
): ToolDefinitions | undefined {
  if (capture.mode !== 'full' || request.tools.length === 0) return undefined
  const whole = toJson(request.tools)
  const hash = createHash('sha256').update(whole).digest('hex').slice(0, 16)
  // Cut by tools, so that the list stays JSON.
  const shown: string[] = []
  let chars = 0
  for (const tool of request.tools) {
    const text = toJson(capture.value(tool, limits.partCharsMax))
    chars += text.length
    if (chars > limits.messagesCharsMax) break
    shown.push(text)
  }
  return { json: `[${shown.join(',')}]`, hash }
}

export function answerAttributes(answer: AnswerFacts): Attributes {
  const attributes: Attributes = { ...answer.attributes, ...usageAttributes(answer.usage) }
  if (answer.id !== undefined) attributes['gen_ai.response.id'] = answer.id
  if (answer.model !== undefined) attributes['gen_ai.response.model'] = answer.model
  if (answer.finishReasons.length > 0) {
    attributes['gen_ai.response.finish_reasons'] = [...answer.finishReasons]
  }
  return attributes
}

function usageAttributes(usage: Usage): Attributes {
  const attributes: Attributes = {}
  const counts: readonly (readonly [string, number | undefined])[] = [
    ['input_tokens', usage.input],
    ['output_tokens', usage.output],
    ['cache_read.input_tokens', usage.cacheRead],
    ['cache_write.input_tokens', usage.cacheWrite],
    ['reasoning.output_tokens', usage.reasoning]
  ]
  for (const [name, count] of counts) {
    if (count !== undefined) attributes[`gen_ai.usage.${name}`] = count
  }
  return attributes
}

export function outputAttributes(
  answer: AnswerFacts,
  capture: Capture,
  limits: LlmCallLimits
): Attributes {
  const said = answer.messages.filter(({ parts }) => parts.length > 0)
  if (capture.mode === 'off' || said.length === 0) return {}
  return { 'gen_ai.output.messages': showAnswers(said, capture, limits) }
}

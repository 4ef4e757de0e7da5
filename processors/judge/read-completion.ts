// A chat completion as it came, made into an answer. The types of the client say what a server should
// send; this reads what one did send.

import type { ChatAnswer, ToolCall, Usage } from './chat.ts'
import { JudgeFailure } from './chat.ts'
import { TOOL_CALLS_MAX } from './limits.ts'

/** @throws JudgeFailure when it has no message. */
export function readAnswer(value: unknown): ChatAnswer {
  const completion = fieldsOf(value)
  const choices = completion.get('choices')
  const choice = fieldsOf(Array.isArray(choices) ? choices[0] : undefined)
  const message = fieldsOf(choice.get('message'))
  if (message.size === 0) {
    throw new JudgeFailure('answer_invalid', 'the endpoint answers no chat completion')
  }
  return {
    content: textOf(message.get('content')),
    toolCalls: readCalls(message.get('tool_calls')),
    finishReason: textOf(choice.get('finish_reason')).slice(0, NAME_CHARS_MAX),
    usage: readUsage(completion.get('usage')),
    model: textOf(completion.get('model')).slice(0, NAME_CHARS_MAX)
  }
}

const NAME_CHARS_MAX = 100

function readCalls(value: unknown): readonly ToolCall[] {
  if (!Array.isArray(value)) return []
  return value.slice(0, TOOL_CALLS_MAX).map((item: unknown) => {
    const call = fieldsOf(item)
    const asked = fieldsOf(call.get('function'))
    return {
      id: textOf(call.get('id')).slice(0, NAME_CHARS_MAX),
      name: textOf(asked.get('name')).slice(0, NAME_CHARS_MAX),
      arguments: textOf(asked.get('arguments'))
    }
  })
}

function readUsage(value: unknown): Usage | undefined {
  const usage = fieldsOf(value)
  const input = usage.get('prompt_tokens')
  const output = usage.get('completion_tokens')
  return typeof input === 'number' && typeof output === 'number' ? { input, output } : undefined
}

function fieldsOf(value: unknown): ReadonlyMap<string, unknown> {
  return new Map(typeof value === 'object' && value !== null ? Object.entries(value) : [])
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

// https://docs.anthropic.com/en/api/messages-streaming

import type { SpokenAnswer } from '../model-answers.ts'
import { pieces, type Said } from './chat.ts'

export function whole(said: Said): unknown {
  return { ...envelope(said), content: blocksOf(said.answer), stop_reason: stopReason(said.answer) }
}

export function stream(said: Said): string {
  const message = { ...envelope(said), content: [], stop_reason: null }
  const events: Record<string, unknown>[] = [
    {
      type: 'message_start',
      message: { ...message, usage: { ...message.usage, output_tokens: 1 } }
    },
    { type: 'ping' }
  ]
  for (const [index, block] of blocksOf(said.answer).entries()) {
    events.push(...blockEvents(block, index))
  }
  events.push({
    type: 'message_delta',
    delta: { stop_reason: stopReason(said.answer), stop_sequence: null },
    usage: { output_tokens: said.answer.tokens.output }
  })
  events.push({ type: 'message_stop' })
  return events
    .map((event) => `event: ${String(event['type'])}\ndata: ${JSON.stringify(event)}\n\n`)
    .join('')
}

type Block = Readonly<Record<string, unknown>>

function blockEvents(block: Block, index: number): readonly Record<string, unknown>[] {
  const isTool = block['type'] === 'tool_use'
  const start = isTool ? { ...block, input: {} } : { ...block, text: '' }
  const whole = isTool ? JSON.stringify(block['input']) : String(block['text'])
  const deltas = pieces(whole).map((piece) => ({
    type: 'content_block_delta',
    index,
    delta: isTool
      ? { type: 'input_json_delta', partial_json: piece }
      : { type: 'text_delta', text: piece }
  }))
  const opened = { type: 'content_block_start', index, content_block: start }
  return [opened, ...deltas, { type: 'content_block_stop', index }]
}

function blocksOf({ text, calls }: SpokenAnswer): readonly Block[] {
  const tools = calls.map(({ id, name, arguments: input }) => ({
    type: 'tool_use',
    id,
    name,
    input
  }))
  return [{ type: 'text', text }, ...tools]
}

function envelope({ answer, model, turn }: Said): {
  readonly usage: Readonly<Record<string, unknown>>
} & Record<string, unknown> {
  return {
    id: `msg_${turn}`,
    type: 'message',
    role: 'assistant',
    model: `${model}-2026`,
    stop_sequence: null,
    usage: {
      // Without what came from the cache, as the host counts.
      input_tokens: answer.tokens.input - answer.tokens.cached,
      cache_read_input_tokens: answer.tokens.cached,
      cache_creation_input_tokens: 0,
      output_tokens: answer.tokens.output
    }
  }
}

function stopReason(answer: SpokenAnswer): string {
  return answer.calls.length > 0 ? 'tool_use' : 'end_turn'
}

// https://platform.openai.com/docs/api-reference/responses-streaming

import type { SpokenAnswer } from '../model-answers.ts'
import { pieces, type Said } from './chat.ts'

export function whole(said: Said): unknown {
  return envelope(said, 'completed', itemsOf(said))
}

export function stream(said: Said): string {
  const items = itemsOf(said)
  const events: Record<string, unknown>[] = [
    { type: 'response.created', response: envelope(said, 'in_progress', []) }
  ]
  for (const [output_index, item] of items.entries()) {
    events.push(...itemEvents(item, output_index))
  }
  events.push({ type: 'response.completed', response: envelope(said, 'completed', items) })
  return events
    .map((event, at) => ({ ...event, sequence_number: at }))
    .map(
      (event) =>
        `event: ${String((event as { type?: unknown }).type)}\ndata: ${JSON.stringify(event)}\n\n`
    )
    .join('')
}

type Item = Readonly<Record<string, unknown>>

function itemEvents(item: Item, output_index: number): readonly Record<string, unknown>[] {
  const at = { output_index, item_id: item['id'] }
  const added = {
    type: 'response.output_item.added',
    output_index,
    item: { ...item, ...opening(item) }
  }
  const done = { type: 'response.output_item.done', output_index, item }
  if (item['type'] === 'function_call') {
    const given = String(item['arguments'])
    const deltas = pieces(given).map((delta) => ({
      type: 'response.function_call_arguments.delta',
      ...at,
      delta
    }))
    const all = { type: 'response.function_call_arguments.done', ...at, arguments: given }
    return [added, ...deltas, all, done]
  }
  const [part] = item['content'] as readonly { readonly text: string }[]
  const text = part?.text ?? ''
  const place = { ...at, content_index: 0 }
  const empty = { type: 'output_text', text: '', annotations: [] }
  return [
    added,
    { type: 'response.content_part.added', ...place, part: empty },
    ...pieces(text).map((delta) => ({ type: 'response.output_text.delta', ...place, delta })),
    { type: 'response.output_text.done', ...place, text },
    { type: 'response.content_part.done', ...place, part: { ...empty, text } },
    done
  ]
}

function opening(item: Item): Item {
  return item['type'] === 'function_call' ? { arguments: '' } : { content: [] }
}

function itemsOf({ answer, turn }: Said): readonly Item[] {
  const message = {
    id: `msg_${turn}`,
    type: 'message',
    status: 'completed',
    role: 'assistant',
    content: [{ type: 'output_text', text: answer.text, annotations: [] }]
  }
  const calls = answer.calls.map((call, at) => ({
    id: `fc_${turn}_${at}`,
    type: 'function_call',
    status: 'completed',
    call_id: call.id,
    name: call.name,
    arguments: JSON.stringify(call.arguments)
  }))
  return [message, ...calls]
}

function envelope({ answer, model, turn }: Said, status: string, output: unknown): unknown {
  return {
    id: `resp_${turn}`,
    object: 'response',
    created_at: 1,
    status,
    error: null,
    incomplete_details: null,
    instructions: null,
    model: `${model}-2026`,
    output,
    parallel_tool_calls: true,
    previous_response_id: null,
    tool_choice: 'auto',
    tools: [],
    usage: status === 'completed' ? usage(answer) : null
  }
}

function usage({ tokens }: SpokenAnswer): unknown {
  return {
    input_tokens: tokens.input,
    input_tokens_details: { cached_tokens: tokens.cached },
    output_tokens: tokens.output,
    output_tokens_details: { reasoning_tokens: tokens.reasoning },
    total_tokens: tokens.input + tokens.output
  }
}

// https://platform.openai.com/docs/api-reference/chat

import type { SpokenAnswer } from '../model-answers.ts'

export interface Said {
  readonly answer: SpokenAnswer
  readonly model: string
  readonly turn: number
}

export function whole({ answer, model, turn }: Said): unknown {
  return {
    ...envelope(model, turn, 'chat.completion'),
    choices: [
      {
        index: 0,
        message: {
          role: 'assistant',
          content: answer.text,
          refusal: null,
          ...(answer.calls.length === 0 ? {} : { tool_calls: answer.calls.map(toCall) })
        },
        logprobs: null,
        finish_reason: finishReason(answer)
      }
    ],
    usage: usage(answer)
  }
}

export function stream({ answer, model, turn }: Said): string {
  const base = envelope(model, turn, 'chat.completion.chunk')
  const deltas: unknown[] = [{ role: 'assistant', content: '' }]
  for (const piece of pieces(answer.text)) deltas.push({ content: piece })
  for (const [index, call] of answer.calls.entries()) {
    const { function: given, ...rest } = toCall(call)
    deltas.push({ tool_calls: [{ index, ...rest, function: { name: given.name, arguments: '' } }] })
    for (const piece of pieces(given.arguments)) {
      deltas.push({ tool_calls: [{ index, function: { arguments: piece } }] })
    }
  }
  const chunks = deltas.map((delta) => ({
    ...base,
    choices: [{ index: 0, delta, finish_reason: null }],
    usage: null
  }))
  const last = { ...base, choices: [{ index: 0, delta: {}, finish_reason: finishReason(answer) }] }
  const all = [...chunks, last, { ...base, choices: [], usage: usage(answer) }]
  return [...all.map((chunk) => `data: ${JSON.stringify(chunk)}\n\n`), 'data: [DONE]\n\n'].join('')
}

export function embeddings(model: string): unknown {
  const embedding = Array.from({ length: 1536 }, (_, at) => at / 1536)
  return {
    object: 'list',
    data: Array.from({ length: 8 }, (_, index) => ({ object: 'embedding', index, embedding })),
    model,
    usage: { prompt_tokens: 8, total_tokens: 8 }
  }
}

/** Every three characters, so that texts and arguments come in many pieces. */
export function pieces(text: string): readonly string[] {
  return text.match(/[^]{1,3}/gu) ?? []
}

function envelope(model: string, turn: number, object: string): Record<string, unknown> {
  return {
    id: `chatcmpl-${turn}`,
    object,
    created: 1,
    model: `${model}-2026`,
    service_tier: 'default',
    system_fingerprint: 'fp_1'
  }
}

function toCall(call: SpokenAnswer['calls'][number]): {
  readonly id: string
  readonly type: string
  readonly function: { readonly name: string; readonly arguments: string }
} {
  const given = { name: call.name, arguments: JSON.stringify(call.arguments) }
  return { id: call.id, type: 'function', function: given }
}

function finishReason(answer: SpokenAnswer): string {
  return answer.calls.length > 0 ? 'tool_calls' : 'stop'
}

function usage({ tokens }: SpokenAnswer): unknown {
  return {
    prompt_tokens: tokens.input,
    completion_tokens: tokens.output,
    total_tokens: tokens.input + tokens.output,
    prompt_tokens_details: { cached_tokens: tokens.cached, audio_tokens: 0 },
    completion_tokens_details: { reasoning_tokens: tokens.reasoning, audio_tokens: 0 }
  }
}

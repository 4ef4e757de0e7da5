// https://ai.google.dev/api/generate-content

import type { SpokenAnswer } from '../model-answers.ts'
import { pieces, type Said } from './chat.ts'

export function whole(said: Said): unknown {
  return chunk(said, partsOf(said.answer, [said.answer.text]), true)
}

export function stream(said: Said): string {
  const { answer } = said
  const texts = pieces(answer.text).map((piece) => chunk(said, [{ text: piece }], false))
  const last = chunk(said, partsOf(answer, []), true)
  return [...texts, last].map((value) => `data: ${JSON.stringify(value)}\r\n\r\n`).join('')
}

function partsOf({ calls }: SpokenAnswer, texts: readonly string[]): readonly unknown[] {
  return [
    ...texts.map((text) => ({ text })),
    ...calls.map(({ name, arguments: args }) => ({ functionCall: { name, args } }))
  ]
}

function chunk({ answer, model, turn }: Said, parts: readonly unknown[], isLast: boolean): unknown {
  const { tokens } = answer
  return {
    candidates: [
      { index: 0, content: { role: 'model', parts }, ...(isLast ? { finishReason: 'STOP' } : {}) }
    ],
    modelVersion: `${model}-2026`,
    responseId: `gem-${turn}`,
    usageMetadata: {
      promptTokenCount: tokens.input,
      cachedContentTokenCount: tokens.cached,
      candidatesTokenCount: tokens.output - tokens.reasoning,
      thoughtsTokenCount: tokens.reasoning,
      totalTokenCount: tokens.input + tokens.output
    }
  }
}

// Spans and steps of about 4 KB each with text that compresses like text, for benchmarks and load.

import type { ClassifiedStep, DecodedSpan } from '../../collector/model/index.ts'
import { toRunId, toStepId, toTraceId, toSpanId, toUnixNano } from '../../collector/model/index.ts'
import { aSpan, aStep, BUILT_START, someAttributes } from './builders.ts'

const WORDS =
  'the test of cart.ts fails because reload() drops items before storage.save(key, value) is awaited: expected 3 got 0 at line npm run src/lib/index.ts return const async'.split(
    ' '
  )

const MICROS = 1_000n

/** Words in no order, with numbers between them; the same for the same seed. */
export function spokenText(seed: number, chars: number): string {
  let state = (seed * 2_654_435_761) >>> 0
  let text = ''
  while (text.length < chars) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0
    text += `${WORDS[(state >>> 8) % WORDS.length]} ${state % 97 === 0 ? state : ''}`
  }
  return text.slice(0, chars)
}

/** Span and step number `seed`; a run has `stepsPerRun` of them, all in one minute of the builders' day. */
export function aSpokenStep(
  seed: number,
  stepsPerRun = 50
): { span: DecodedSpan; step: ClassifiedStep } {
  const run = Math.floor(seed / stepsPerRun)
  const traceId = toTraceId((run + 1).toString(16).padStart(32, 'a'))
  const spanId = toSpanId((seed + 1).toString(16).padStart(16, 'b'))
  const startTime = toUnixNano(BUILT_START + BigInt(seed) * MICROS)
  const input = spokenText(seed, 2_000)
  const output = spokenText(seed + 1, 1_000)
  const span = aSpan({
    traceId,
    spanId,
    startTime,
    attributes: someAttributes({
      'gen_ai.operation.name': 'chat',
      'gen_ai.request.model': 'gpt-5-mini',
      'gen_ai.response.id': `chatcmpl-${seed}`,
      'gen_ai.conversation.id': `conversation-${run}`,
      'gen_ai.usage.input_tokens': 1_200 + (seed % 500),
      'gen_ai.usage.output_tokens': 80 + (seed % 50),
      'gen_ai.input.messages': input,
      'gen_ai.output.messages': output
    })
  })
  const step = aStep({
    runId: toRunId(traceId),
    stepId: toStepId(spanId),
    traceId,
    spanId,
    startTime,
    kind: 'tool',
    sessionId: `conversation-${run}`,
    model: 'gpt-5-mini',
    observation: input,
    arguments: JSON.stringify({ command: output.slice(0, 300) }),
    action: output.slice(0, 300),
    thought: output.slice(300, 700),
    tokens: { input: 1_200 + (seed % 500), output: 80 + (seed % 50) },
    effects: { filesRead: [`src/file-${seed % 40}.ts`] }
  })
  return { span, step }
}

// The parsers of answers on any bytes: cut anywhere they give the same, and on garbage they give something.
// Properties, with the protocols' own streams as seeds.

import * as fc from 'fast-check'
import t from 'tap'
import { AnswerBody, type Framing } from '../../instrumentation/llm-calls/answer-body.ts'
import type { AnswerFacts, Protocol } from '../../instrumentation/llm-calls/facts.ts'
import { LLM_CALL_LIMITS, type LlmCallLimits } from '../../instrumentation/llm-calls/limits.ts'
import { anthropicMessages } from '../../instrumentation/llm-calls/protocols/anthropic.ts'
import { openAiEmbeddings } from '../../instrumentation/llm-calls/protocols/embeddings.ts'
import { geminiGenerateContent } from '../../instrumentation/llm-calls/protocols/gemini.ts'
import { ollamaChat } from '../../instrumentation/llm-calls/protocols/ollama.ts'
import {
  openAiChat,
  openAiCompletions
} from '../../instrumentation/llm-calls/protocols/openai-chat.ts'
import { openAiResponses } from '../../instrumentation/llm-calls/protocols/openai-responses.ts'
import { ANSWERS } from '../support/model-answers.ts'
import * as anthropic from '../support/model-protocols/anthropic.ts'
import * as chat from '../support/model-protocols/chat.ts'
import * as gemini from '../support/model-protocols/gemini.ts'
import * as responses from '../support/model-protocols/responses.ts'

const SAID = { answer: ANSWERS.tools, model: 'm', turn: 1 }

const STREAMS: readonly (readonly [string, Protocol, string])[] = [
  ['chat', openAiChat, chat.stream(SAID)],
  ['responses', openAiResponses, responses.stream(SAID)],
  ['anthropic', anthropicMessages, anthropic.stream(SAID)],
  ['gemini', geminiGenerateContent, gemini.stream(SAID)]
]

const PROTOCOLS = [
  ...STREAMS.map(([, protocol]) => protocol),
  openAiCompletions,
  openAiEmbeddings,
  ollamaChat
]

interface Reading {
  readonly protocol: Protocol
  readonly framing: Framing
  readonly limits?: LlmCallLimits
}

function read({ protocol, framing, limits = LLM_CALL_LIMITS }: Reading, pieces: Uint8Array[]) {
  const reader = protocol.createAnswerReader(limits.answerCharsMax)
  const body = new AnswerBody(reader, framing, limits)
  for (const piece of pieces) body.take(piece)
  body.end()
  const answer: AnswerFacts = reader.answer()
  return { answer, isTruncated: body.isTruncated }
}

function cut(bytes: Uint8Array, places: readonly number[]): Uint8Array[] {
  const ends = [...places.map((place) => place % bytes.length), bytes.length]
  const sorted = ends.toSorted((a, b) => a - b)
  return sorted.map((end, at) => bytes.subarray(at === 0 ? 0 : sorted[at - 1], end))
}

for (const [name, protocol, text] of STREAMS) {
  t.test(`${name}: a stream cut at any bytes says the same as whole`, async (t) => {
    const bytes = Buffer.from(text)
    const whole = read({ protocol, framing: 'sse' }, [bytes])
    t.match(JSON.stringify(whole.answer.messages), /Zürich 🏔️/)
    t.match(whole.answer.usage, { input: 120, output: 33, cacheRead: 40 })
    fc.assert(
      fc.property(fc.array(fc.nat(), { maxLength: 60 }), (places) => {
        t.same(read({ protocol, framing: 'sse' }, cut(bytes, places)), whole)
      }),
      { numRuns: 40 }
    )
    const single = Array.from(bytes, (byte) => Uint8Array.of(byte))
    t.same(read({ protocol, framing: 'sse' }, single), whole, 'byte by byte')
  })

  t.test(`${name}: a stream that breaks off anywhere gives what had come`, async (t) => {
    const bytes = Buffer.from(text)
    for (let end = 0; end < bytes.length; end += 61) {
      const { answer } = read({ protocol, framing: 'sse' }, [bytes.subarray(0, end)])
      t.ok(answer.messages.length <= 1)
    }
  })

  t.test(`${name}: a stream with damaged bytes is read without a throw`, async () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 40 }), (damage) => {
        const bytes = Buffer.from(text)
        for (const [place, byte] of damage) bytes[place % bytes.length] = byte
        read({ protocol, framing: 'sse' }, [bytes])
      }),
      { numRuns: 200 }
    )
  })
}

const FRAMINGS: readonly Framing[] = ['sse', 'lines', 'whole']
const KEYS = ['choices', 'delta', 'message', 'content', 'tool_calls', 'function', 'usage', 'type']
const MORE = ['output', 'response', 'item', 'index', 'candidates', 'parts', 'error', 'input']
const anyJson = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    fc.constantFrom('', 'x', null, true, 0, -1, 1e9, 'tool_use', 'message_start', 'function_call'),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(fc.constantFrom(...KEYS, ...MORE, '__proto__'), tie('value'), { maxKeys: 6 })
  )
})).value

t.test('any JSON, any bytes, any protocol: facts come out and nothing is thrown', async (t) => {
  fc.assert(
    fc.property(fc.array(anyJson, { maxLength: 6 }), (values) => {
      for (const protocol of PROTOCOLS) {
        const reader = protocol.createAnswerReader(1000)
        for (const value of values) reader.take(value)
        JSON.stringify(reader.answer())
        for (const value of values) {
          const body = { messages: value, input: value, contents: value, tools: value }
          const request = protocol.readRequest(
            body,
            new URL('http://h/v1/models/m:generateContent')
          )
          for (let at = 0; at < request.messageCount; at += 1) request.messageAt(at)
          request.system()
        }
      }
    }),
    { numRuns: 400 }
  )
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 400 }),
      fc.constantFrom(...FRAMINGS),
      (bytes, framing) => {
        for (const protocol of PROTOCOLS) read({ protocol, framing }, [bytes])
      }
    ),
    { numRuns: 400 }
  )
  t.pass('no throw')
})

t.test('a line without an end is skipped at its bound, and the stream goes on', async (t) => {
  const limits = { ...LLM_CALL_LIMITS, eventCharsMax: 10_000 }
  const long = Buffer.from(`data: {"id":"${'x'.repeat(50_000)}"}\n\n${chat.stream(SAID)}`)
  const pieces = cut(long, [1, 9_999, 30_000])
  const { answer, isTruncated } = read({ protocol: openAiChat, framing: 'sse', limits }, pieces)
  t.ok(isTruncated)
  t.equal(answer.id, 'chatcmpl-1')
})

t.test('an answer above its bound keeps model and usage, which stand at its end', async (t) => {
  const limits = { ...LLM_CALL_LIMITS, answerBytesMax: 1_000 }
  const bytes = Buffer.from(JSON.stringify(chat.embeddings('e')))
  const { answer } = read({ protocol: openAiEmbeddings, framing: 'whole', limits }, [bytes])
  t.match(answer, { model: 'e', usage: { input: 8 } })
})

t.test('texts of one answer share a bound', async (t) => {
  const limits = { ...LLM_CALL_LIMITS, answerCharsMax: 10 }
  const stream = Buffer.from(chat.stream(SAID))
  const { answer } = read({ protocol: openAiChat, framing: 'sse', limits }, [stream])
  const texts = answer.messages.flatMap(({ parts }) => parts)
  t.ok(JSON.stringify(texts.filter(({ type }) => type === 'text')).length < 60)
})

// CPU per span of sanitizing and normalizing, over spans as agents send them: about 5 KB each, of the
// dialects in their usual mixture. Prints µs of main-thread CPU a span next to a baseline measured in the
// same run, parsing the same spans from JSON, so that two machines can be compared by the ratio.
//
//   npx node test/bench/normalizer.ts

import { normalizeSpans, sanitizeSpans } from '../../collector/normalizer/index.ts'
import type { AttributeValue, DecodedSpan } from '../../collector/model/index.ts'
import { aResource, aScope, aSpan, someAttributes } from '../support/builders.ts'

const ROUNDS = 9
const SPANS = 1_000

/** Of all spans in one round: the CPU clock of a thread ticks in milliseconds. */
const PASSES = 10

const WORDS =
  'the retry loop reads config.ts before it opens a socket and \n  const limit = settings.max ?? 5 // keep it small "quoted" {brace: 1} user-id task_list src/http/client.ts npm run test -- --bail 200 OK'.split(
    ' '
  )

/** Text of about `chars` characters, another one for every `seed`. */
function prose(seed: number, chars: number): string {
  let state = seed + 1
  let text = ''
  while (text.length < chars) {
    state = (state * 1_103_515_245 + 12_345) & 0x7fffffff
    text += `${WORDS[state % WORDS.length]} `
  }
  return text
}

const KINDS: Readonly<Record<string, (seed: number) => DecodedSpan>> = {
  'gen_ai chat': (seed) =>
    spanOf(`chat gpt-5-mini`, {
      'gen_ai.operation.name': 'chat',
      'gen_ai.provider.name': 'openai',
      'gen_ai.request.model': 'gpt-5-mini',
      'gen_ai.response.model': 'gpt-5-mini-2026-08-07',
      'gen_ai.response.id': `chatcmpl-${seed}`,
      'gen_ai.response.finish_reasons': ['tool_calls'],
      'gen_ai.conversation.id': `conversation-${seed}`,
      'gen_ai.usage.input_tokens': 1_200,
      'gen_ai.usage.output_tokens': 80,
      'gen_ai.usage.cache_read.input_tokens': 1_024,
      'server.address': 'api.openai.com',
      'server.port': 443,
      'gen_ai.system_instructions': JSON.stringify([{ type: 'text', content: prose(seed, 600) }]),
      'gen_ai.tool.definitions': JSON.stringify([
        { type: 'function', name: 'bash', description: prose(seed + 1, 500) }
      ]),
      'gen_ai.input.messages': JSON.stringify([
        { role: 'user', parts: [{ type: 'text', content: prose(seed + 2, 800) }] },
        {
          role: 'assistant',
          parts: [{ type: 'tool_call', id: 'c1', name: 'bash', arguments: { command: 'ls src' } }]
        },
        {
          role: 'tool',
          parts: [{ type: 'tool_call_response', id: 'c1', response: prose(seed + 3, 1_500) }]
        }
      ]),
      'gen_ai.output.messages': JSON.stringify([
        {
          role: 'assistant',
          parts: [
            { type: 'text', content: prose(seed + 4, 300) },
            { type: 'tool_call', id: 'c2', name: 'bash', arguments: { command: 'npm test' } }
          ]
        }
      ])
    }),
  'gen_ai tool': (seed) =>
    spanOf('execute_tool bash', {
      'gen_ai.operation.name': 'execute_tool',
      'gen_ai.tool.name': 'bash',
      'gen_ai.tool.type': 'function',
      'gen_ai.tool.call.id': `call_${seed}`,
      'gen_ai.tool.call.arguments': JSON.stringify({
        command: 'npm test',
        description: prose(seed, 60)
      }),
      'gen_ai.tool.call.result': JSON.stringify({
        content: [{ type: 'text', text: prose(seed, 4_200) }],
        isError: false
      }),
      'process.exit.code': 0
    }),
  'openinference llm': (seed) =>
    spanOf('ChatCompletion', {
      'openinference.span.kind': 'LLM',
      'llm.model_name': 'gpt-5-mini',
      'llm.provider': 'openai',
      'llm.invocation_parameters': JSON.stringify({ temperature: 0, max_tokens: 4_096 }),
      'llm.token_count.prompt': 1_200,
      'llm.token_count.completion': 80,
      'llm.token_count.total': 1_280,
      'session.id': `session-${seed}`,
      'input.mime_type': 'application/json',
      'input.value': prose(seed, 1_200),
      'output.value': prose(seed + 1, 400),
      ...Object.fromEntries(
        Array.from({ length: 8 }, (_, at) => [
          [`llm.input_messages.${at}.message.role`, at % 2 === 0 ? 'user' : 'assistant'],
          [`llm.input_messages.${at}.message.content`, prose(seed + at, 350)]
        ]).flat()
      ),
      'llm.output_messages.0.message.role': 'assistant',
      'llm.output_messages.0.message.content': prose(seed + 9, 300),
      'llm.output_messages.0.message.tool_calls.0.tool_call.id': 'c2',
      'llm.output_messages.0.message.tool_calls.0.tool_call.function.name': 'bash',
      'llm.output_messages.0.message.tool_calls.0.tool_call.function.arguments':
        '{"command":"npm test"}'
    }),
  'ai sdk call': (seed) =>
    spanOf('ai.streamText.doStream', {
      'ai.operationId': 'ai.streamText.doStream',
      'ai.model.provider': 'openai.responses',
      'ai.model.id': 'gpt-5-mini',
      'ai.prompt.messages': JSON.stringify([
        { role: 'system', content: prose(seed, 1_200) },
        { role: 'user', content: [{ type: 'text', text: prose(seed + 1, 2_400) }] }
      ]),
      'ai.response.text': prose(seed + 2, 600),
      'ai.response.toolCalls': JSON.stringify([
        { toolCallId: 'c1', toolName: 'bash', input: '{"command":"npm test"}' }
      ]),
      'ai.response.finishReason': 'tool-calls',
      'ai.usage.inputTokens': 1_200,
      'ai.usage.outputTokens': 80
    }),
  'langfuse tool': (seed) =>
    spanOf('bash', {
      'langfuse.observation.type': 'tool',
      'langfuse.observation.input': JSON.stringify({ command: 'npm test' }),
      'langfuse.observation.output': JSON.stringify({
        content: prose(seed, 4_200),
        type: 'tool',
        tool_call_id: 'c1',
        status: 'success'
      })
    }),
  'traceloop tool': (seed) =>
    spanOf('bash.tool', {
      'traceloop.span.kind': 'tool',
      'traceloop.entity.name': 'bash',
      'traceloop.entity.input': JSON.stringify({
        input_str: "{'command': 'npm test'}",
        inputs: { command: 'npm test' },
        kwargs: {}
      }),
      'traceloop.entity.output': JSON.stringify({
        output: { content: prose(seed, 4_200), tool_call_id: 'c1', type: 'tool' },
        kwargs: {}
      })
    }),
  'http client': (seed) =>
    spanOf('POST', {
      'http.request.method': 'POST',
      'url.full': `https://api.openai.com/v1/chat/completions?run=${seed}`,
      'server.address': 'api.openai.com',
      'server.port': 443,
      'http.response.status_code': 200,
      'network.protocol.version': '1.1',
      'user_agent.original': 'openai-node/7.57'
    })
}

/** Shared by the spans of a request, as the decoder makes them. */
const SHARED = { resource: aResource(), scope: aScope() }

function spanOf(name: string, attributes: Record<string, AttributeValue>): DecodedSpan {
  return aSpan({ name, attributes: someAttributes(attributes), ...SHARED })
}

/** Median over the rounds of the thread's CPU time, in µs a span. */
function cpuPerSpan(work: () => unknown): number {
  const rounds = Array.from({ length: ROUNDS }, () => {
    const start = process.threadCpuUsage()
    for (let pass = 0; pass < PASSES; pass += 1) work()
    const used = process.threadCpuUsage(start)
    return (used.user + used.system) / (SPANS * PASSES)
  })
  return rounds.toSorted((left, right) => left - right)[ROUNDS >> 1] ?? Number.NaN
}

function report(name: string, spans: readonly DecodedSpan[]): void {
  const texts = spans.map((span) => JSON.stringify({ name: span.name, ...span.attributes }))
  const bytes = texts.reduce((sum, text) => sum + text.length, 0) / spans.length
  const parse = cpuPerSpan(() => texts.map((text): unknown => JSON.parse(text)))
  const sanitize = cpuPerSpan(() => sanitizeSpans(spans))
  const both = cpuPerSpan(() => normalizeSpans(sanitizeSpans(spans)))
  console.log(
    [
      name.padEnd(18),
      `${(bytes / 1_000).toFixed(1)} KB`,
      `sanitize ${sanitize.toFixed(1)} µs`,
      `sanitize + normalize ${both.toFixed(1)} µs/span`,
      `baseline JSON.parse ${parse.toFixed(1)} µs`,
      `ratio ${(both / parse).toFixed(2)}`
    ].join('  ')
  )
}

for (const [name, build] of Object.entries(KINDS)) {
  report(
    name,
    Array.from({ length: SPANS }, (_, seed) => build(seed))
  )
}

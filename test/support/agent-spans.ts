// A plausible agent at work, as spans: an `invoke_agent` root, and for each step a `chat` that asks for a
// tool and an `execute_tool` that runs it, with the attributes of the GenAI conventions
// (https://opentelemetry.io/docs/specs/semconv/gen-ai/). The same seed gives the same spans.

import { BUILT_START } from './builders.ts'
import type {
  AttributeLiterals,
  ResourceLiteral,
  ScopeLiteral,
  SpanLiteral
} from './otlp-request.ts'

export interface AgentTrace {
  /** Same seed, same spans, ids included. */
  readonly seed: number
  /** Pairs of chat and tool call; the trace has twice as many spans and one more. */
  readonly steps: number
  /** When the root starts; the whole takes about four seconds a step. */
  readonly startTime?: bigint
  readonly service?: string
  readonly agent?: string
  readonly model?: string
  readonly sessionId?: string
  /** About this much text on each span. Chats repeat the last messages, as agents do. */
  readonly textChars?: number
  /** Index of a step whose tool call fails. */
  readonly failingStep?: number
  readonly resource?: ResourceLiteral
}

const SCOPE: ScopeLiteral = { name: '@example/agent-instrumentation', version: '0.9.1' }
const MILLIS = 1_000_000n
const TEXT_CHARS = 3_300

interface Tool {
  readonly name: string
  readonly arguments: (random: Random) => object
}

const FILES = ['src/cart.ts', 'src/price.ts', 'test/cart.test.ts', 'package.json', 'docs/tax.md']
const WORDS =
  'the total of a cart is wrong when the discount applies before tax so look at where price calls round and check which test expects it again after the change'.split(
    ' '
  )

const TOOLS: readonly Tool[] = [
  { name: 'read_file', arguments: (random) => ({ path: pick(FILES, random) }) },
  { name: 'bash', arguments: (random) => ({ command: `grep -n total ${pick(FILES, random)}` }) },
  {
    name: 'str_replace',
    arguments: (random) => ({
      path: pick(FILES, random),
      old_str: writeText(random, 120),
      new_str: writeText(random, 160)
    })
  },
  { name: 'bash', arguments: () => ({ command: 'npm test -- --grep cart' }) }
]

export function agentSpans(trace: AgentTrace): readonly SpanLiteral[] {
  const random = createRandom(trace.seed)
  const start = trace.startTime ?? BUILT_START
  const traceId = randomHex(random, 32)
  const rootId = randomHex(random, 16)
  const resource: ResourceLiteral = trace.resource ?? {
    attributes: {
      'service.name': trace.service ?? 'checkout-agent',
      'service.version': '4.2.0',
      'telemetry.sdk.language': 'nodejs',
      'telemetry.sdk.name': 'opentelemetry',
      'telemetry.sdk.version': '3.1.1',
      'host.name': 'worker-7',
      'process.pid': 4711
    }
  }
  const shared = { traceId, resource, scope: SCOPE }
  const spans: SpanLiteral[] = []
  let time = start + 5n * MILLIS
  for (let step = 0; step < trace.steps; step += 1) {
    const chatEnd = time + BigInt(900 + Math.floor(random() * 2_400)) * MILLIS
    const toolEnd = chatEnd + BigInt(20 + Math.floor(random() * 1_500)) * MILLIS
    const call = chooseCall(random)
    const parent = { ...shared, parentSpanId: rootId }
    spans.push(
      { ...parent, ...chatSpan({ trace, random, call, step }), startTime: time, endTime: chatEnd },
      {
        ...parent,
        ...toolSpan({ trace, random, call, step }),
        startTime: chatEnd,
        endTime: toolEnd
      }
    )
    time = toolEnd + 3n * MILLIS
  }
  return [{ ...shared, ...rootSpan(trace, rootId), startTime: start, endTime: time }, ...spans]
}

interface Call {
  readonly id: string
  readonly name: string
  readonly arguments: object
}

interface StepContext {
  readonly trace: AgentTrace
  readonly random: Random
  readonly call: Call
  readonly step: number
}

function rootSpan(trace: AgentTrace, spanId: string): SpanLiteral {
  const agent = trace.agent ?? 'fixer'
  return {
    spanId,
    name: `invoke_agent ${agent}`,
    kind: 'internal',
    attributes: {
      'gen_ai.operation.name': 'invoke_agent',
      'gen_ai.agent.name': agent,
      'gen_ai.conversation.id': sessionOf(trace),
      'gen_ai.input.messages': messageJson('user', 'Fix the rounding of the cart total.')
    }
  }
}

function chatSpan({ trace, random, call, step }: StepContext): SpanLiteral {
  const model = trace.model ?? 'large-1'
  const textChars = trace.textChars ?? TEXT_CHARS
  const inputTokens = 1_200 + step * 340
  const attributes: AttributeLiterals = {
    'gen_ai.operation.name': 'chat',
    'gen_ai.provider.name': 'example',
    'gen_ai.conversation.id': sessionOf(trace),
    'gen_ai.request.model': model,
    'gen_ai.request.temperature': 0.2,
    'gen_ai.request.max_tokens': 4_096,
    'gen_ai.response.id': `resp_${randomHex(random, 12)}`,
    'gen_ai.response.model': model,
    'gen_ai.response.finish_reasons': ['tool_calls'],
    'gen_ai.usage.input_tokens': inputTokens,
    'gen_ai.usage.output_tokens': 60 + Math.floor(random() * 200),
    'gen_ai.usage.cache_read.input_tokens': Math.floor(inputTokens * 0.8),
    'gen_ai.input.messages': messageJson('user', writeText(random, textChars * 0.8)),
    'gen_ai.output.messages': JSON.stringify([
      {
        role: 'assistant',
        parts: [
          { type: 'text', content: writeText(random, textChars * 0.1) },
          { type: 'tool_call', id: call.id, name: call.name, arguments: call.arguments }
        ],
        finish_reason: 'tool_call'
      }
    ])
  }
  return { spanId: randomHex(random, 16), name: `chat ${model}`, kind: 'client', attributes }
}

function toolSpan({ trace, random, call, step }: StepContext): SpanLiteral {
  const isFailing = step === trace.failingStep
  const result = isFailing
    ? `Error: ENOENT: no such file or directory, open '${pick(FILES, random)}'`
    : writeText(random, trace.textChars ?? TEXT_CHARS)
  const attributes: AttributeLiterals = {
    'gen_ai.operation.name': 'execute_tool',
    'gen_ai.conversation.id': sessionOf(trace),
    'gen_ai.tool.name': call.name,
    'gen_ai.tool.type': 'function',
    'gen_ai.tool.call.id': call.id,
    'gen_ai.tool.call.arguments': JSON.stringify(call.arguments),
    'gen_ai.tool.call.result': result
  }
  const span: SpanLiteral = {
    spanId: randomHex(random, 16),
    name: `execute_tool ${call.name}`,
    kind: 'internal',
    attributes
  }
  if (!isFailing) return span
  return { ...span, statusCode: 'error', statusMessage: 'tool failed' }
}

function chooseCall(random: Random): Call {
  const tool = pick(TOOLS, random)
  return {
    id: `call_${randomHex(random, 10)}`,
    name: tool.name,
    arguments: tool.arguments(random)
  }
}

function sessionOf(trace: AgentTrace): string {
  return trace.sessionId ?? `session-${trace.seed}`
}

function messageJson(role: string, content: string): string {
  return JSON.stringify([{ role, parts: [{ type: 'text', content }] }])
}

/** Between 0, included, and 1. */
type Random = () => number

/** https://en.wikipedia.org/wiki/Linear_congruential_generator, with the constants of glibc's rand. */
function createRandom(seed: number): Random {
  let state = (Math.imul(seed, 0x9e3779b1) ^ 0x5deece66) >>> 0
  return () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0
    return state / 0x1_0000_0000
  }
}

function pick<T>(list: readonly T[], random: Random): T {
  return list[Math.floor(random() * list.length)] as T
}

function randomHex(random: Random, digits: number): string {
  let text = ''
  while (text.length < digits) {
    text += Math.floor(random() * 0x1_0000)
      .toString(16)
      .padStart(4, '0')
  }
  return text.slice(0, digits)
}

function writeText(random: Random, chars: number): string {
  const lines: string[] = []
  let length = 0
  for (let line = 1; length < chars; line += 1) {
    const words = Array.from({ length: 9 }, () => pick(WORDS, random))
    const text = `${line}: ${words.join(' ')}`
    lines.push(text)
    length += text.length + 1
  }
  return lines.join('\n').slice(0, Math.max(0, Math.floor(chars)))
}

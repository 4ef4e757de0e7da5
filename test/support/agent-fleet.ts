// Runs of several agents as a company has them: some do well, some guess wrongly, versions differ, and names
// hold what breaks carelessly quoted SQL. Spans with the attributes of the GenAI conventions
// (https://opentelemetry.io/docs/specs/semconv/gen-ai/), sent over OTLP.

import { aTraceId } from './builders.ts'
import { encodeTraceRequest, type AttributeLiterals, type SpanLiteral } from './otlp-request.ts'

const SECOND = 1_000_000_000n

export interface FleetRun {
  readonly traceId: string
  readonly service: string
  readonly agent: string
  readonly version: string
  readonly model: string
  readonly outcome: 'ok' | 'error'
  readonly startTime: bigint
  /** Further steps that look around, at most 90: ids have two digits for the step. */
  readonly looks?: number
}

/** What no name should be able to do. */
export const NAMES_WITH_QUOTES = {
  service: `billing "eu" o'clock`,
  agent: `it's) OR 1=1 --`,
  model: `large'1`
} as const

/** It names a file, and one that no step writes. */
const TASK = 'Make parse() of src/duration.js return seconds, and describe it in docs/duration.md.'

/** A run a minute until now: version 2 of the agent fails more often than version 1. */
export function aFleet(count: number, now: number): readonly FleetRun[] {
  return Array.from({ length: count }, (_, at) => {
    const isQuoted = at % 4 === 3
    const isNew = at * 2 >= count
    return {
      traceId: aTraceId(),
      service: isQuoted ? NAMES_WITH_QUOTES.service : 'checkout',
      agent: isQuoted ? NAMES_WITH_QUOTES.agent : 'coder',
      version: isNew ? '2.0.0' : '1.4.0',
      model: isQuoted ? NAMES_WITH_QUOTES.model : 'large-1',
      outcome: (isNew ? at % 3 !== 0 : at % 4 === 3) ? 'error' : 'ok',
      startTime: BigInt(now - (count - at) * 60_000) * 1_000_000n
    }
  })
}

export async function sendFleet(url: string, fleet: readonly FleetRun[]): Promise<void> {
  const response = await fetch(`${url}/v1/traces`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: new Uint8Array(encodeTraceRequest(fleet.flatMap(toSpans), 'json'))
  })
  if (!response.ok) throw new Error(`${response.status} ${await response.text()}`)
}

function toSpans(run: FleetRun): readonly SpanLiteral[] {
  const { traceId, service, agent, version, model, outcome } = run
  const resource = { attributes: { 'service.name': service } }
  const spanId = (at: number): string => `${traceId.slice(18)}${String(at).padStart(2, '0')}`
  const root = spanId(0)
  const time = (at: number) => ({
    startTime: run.startTime + BigInt(at) * SECOND,
    endTime: run.startTime + BigInt(at) * SECOND + SECOND / 2n
  })
  const span = (at: number, name: string, attributes: AttributeLiterals): SpanLiteral => ({
    traceId,
    spanId: spanId(at),
    parentSpanId: root,
    resource,
    name,
    ...time(at),
    attributes
  })
  const chat = (at: number): SpanLiteral =>
    span(at, `chat ${model}`, {
      'gen_ai.operation.name': 'chat',
      'gen_ai.request.model': model,
      'gen_ai.usage.input_tokens': 1_000 + at * 100,
      'gen_ai.usage.output_tokens': 80,
      'gen_ai.usage.cost': 0.002
    })
  const tool = (at: number, name: string, [args, result]: readonly [object, string]): SpanLiteral =>
    span(at, `execute_tool ${name}`, {
      'gen_ai.operation.name': 'execute_tool',
      'gen_ai.tool.name': name,
      'gen_ai.tool.call.arguments': JSON.stringify(args),
      'gen_ai.tool.call.result': result
    })
  const factor = outcome === 'ok' ? 60 : 3_600
  const report =
    outcome === 'ok'
      ? 'ok 1 - parses minutes\n# pass 1\n# fail 0'
      : 'not ok 1 - parses minutes\n  expected: 60\n  actual: 3600\n# pass 0\n# fail 1'
  const looks = Array.from({ length: run.looks ?? 0 }, (_, at) =>
    tool(10 + at, 'bash', [
      { command: `grep -rn total src/part${at}.js` },
      `src/part${at}.js:3: total`
    ])
  )
  return [
    {
      traceId,
      spanId: root,
      resource,
      name: `invoke_agent ${agent}`,
      startTime: run.startTime,
      endTime: run.startTime + BigInt(20 + looks.length) * SECOND,
      attributes: {
        'gen_ai.operation.name': 'invoke_agent',
        'gen_ai.agent.name': agent,
        'gen_ai.agent.version': version,
        'gen_ai.input.messages': JSON.stringify([
          { role: 'user', parts: [{ type: 'text', content: TASK }] }
        ]),
        'onset.run.outcome': outcome
      },
      events: [{ name: 'agent.started', time: run.startTime, attributes: { note: "it's on" } }]
    },
    chat(1),
    tool(2, 'read_file', [{ path: 'src/duration.js' }, 'export const parse = () => 0']),
    chat(3),
    tool(4, 'write_file', [
      {
        path: 'src/duration.js',
        content: `export const parse = (text) => Number(text) * ${factor}`
      },
      'written'
    ]),
    chat(5),
    tool(6, 'bash', [{ command: 'node --test' }, report]),
    tool(7, 'read_file', [{ path: 'README.md' }, 'A parser of durations.']),
    tool(8, 'bash', [{ command: 'node --test' }, report]),
    ...looks
  ]
}

// Turns of a conversation as runs of their own, sent to a real Onset over OTLP: each looks around, writes a file,
// tests it and says that it is done.

import { encodeTraceRequest, type SpanLiteral } from './otlp-request.ts'

const SECOND = 1_000_000_000n
const BEGIN = 1_790_000_000n * SECOND

export interface Turn {
  readonly traceId: string
  readonly session: string
  /** Turns begin a minute apart. */
  readonly at: number
  readonly outcome: 'ok' | 'error'
  readonly task: string
  /** Further files that are read between writing and testing. */
  readonly looks?: number
  /** Without its root the run goes on. */
  readonly isOpen?: boolean
}

export function toTurnSpans(turn: Turn): readonly SpanLiteral[] {
  const { traceId, session, outcome, looks = 0 } = turn
  const start = BEGIN + BigInt(turn.at) * 60n * SECOND
  const spanId = (at: number): string => `${traceId.slice(0, 12)}${String(at).padStart(4, '0')}`
  const passed = outcome === 'ok'
  const report = passed
    ? 'ok 1 - parses minutes\n# pass 1\n# fail 0'
    : 'not ok 1 - parses minutes\n  expected: 60\n  actual: 3600\n# pass 0\n# fail 1'
  const tool = (at: number, name: string, [args, result]: readonly [object, string]) => ({
    traceId,
    spanId: spanId(at),
    parentSpanId: spanId(0),
    name: `execute_tool ${name}`,
    startTime: start + BigInt(at) * SECOND,
    endTime: start + BigInt(at) * SECOND + SECOND / 2n,
    attributes: {
      'gen_ai.operation.name': 'execute_tool',
      'gen_ai.conversation.id': session,
      'gen_ai.tool.name': name,
      'gen_ai.tool.call.arguments': JSON.stringify(args),
      'gen_ai.tool.call.result': result,
      'gen_ai.usage.cost': 0.25
    }
  })
  const root: SpanLiteral = {
    traceId,
    spanId: spanId(0),
    name: 'invoke_agent talker',
    startTime: start,
    endTime: start + BigInt(looks + 10) * SECOND,
    attributes: {
      'gen_ai.operation.name': 'invoke_agent',
      'gen_ai.agent.name': 'talker',
      'gen_ai.conversation.id': session,
      'gen_ai.input.messages': JSON.stringify([
        { role: 'user', parts: [{ type: 'text', content: turn.task }] }
      ]),
      'onset.run.outcome': outcome
    }
  }
  const content = `export const parse = (text) => Number(text) * ${passed ? 60 : 3_600}`
  const seen = 'export const parse = () => 0'
  return [
    ...(turn.isOpen === true ? [] : [root]),
    tool(2, 'read_file', [{ path: 'src/duration.js' }, seen]),
    tool(3, 'write_file', [{ path: 'src/duration.js', content }, 'written']),
    ...Array.from({ length: looks }, (_, look) =>
      tool(4 + look, 'read_file', [{ path: `src/part${look}.js` }, `part ${look}`])
    ),
    tool(looks + 5, 'bash', [{ command: 'node --test' }, report])
  ]
}

export async function sendSpans(url: string, spans: readonly SpanLiteral[]): Promise<void> {
  const answer = await fetch(`${url}/v1/traces`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: new Uint8Array(encodeTraceRequest(spans, 'json'))
  })
  if (!answer.ok) throw new Error(`${answer.status} ${await answer.text()}`)
}

// A run that fails, sent to a real Onset over OTLP, and what a verifier says of it over REST.

import { encodeTraceRequest, type SpanLiteral } from './otlp-request.ts'
import { BUILT_START } from './builders.ts'

const SECOND = 1_000_000_000n

/** An agent that puts a wrong guess into a file, sees its test fail, and says that it is done. */
function failingSpans(traceId: string): readonly SpanLiteral[] {
  const spanId = (at: number): string => `${traceId.slice(0, 14)}${String(at).padStart(2, '0')}`
  const time = (at: number) => ({
    startTime: BUILT_START + BigInt(at) * SECOND,
    endTime: BUILT_START + BigInt(at) * SECOND + SECOND / 2n
  })
  const tool = (at: number, name: string, [args, result]: readonly [object, string]) => ({
    traceId,
    spanId: spanId(at),
    parentSpanId: spanId(0),
    name: `execute_tool ${name}`,
    ...time(at),
    attributes: {
      'gen_ai.operation.name': 'execute_tool',
      'gen_ai.tool.name': name,
      'gen_ai.tool.call.arguments': JSON.stringify(args),
      'gen_ai.tool.call.result': result
    }
  })
  const failure = 'not ok 1 - parses minutes\n  expected: 60\n  actual: 3600\n# pass 0\n# fail 1'
  return [
    {
      traceId,
      spanId: spanId(0),
      name: 'invoke_agent coder',
      startTime: BUILT_START,
      endTime: BUILT_START + 20n * SECOND,
      attributes: {
        'gen_ai.operation.name': 'invoke_agent',
        'gen_ai.agent.name': 'coder',
        'gen_ai.request.model': 'm-1',
        'onset.run.outcome': 'error'
      }
    },
    tool(1, 'read_file', [{ path: 'src/duration.js' }, 'export const parse = () => 0']),
    tool(2, 'write_file', [
      { path: 'src/duration.js', content: 'export const parse = (text) => Number(text) * 3600' },
      'written'
    ]),
    tool(3, 'bash', [{ command: 'node --test' }, failure]),
    tool(4, 'read_file', [{ path: 'README.md' }, 'A parser of durations.']),
    tool(5, 'bash', [{ command: 'node --test' }, failure])
  ]
}

export async function sendFailingRun(url: string, traceId: string): Promise<void> {
  const answer = await fetch(`${url}/v1/traces`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: new Uint8Array(encodeTraceRequest(failingSpans(traceId), 'json'))
  })
  if (!answer.ok) throw new Error(`${answer.status} ${await answer.text()}`)
}

export async function reportOutcome(
  url: string,
  runId: string,
  outcome: 'ok' | 'error'
): Promise<void> {
  const status = outcome === 'ok' ? 'passed' : 'failed'
  const answer = await fetch(`${url}/api/runs/${runId}/outcome`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ outcome, source: 'ci', checks: [{ name: 'parses minutes', status }] })
  })
  if (!answer.ok) throw new Error(`${answer.status} ${await answer.text()}`)
}

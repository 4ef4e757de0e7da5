// Memory across runs on a real Onset: the real path from spans to patterns and divergences, in one process.

import { randomBytes } from 'node:crypto'
import t from 'tap'
import { BUILT_START } from '../support/builders.ts'
import { reportOutcome, sendFailingRun } from '../support/failing-run.ts'
import { aDataDir, startOnset } from '../support/onset-process.ts'
import { encodeTraceRequest, type SpanLiteral } from '../support/otlp-request.ts'
import { waitFor } from '../support/wait-for.ts'

interface Pattern {
  readonly id: string
  readonly hits: number
  readonly weight: number
  readonly confirmed: number
  readonly refuted: number
  readonly helpfulness: number
}

interface Detail {
  readonly run: { readonly state: string; readonly outcome: string; readonly revision: number }
  readonly onsets: readonly {
    readonly stepIndex: number
    readonly evidence: readonly {
      readonly detector: string
      readonly stepIndex: number
      readonly quote: string
      readonly link?: { readonly runId: string; readonly stepIndex: number }
    }[]
  }[]
}

const env = { ONSET_COMPLETION_SETTLE_MS: '50', ONSET_COMPLETION_QUIET_MS: '500' }
const aRunId = (): string => randomBytes(16).toString('hex')

t.test('failures of a kind are one pattern, and corrections move it', async (t) => {
  const { url } = await startOnset(t, { dataDir: aDataDir(t), env })
  const runIds = [aRunId(), aRunId(), aRunId()]
  for (const runId of runIds) await sendFailingRun(url, runId)
  const [pattern] = await waitFor('one pattern with three hits', async () => {
    const found = await readPatterns(url)
    return found[0]?.hits === 3 ? found : undefined
  })
  t.match(pattern, { hits: 3, confirmed: 0, refuted: 0, helpfulness: 0.5 })

  const [runId = '', another = ''] = runIds
  await post(`${url}/api/runs/${runId}/localize`)
  // The weight of a hit falls with every millisecond that passes.
  const again = (await readPatterns(url)).map((found) => ({ ...found, weight: pattern?.weight }))
  t.same(again, [pattern], 'analysing again counts nothing twice')

  const onsetStepIndex = (await readRun(url, runId)).onsets[0]?.stepIndex
  await post(`${url}/api/runs/${runId}/feedback`, { onsetStepIndex, author: 'ada' })
  t.match(await readPatterns(url), [{ confirmed: 1, refuted: 0, helpfulness: 2 / 3 }])
  await post(`${url}/api/runs/${another}/feedback`, {
    onsetStepIndex: null,
    author: 'ada',
    comment: 'not the agent'
  })
  t.match(await readPatterns(url), [{ confirmed: 1, refuted: 1, helpfulness: 0.5 }])

  await reportOutcome(url, another, 'ok')
  await waitFor('a hit taken back', async () =>
    (await readPatterns(url))[0]?.hits === 2 ? true : undefined
  )
  t.match(
    await readPatterns(url),
    [{ hits: 2, refuted: 0 }],
    'a withdrawn onset takes its hit back'
  )
})

t.test('a failed run names where it left the way of a successful one', async (t) => {
  const dataDir = aDataDir(t)
  const first = await startOnset(t, { dataDir, env })
  const [success, failure] = [aRunId(), aRunId()]
  await send(first.url, spansOf(success, { content: 'return minutes * 60', outcome: 'ok' }))
  await waitFor('a complete success', async () => isComplete(await readRun(first.url, success)))
  await first.stop()

  // What was learned survives the process.
  const { url } = await startOnset(t, { dataDir, env })
  await send(url, spansOf(failure, { content: 'return minutes * 3600', outcome: 'error' }))
  const detail = await waitFor('a complete failure', async () => {
    const found = await readRun(url, failure)
    return isComplete(found) ? found : undefined
  })
  const found = detail.onsets[0]?.evidence.find((one) => one.detector === 'diverged_from_success')
  t.match(found, { stepIndex: 2, link: { runId: success, stepIndex: 2 } })
  t.ok(found !== undefined && found.quote.length > 0)

  await post(`${url}/api/runs/${failure}/localize`)
  const again = await readRun(url, failure)
  t.same(again.onsets, detail.onsets)
  t.equal(again.run.revision, detail.run.revision)
})

function isComplete({ run }: Detail): true | undefined {
  return run?.state === 'complete' && run.outcome !== 'unknown' ? true : undefined
}

function spansOf(
  traceId: string,
  { content, outcome }: { readonly content: string; readonly outcome: 'ok' | 'error' }
): readonly SpanLiteral[] {
  const spanId = (at: number): string => `${traceId.slice(0, 14)}${String(at).padStart(2, '0')}`
  const time = (at: number) => ({
    startTime: BUILT_START + BigInt(at) * 1_000_000_000n,
    endTime: BUILT_START + BigInt(at) * 1_000_000_000n + 500_000_000n
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
  const result =
    outcome === 'ok'
      ? 'ok 1 - parses minutes\n# pass 1\n# fail 0'
      : 'not ok 1 - parses minutes\n  expected: 60\n  actual: 3600\n# pass 0\n# fail 1'
  return [
    {
      traceId,
      spanId: spanId(0),
      name: 'invoke_agent coder',
      startTime: BUILT_START,
      endTime: BUILT_START + 20_000_000_000n,
      attributes: {
        'gen_ai.operation.name': 'invoke_agent',
        'gen_ai.agent.name': 'coder',
        'gen_ai.input.messages': JSON.stringify([
          { role: 'user', parts: [{ type: 'text', content: 'Write src/duration.js' }] }
        ]),
        'onset.run.outcome': outcome
      }
    },
    tool(1, 'read_file', [{ path: 'src/duration.js' }, 'export const parse = () => 0']),
    tool(2, 'write_file', [{ path: 'src/duration.js', content }, 'written']),
    tool(3, 'bash', [{ command: 'node --test' }, result])
  ]
}

async function send(url: string, spans: readonly SpanLiteral[]): Promise<void> {
  const answer = await fetch(`${url}/v1/traces`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: new Uint8Array(encodeTraceRequest(spans, 'json'))
  })
  if (!answer.ok) throw new Error(`${answer.status} ${await answer.text()}`)
}

async function readPatterns(url: string): Promise<readonly Pattern[]> {
  const answer = await fetch(`${url}/api/patterns`)
  const page = (await answer.json()) as { readonly items: readonly Pattern[] }
  if (!answer.ok) throw new Error(JSON.stringify(page))
  return page.items
}

async function readRun(url: string, runId: string): Promise<Detail> {
  return (await fetch(`${url}/api/runs/${runId}`).then((answer) => answer.json())) as Detail
}

async function post(url: string, body?: object): Promise<void> {
  const answer = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body ?? {})
  })
  if (!answer.ok) throw new Error(`${answer.status} ${await answer.text()}`)
}

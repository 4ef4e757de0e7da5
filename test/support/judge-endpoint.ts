// An endpoint that speaks OpenAI's chat completions on a real socket and answers what a test says, and
// a failed run with three suspects to ask it about.

import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { trace } from '@opentelemetry/api'
import type { Localization, RunTree } from '../../collector/model/index.ts'
import { JUDGE_DEFAULTS } from '../../processors/judge/index.ts'
import { createOpenAiClient } from '../../processors/judge/openai-client.ts'
import type { JudgeLimits, JudgeRunOptions } from '../../processors/judge/index.ts'
import { anOnset, aRunTree } from './builders.ts'

export interface AskedMessage {
  readonly role: string
  readonly content: string
  readonly tool_calls?: readonly unknown[]
}

/** A request as it came over the wire. */
export interface Asked {
  readonly model: string
  readonly messages: readonly AskedMessage[]
  readonly tools: readonly { readonly function: { readonly name: string } }[]
  readonly tool_choice: string
  readonly response_format?: { readonly type: string }
  readonly max_tokens?: number
  readonly max_completion_tokens?: number
}

export interface Reply {
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
  /** JSON unless it is a text. */
  readonly body?: unknown
  /** Instead of the above. */
  readonly raw?: (response: ServerResponse) => void
}

export interface Endpoint {
  readonly url: string
  readonly asked: Asked[]
  readonly headers: IncomingMessage['headers'][]
}

interface Teardown {
  teardown(gone: () => unknown): void
}

/** `answer` is told which request this is, from 1. */
export async function startEndpoint(
  t: Teardown,
  answer: (asked: Asked, nth: number) => Reply | Promise<Reply>
): Promise<Endpoint> {
  const asked: Asked[] = []
  const headers: IncomingMessage['headers'][] = []
  const server = createServer((request, response) => {
    response.on('error', () => {})
    void (async () => {
      const chunks: Buffer[] = []
      for await (const chunk of request) chunks.push(chunk as Buffer)
      const body = JSON.parse(Buffer.concat(chunks).toString()) as Asked
      asked.push(body)
      headers.push(request.headers)
      const reply = await answer(body, asked.length)
      if (reply.raw !== undefined) return reply.raw(response)
      const text = typeof reply.body === 'string' ? reply.body : JSON.stringify(reply.body ?? {})
      response.writeHead(reply.status ?? 200, {
        'content-type': 'application/json',
        ...reply.headers
      })
      response.end(text)
    })()
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => {
    server.closeAllConnections()
    server.close()
  })
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`, asked, headers }
}

export interface Said {
  readonly content?: string
  readonly toolCalls?: readonly { readonly name: string; readonly arguments: string }[]
  readonly usage?: unknown
}

export function completion({ content, toolCalls, usage }: Said): Reply {
  return {
    body: {
      id: 'c1',
      object: 'chat.completion',
      created: 1,
      model: 'stub-1',
      choices: [
        {
          index: 0,
          finish_reason: toolCalls === undefined ? 'stop' : 'tool_calls',
          message: {
            role: 'assistant',
            content: content ?? null,
            ...(toolCalls && {
              tool_calls: toolCalls.map((call, at) => ({
                id: `t${at}`,
                type: 'function',
                function: call
              }))
            })
          }
        }
      ],
      usage: usage === undefined ? { prompt_tokens: 2_000, completion_tokens: 100 } : usage
    }
  }
}

export interface SaidVerdict {
  readonly ranking: readonly unknown[]
  readonly category?: string
  /** Step and quote. */
  readonly claims: readonly (readonly [unknown, unknown])[]
}

export function verdict({ ranking, category = 'requirement_missed', claims }: SaidVerdict): Reply {
  const spoken = claims.map(([step, quote]) => ({ step, quote, claim: 'It shows.' }))
  return completion({ content: JSON.stringify({ claims: spoken, ranking, category }) })
}

/** Of each suspect of `aSuspectedRun`, a text that only it has. */
export const QUOTES: Readonly<Record<number, string>> = {
  2: 'we parse minutes as hours',
  4: 'const factor = 3600',
  6: 'all tests are green'
}

/** A verdict for one suspect, with a quote that is there. */
export function verdictFor(step: number): Reply {
  return verdict({ ranking: [step], claims: [[step, QUOTES[step]]] })
}

/** Seven steps; the localizer suspects 4, then 2, then 6, and is sure of none. */
export function aSuspectedRun(
  overrides: { readonly task?: string; readonly observation?: string } = {}
): {
  readonly tree: RunTree
  readonly localization: Localization
} {
  const change = { effect: 'change', stage: 'implementation' } as const
  const tree = aRunTree(
    [
      {
        tool: 'Read',
        action: 'read src/duration.ts',
        observation: overrides.observation ?? 'parse()'
      },
      {
        tool: 'Plan',
        action: 'plan',
        thought: 'Since the text is short, we parse minutes as hours.'
      },
      { tool: 'Read', action: 'read README.md', observation: 'A parser of durations.' },
      {
        tool: 'Write',
        action: 'write src/duration.ts',
        arguments: '{"path":"src/duration.ts","content":"const factor = 3600\\nsay(\\"done\\")"}',
        effects: {
          ...change,
          filesWritten: ['src/duration.ts'],
          writtenText: 'const factor = 3600\nsay("done")'
        }
      },
      {
        tool: 'bash',
        action: 'npm test',
        observation: 'expected 60\nactual 3600',
        outcome: 'error'
      },
      {
        tool: 'Write',
        action: 'write NOTES.md',
        thought: 'I note that all tests are green.',
        effects: change
      },
      { kind: 'llm', tool: undefined, action: 'Done.' }
    ],
    {
      outcome: 'error',
      outcomeSource: 'reported',
      task: overrides.task ?? 'Parse durations.',
      checks: [{ name: 'parses minutes', status: 'failed', message: 'expected 60, actual 3600' }]
    }
  )
  const suspect = (rank: number, stepIndex: number, confidence: number) =>
    anOnset({
      runId: tree.run.runId,
      rank,
      stepIndex,
      stepId: tree.steps[stepIndex - 1]!.stepId,
      spanId: tree.steps[stepIndex - 1]!.spanId,
      confidence,
      category: 'incorrect_hypothesis',
      caveats: [],
      provisional: false,
      symptomStepIndex: 5
    })
  const localization = {
    onsets: [suspect(1, 4, 0.5), suspect(2, 2, 0.3), suspect(3, 6, 0.2)],
    abstention: undefined,
    incorrectSteps: [4],
    unusefulSteps: []
  }
  return { tree, localization }
}

/** What judgeRun takes, asking the endpoint at `url`. */
export function asking(url: string, limits: Partial<JudgeLimits> = {}): JudgeRunOptions {
  const all = { ...JUDGE_DEFAULTS, requestTimeoutMs: 5_000, ...limits }
  const { requestTimeoutMs } = all
  return {
    ...aSuspectedRun(),
    client: createOpenAiClient({
      baseUrl: url,
      apiKey: 'a-key',
      model: 'judge-model',
      requestTimeoutMs,
      retryMinMs: 1
    }),
    limits: all,
    tracer: trace.getTracer('test'),
    signal: new AbortController().signal
  }
}

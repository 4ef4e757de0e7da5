// Agents written with the SDKs people use, each as a module and as CommonJS, streamed and not, in
// processes of their own against a stub of the host. The stub and the programs keep ledgers; the spans
// must say what these say, no more and no less.

import t from 'tap'
import type { LedgerEntry } from '../support/model-server.ts'
import type { RecordedSpan } from '../support/llm-recorder.ts'
import { RESULTS } from '../support/model-answers.ts'
import { startModelServer } from '../support/model-server.ts'
import { runLlmProgram } from '../support/run-llm-program.ts'
import { programText, SDK_PROGRAMS, type ModuleSystem } from '../support/sdk-programs.ts'

const MODEL = 'gpt-5'

function expectedCall({ answer, body, path }: LedgerEntry, turn: number): unknown {
  const isStream = body['stream'] === true || path.includes('stream')
  return {
    model: MODEL,
    responseModel: `${MODEL}-2026`,
    id: turn,
    tokens: [answer?.tokens.input, answer?.tokens.output, answer?.tokens.cached],
    text: answer?.text,
    calls: answer?.calls.map(({ name, arguments: given }) => ({ name, arguments: given })),
    isStream
  }
}

function toldCall({ attributes }: RecordedSpan): unknown {
  const [message] = JSON.parse(String(attributes['gen_ai.output.messages'])) as {
    readonly parts: readonly Record<string, unknown>[]
  }[]
  const parts = message?.parts ?? []
  return {
    model: attributes['gen_ai.request.model'],
    responseModel: attributes['gen_ai.response.model'],
    id: Number(/\d+$/.exec(String(attributes['gen_ai.response.id']))?.[0]),
    tokens: [
      attributes['gen_ai.usage.input_tokens'],
      attributes['gen_ai.usage.output_tokens'],
      attributes['gen_ai.usage.cache_read.input_tokens']
    ],
    text: parts
      .filter(({ type }) => type === 'text')
      .map(({ content }) => content)
      .join(''),
    calls: parts
      .filter(({ type }) => type === 'tool_call')
      .map((part) => ({ name: part['name'], arguments: part['arguments'] })),
    isStream: attributes['gen_ai.request.stream'] === true
  }
}

const byName = (a: { name: string }, b: { name: string }): number => (a.name < b.name ? -1 : 1)

for (const [name, program] of Object.entries(SDK_PROGRAMS)) {
  for (const system of ['esm', 'cjs'] as const satisfies readonly ModuleSystem[]) {
    for (const stream of ['0', '1']) {
      const title = `${name}, ${system}${stream === '1' ? ', streamed' : ''}`
      t.test(`${title}: spans say what the ledgers say`, async (t) => {
        const server = await startModelServer()
        t.teardown(() => server.close())
        const { spans, defects, lastLine } = await runLlmProgram(t.testdir(), {
          file: system === 'esm' ? 'agent.mjs' : 'agent.cjs',
          text: programText(program, system),
          env: { MODEL_URL: server.url, MODEL, STREAM: stream }
        })
        t.same(defects, [])
        const models = spans.filter(
          ({ attributes }) => attributes['gen_ai.request.model'] !== undefined
        )
        t.same(
          models.map(toldCall),
          server.ledger.map((entry, at) => expectedCall(entry, at + 1))
        )
        t.ok(
          models.every((span) => {
            const isStream = span.attributes['gen_ai.request.stream'] === true
            return (
              (span.attributes['gen_ai.response.time_to_first_chunk'] !== undefined) === isStream
            )
          }),
          'the time to the first chunk is told of streams'
        )
        const tools = spans.filter(
          ({ attributes }) => attributes['gen_ai.operation.name'] === 'execute_tool'
        )
        const ran = JSON.parse(lastLine) as { name: string; arguments: unknown }[]
        t.equal(ran.length, 2, 'the program ran its tools')
        t.same(
          tools
            .map(({ attributes, isError }) => ({
              name: String(attributes['gen_ai.tool.name']),
              arguments: JSON.parse(String(attributes['gen_ai.tool.call.arguments'])) as unknown,
              result: attributes['gen_ai.tool.call.result'],
              timing: attributes['onset.tool.timing'],
              isError
            }))
            .toSorted(byName),
          ran
            .map((call) => ({
              ...call,
              result: RESULTS[call.name],
              timing: 'derived',
              isError: false
            }))
            .toSorted(byName)
        )
        const [asked, answered] = models
        // The SDK's own span, where it has one, is a little wider than the call.
        const isOwn = /^(?:chat|generate_content) /.test(asked?.name ?? '')
        const from = asked?.[isOwn ? 'endedAt' : 'startedAt'] ?? Infinity
        const until = answered?.[isOwn ? 'startedAt' : 'endedAt'] ?? -Infinity
        t.ok(tools.every(({ startedAt, endedAt }) => startedAt >= from && endedAt <= until))
      })
    }
  }
}

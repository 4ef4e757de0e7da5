// Which dialect takes a span that several would recognize. Method: for every pair that occurs on one span, one
// with the signs of both; and for every dialect, that something is left for it.

import t from 'tap'
import type { AttributeValue } from '../../collector/model/index.ts'
import { DIALECTS } from '../../collector/normalizer/dialects/index.ts'
import { aScope, aSpan, someAttributes } from '../support/builders.ts'
import { toOneStep } from '../support/dialect-cases.ts'

interface Sign {
  readonly name?: string
  readonly scope?: string
  readonly attributes?: Readonly<Record<string, AttributeValue>>
}

/** The least by which each dialect recognizes a span. */
const SIGNS: Readonly<Record<string, Sign>> = {
  claude_code: { name: 'claude_code.tool' },
  gemini_cli: { scope: 'gemini-cli', attributes: { 'gen_ai.operation.name': 'tool_call' } },
  google_adk: { scope: 'gcp.vertex.agent' },
  pydantic_ai: { scope: 'pydantic-ai' },
  langfuse: { attributes: { 'langfuse.observation.type': 'span' } },
  ai_sdk: { attributes: { 'ai.operationId': 'ai.generateText' } },
  mastra: { attributes: { 'mastra.span.type': 'agent_run' } },
  laminar: { attributes: { 'lmnr.span.type': 'DEFAULT' } },
  traceloop: { attributes: { 'llm.request.type': 'chat' } },
  openinference: { attributes: { 'openinference.span.kind': 'LLM' } },
  gen_ai: { attributes: { 'gen_ai.operation.name': 'chat' } },
  generic: {}
}

function dialectOf(...signs: readonly Sign[]): string {
  const step = toOneStep({
    name: signs.find(({ name }) => name !== undefined)?.name ?? 'span',
    scope: aScope({ name: signs.find(({ scope }) => scope !== undefined)?.scope ?? '' }),
    attributes: someAttributes(Object.assign({}, ...signs.map(({ attributes }) => attributes)))
  })
  return step.dialect.replace(/@\d+$/, '')
}

t.test(
  'every dialect of the list has a sign, takes it, and alone of those before it',
  async (t) => {
    t.strictSame(
      DIALECTS.map(({ name }) => name),
      Object.keys(SIGNS)
    )
    for (const [name, sign] of Object.entries(SIGNS)) t.equal(dialectOf(sign), name)
  }
)

t.test('with the signs of two on one span, the one earlier in the list takes it', async (t) => {
  const names = Object.keys(SIGNS)
  for (const [at, first] of names.entries()) {
    for (const second of names.slice(at + 1)) {
      const [one, other] = [SIGNS[first] ?? {}, SIGNS[second] ?? {}]
      // A span has one scope.
      if (one.scope !== undefined && other.scope !== undefined) continue
      t.equal(dialectOf(one, other), first, `${first} before ${second}`)
    }
  }
})

t.test('the pairs that producers send', async (t) => {
  const added = { attributes: { 'openinference.span.kind': 'LLM', 'llm.model_name': 'm' } }
  const conventions = { attributes: { 'gen_ai.operation.name': 'chat' } }
  const pairs: readonly (readonly [string, string, readonly Sign[]])[] = [
    ['ai_sdk', 'OpenInference’s processor for the AI SDK', [SIGNS['ai_sdk'] ?? {}, added]],
    ['pydantic_ai', 'OpenInference’s processor for Pydantic AI', [{ scope: 'pydantic-ai' }, added]],
    ['traceloop', 'OpenInference’s processor for OpenLLMetry', [SIGNS['traceloop'] ?? {}, added]],
    [
      'openinference',
      'OpenInference’s instrumentation of Google ADK',
      [{ scope: 'openinference.instrumentation.google_adk' }, added, conventions]
    ],
    [
      'laminar',
      'Laminar’s fork of OpenLLMetry',
      [{ attributes: { 'lmnr.span.path': ['a'] } }, conventions, SIGNS['traceloop'] ?? {}]
    ],
    ['claude_code', 'tools of Claude Code', [{ name: 'claude_code.tool' }, conventions]],
    ['mastra', 'Mastra by the conventions', [SIGNS['mastra'] ?? {}, conventions]]
  ]
  for (const [name, what, signs] of pairs) t.equal(dialectOf(...signs), name, what)
})

t.test('recognizing reads no contents: a getter on each of them is not touched', async (t) => {
  const contents = ['gen_ai.tool.call.result', 'input.value', 'output.value', 'lmnr.span.input']
  const attributes = someAttributes({})
  for (const key of contents) {
    Object.defineProperty(attributes, key, { get: () => t.fail(key), enumerable: true })
  }
  const span = aSpan({ attributes })
  for (const dialect of DIALECTS) dialect.recognizes(span)
  t.pass('untouched')
})

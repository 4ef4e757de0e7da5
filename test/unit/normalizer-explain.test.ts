// What is said of the reading of a span. Method: a span with one name beside another for the same fact.

import t from 'tap'
import { explainSpans, normalizeSpans, sanitizeSpans } from '../../collector/normalizer/index.ts'
import { aSpan, someAttributes } from '../support/builders.ts'

function explain(attributes: Parameters<typeof someAttributes>[0], name = 'a span') {
  const [explained] = explainSpans([aSpan({ name, attributes: someAttributes(attributes) })])
  if (explained === undefined) throw new Error('a span has an explanation')
  return explained
}

const CALL = { 'gen_ai.operation.name': 'chat', 'gen_ai.response.model': 'gpt-5-mini' }

t.test('an attribute that would be read without a preferred one is known', (t) => {
  const explained = explain({ ...CALL, 'gen_ai.request.model': 'gpt-5', 'acme.region': 'eu' })
  t.strictSame(explained.used, ['gen_ai.operation.name', 'gen_ai.response.model'])
  t.strictSame(explained.fallbacks, ['gen_ai.request.model'])
  t.strictSame(explained.left, ['acme.region'])
  t.equal(explained.coverage, 3 / 4)
  t.end()
})

t.test('so is the third choice, and another place of the same conversation', (t) => {
  const explained = explain({
    ...CALL,
    'gen_ai.usage.cache_read.input_tokens': 3,
    'gen_ai.usage.cache_read_input_tokens': 3,
    'gen_ai.usage.details.cache_read_tokens': 3,
    'gen_ai.input.messages': '[{"role":"user","parts":[{"type":"text","content":"hello"}]}]',
    'gen_ai.prompt.0.role': 'user',
    'gen_ai.prompt.0.content': 'hello',
    'gen_ai.prompt.1.content': 'again'
  })
  t.strictSame(explained.fallbacks.toSorted(), [
    'gen_ai.prompt.*.content',
    'gen_ai.prompt.*.role',
    'gen_ai.usage.cache_read_input_tokens',
    'gen_ai.usage.details.cache_read_tokens'
  ])
  t.strictSame(explained.left, [])
  t.equal(explained.coverage, 1)
  t.end()
})

t.test('what only a step of another kind or dialect would read is left', (t) => {
  const ofATool = { 'gen_ai.tool.call.result': '42 failed', 'gen_ai.tool.call.arguments': '{}' }
  const explained = explain({ ...CALL, ...ofATool })
  t.strictSame(explained.fallbacks, [])
  t.strictSame(explained.left, Object.keys(ofATool), 'a model call has no result of a tool')
  const foreign = explain({
    'ai.operationId': 'ai.generateText',
    'langfuse.version': '1',
    'llm.model_name': 'm'
  })
  t.match(foreign, {
    dialect: /^ai_sdk@/,
    fallbacks: [],
    left: ['langfuse.version', 'llm.model_name']
  })
  t.end()
})

t.test('spans of the same names are explained apart where they are of different kinds', (t) => {
  const given = { 'gen_ai.tool.name': 'bash', 'mcp.tool.name': 'bash', 'gen_ai.request.model': 'm' }
  const spans = ['execute_tool', 'chat'].map((operation) =>
    aSpan({ attributes: someAttributes({ 'gen_ai.operation.name': operation, ...given }) })
  )
  const [tool, chat] = explainSpans(spans)
  t.strictSame(tool?.fallbacks, ['mcp.tool.name'])
  t.strictSame(chat?.left, ['gen_ai.tool.name', 'mcp.tool.name'])
  t.end()
})

t.test('a span of very many names, and of long texts, is explained', (t) => {
  const many = Object.fromEntries(
    Array.from({ length: 1_000 }, (_, at) => [`acme.${at}x.name`, 'x'.repeat(1_000)])
  )
  const explained = explain({ ...CALL, 'gen_ai.request.model': 'gpt-5', ...many })
  t.equal(explained.left.length, 256)
  t.strictSame(explained.fallbacks, ['gen_ai.request.model'])
  t.strictSame(explainSpans([]), [])
  t.end()
})

t.test('being explained gives the dialect that normalizing gives', (t) => {
  const spans = sanitizeSpans([
    aSpan({ attributes: someAttributes(CALL) }),
    aSpan({ attributes: someAttributes({ 'openinference.span.kind': 'TOOL' }) }),
    aSpan({ attributes: someAttributes({}) })
  ])
  const dialects = explainSpans(spans).map(({ dialect }) => dialect)
  t.strictSame(
    dialects,
    normalizeSpans(spans).steps.map(({ dialect }) => dialect)
  )
  t.equal(explain({}).coverage, 1)
  t.end()
})

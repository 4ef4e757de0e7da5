// Method: arbitrary spans, see test/support/arbitrary-spans.ts. Whatever comes, each span gives one step
// and every text of it is bounded. The long run of the same property is test/fuzz/normalizer.test.ts.

import assert from 'node:assert/strict'
import * as fc from 'fast-check'
import t from 'tap'
import type { AttributeValue } from '../../collector/model/index.ts'
import { STEP_TEXT_CHARS_MAX } from '../../collector/model/index.ts'
import { normalizeSpans, sanitizeSpans } from '../../collector/normalizer/index.ts'
import { arbitrarySpan, assertBounded } from '../support/arbitrary-spans.ts'
import { aSpan, someAttributes } from '../support/builders.ts'
import { toOneStep } from '../support/dialect-cases.ts'

t.test('any spans give one step each, bounded, in their order', async () => {
  fc.assert(
    fc.property(fc.array(arbitrarySpan, { maxLength: 4 }), (spans) => {
      const { steps, rejected, fallbacks } = normalizeSpans(sanitizeSpans(spans))
      assert.deepEqual(
        steps.map(({ spanId }) => spanId),
        spans.map(({ spanId }) => spanId)
      )
      assert.deepEqual(rejected, [])
      assert.deepEqual(fallbacks, [])
      for (const step of steps) assertBounded(step)
    }),
    { numRuns: 100 }
  )
})

t.test('normalizing is pure: the same span gives the same step and is not touched', async () => {
  fc.assert(
    fc.property(arbitrarySpan, (given) => {
      const before = structuredClone({ ...given })
      const first = normalizeSpans([given]).steps
      assert.deepEqual(normalizeSpans([given]).steps, first)
      assert.deepEqual(structuredClone({ ...given }), before)
    }),
    { numRuns: 50 }
  )
})

t.test('no spans give no steps', async (t) => {
  t.strictSame(normalizeSpans([]), { steps: [], rejected: [], fallbacks: [] })
})

t.test('an attribute nested beyond any sense costs its depth, not the batch', async (t) => {
  let deep: AttributeValue = 'x'
  for (let depth = 0; depth < 50_000; depth += 1)
    deep = depth % 2 === 0 ? [deep] : { content: deep }
  const deepText = '{"content":['.repeat(50_000)
  for (const key of ['gen_ai.input.messages', 'gen_ai.tool.call.result', 'input.value']) {
    for (const given of [deep, deepText]) {
      const step = toOneStep({
        attributes: someAttributes({ 'gen_ai.operation.name': 'chat', [key]: given })
      })
      t.equal(step.kind, 'llm')
      assertBounded(step)
    }
  }
})

t.test('a message of a hundred thousand parts does not exhaust the stack', async (t) => {
  const parts = Array.from({ length: 100_000 }, (_, at) => ({ type: 'text', text: `${at}` }))
  const step = toOneStep({
    attributes: someAttributes({
      'gen_ai.operation.name': 'chat',
      'gen_ai.output.messages': JSON.stringify([{ role: 'assistant', content: parts }])
    })
  })
  t.ok(step.truncated)
  t.ok(step.action.startsWith('0\n1\n'))
})

t.test('a text longer than the bound keeps head and tail and says so', async (t) => {
  const step = toOneStep({
    attributes: someAttributes({
      'gen_ai.operation.name': 'execute_tool',
      'gen_ai.tool.call.result': `head${'x'.repeat(STEP_TEXT_CHARS_MAX)}tail`
    })
  })
  t.ok(step.observation.startsWith('head'))
  t.ok(step.observation.endsWith('tail'))
  t.equal(step.observation.length <= STEP_TEXT_CHARS_MAX, true)
  t.equal(step.truncated, true)
})

t.test('no text makes normalizing slow: a mebibyte of each is done', async (t) => {
  // Anything worse than linear would not end within the test's time; each of these takes milliseconds.
  const MEBIBYTE = 2 ** 20
  const units = [
    '{',
    '[',
    '"',
    '\\',
    '{"a":',
    '{"content":[',
    '[{"role":"user","parts":[',
    '{"type":"text","text":"x"},',
    '"x",',
    ',',
    ':',
    '[truncated',
    '...',
    ' ',
    '\n',
    '*** Update File: a',
    '+++ b/',
    'cancel',
    '1'
  ]
  const keys = ['gen_ai.output.messages', 'gen_ai.tool.call.result', 'gen_ai.tool.call.arguments']
  for (const unit of units) {
    const text = unit.repeat(Math.ceil(MEBIBYTE / unit.length))
    const given = Object.fromEntries(keys.map((key) => [key, text]))
    for (const operation of ['chat', 'execute_tool']) {
      const step = toOneStep({
        attributes: someAttributes({ 'gen_ai.operation.name': operation, ...given }),
        statusCode: 'error',
        statusMessage: text
      })
      assertBounded(step)
    }
    t.pass(unit)
  }
})

t.test('a hundred thousand numbered attributes are one walk', async (t) => {
  const entries = Array.from({ length: 100_000 }, (_, at): [string, string] => [
    `llm.output_messages.${99_999 - at}.message.content`,
    `${99_999 - at}`
  ])
  const step = toOneStep({
    attributes: someAttributes({
      'openinference.span.kind': 'LLM',
      ...Object.fromEntries(entries)
    })
  })
  t.ok(step.action.startsWith('0\n1\n2\n'))
})

/** Attributes with one that throws when it is read: what a defect of a dialect looks like from outside. */
function broken(key: string) {
  return Object.defineProperty({ ...someAttributes({ 'gen_ai.operation.name': 'chat' }) }, key, {
    get: () => {
      throw new Error('defect')
    }
  })
}

t.test('a defect of a dialect costs the span its kind, not the batch around it', async (t) => {
  const whole = aSpan()
  const inDialect = aSpan({ attributes: broken('gen_ai.input.messages') })
  const everywhere = aSpan({ attributes: broken('session.id') })
  const { steps, rejected, fallbacks } = normalizeSpans([inDialect, everywhere, whole])
  t.strictSame(
    steps.map((step) => [step.spanId, step.dialect]),
    [
      [inDialect.spanId, 'generic@1'],
      [whole.spanId, 'gen_ai@1']
    ]
  )
  t.strictSame(
    fallbacks.map(({ spanId }) => spanId),
    [inDialect.spanId, everywhere.spanId]
  )
  t.strictSame(rejected, [
    { spanId: everywhere.spanId, reason: 'dialect generic failed: Error: defect' }
  ])
})

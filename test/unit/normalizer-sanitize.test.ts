// Method: what sanitizing does besides masking, and above all what it leaves alone.

import t from 'tap'
import { sanitizeSpans } from '../../collector/normalizer/index.ts'
import { aResource, aSpan, someAttributes } from '../support/builders.ts'
import { anEvent } from '../support/dialect-cases.ts'

t.test('spans that need nothing come back as the same objects, in the same list', async (t) => {
  const spans = [aSpan(), aSpan({ events: [anEvent('x', { a: [1, { b: 'c' }] })] })]
  t.equal(sanitizeSpans(spans), spans)
  t.strictSame(sanitizeSpans([]), [])
})

t.test(
  'a span that needs something is copied; its neighbours and its untouched parts are not',
  async (t) => {
    const resource = aResource()
    const untouched = aSpan({ resource })
    const events = [anEvent('fine', { a: 'b' })]
    const touched = aSpan({
      resource,
      events,
      attributes: someAttributes({ a: 'https://u:pw1@h', b: [1] })
    })
    const sanitized = sanitizeSpans([untouched, touched])
    t.equal(sanitized[0], untouched)
    t.not(sanitized[1], touched)
    t.equal(sanitized[1]?.events, events)
    t.equal(sanitized[1]?.resource, resource)
    t.equal(sanitized[1]?.attributes['b'], touched.attributes['b'])
    t.equal(touched.attributes['a'], 'https://u:pw1@h', 'the given span is not changed')
  }
)

t.test('a span without a name is given one', async (t) => {
  t.equal(sanitizeSpans([aSpan({ name: '' })])[0]?.name, 'unnamed_span')
})

t.test('a service without a name is given one, once for all its spans', async (t) => {
  for (const attributes of [someAttributes(), someAttributes({ 'service.name': '' })]) {
    const resource = aResource({ attributes })
    const [first, second] = sanitizeSpans([aSpan({ resource }), aSpan({ resource })])
    t.equal(first?.resource.attributes['service.name'], 'unknown_service')
    t.equal(first?.resource, second?.resource, 'resources stay shared')
  }
})

t.test('half a surrogate pair becomes a replacement character, in texts and in keys', async (t) => {
  const [span] = sanitizeSpans([
    aSpan({ name: 'a\ud83d', attributes: someAttributes({ 'k\udc00': ['x\ud800y', '😀'] }) })
  ])
  t.equal(span?.name, 'a\ufffd')
  t.same(span?.attributes, { 'k\ufffd': ['x\ufffdy', '😀'] })
})

t.test('what is nested beyond any sense is cut off, and secrets in it with it', async (t) => {
  let deep: unknown = 'https://u:pw1@h'
  for (let depth = 0; depth < 200; depth += 1) deep = { a: deep }
  const [span] = sanitizeSpans([
    aSpan({ attributes: someAttributes({ deep: deep as never, b: 'c' }) })
  ])
  const text = JSON.stringify(span?.attributes)
  t.notMatch(text, /pw1/)
  t.match(text, /nested deeper than 64 levels/)
  t.match(text, /"b":"c"/)
})

t.test('bytes and numbers are left alone', async (t) => {
  const attributes = someAttributes({
    a: new Uint8Array([1]),
    b: 7n,
    c: undefined,
    d: true,
    e: 1.5
  })
  const span = aSpan({ attributes })
  t.equal(sanitizeSpans([span])[0], span)
})

// Method: what the search for hints finds is held against all patterns, tried one after the other over the whole
// text. Texts are made of what patterns begin with and consist of, at every offset and across the bounds of a chunk.

import assert from 'node:assert/strict'
import * as fc from 'fast-check'
import t from 'tap'
import { sanitizeSpans } from '../../collector/normalizer/index.ts'
import { TEXT_SEPARATOR } from '../../collector/normalizer/sanitizers/secret-clues.ts'
import { findSecretHints } from '../../collector/normalizer/sanitizers/secret-hints.ts'
import { SECRET_KINDS } from '../../collector/normalizer/sanitizers/secret-kinds.ts'
import { isSecretKey, SECRET_KEY_ENDS } from '../../collector/normalizer/sanitizers/secret-names.ts'
import { aSpan, someAttributes } from '../support/builders.ts'

const BODY = 'aB3dE6gH9jK2mN5pQ8sT1vW4yZ7bC0fRaB3dE6gH9jK2mN5pQ8sT1vW4yZ7bC0fR'

/** By searching for each pattern on its own. */
function kindsIn(text: string): readonly string[] {
  return SECRET_KINDS.filter(({ pattern }) => text.search(pattern) !== -1).map(({ kind }) => kind)
}

function hintedIn(text: string): readonly string[] {
  return findSecretHints(text)?.kinds.map(({ kind }) => kind) ?? []
}

const BEGINS = SECRET_KINDS.flatMap(({ begins }) => begins)

/** What stands between a name and its secret, and what may stand there and does not belong. */
const JOINTS = [':', '=', '=>', '": "', '\\": \\"', ' = ', '\u00a0:\u2003', "'=", '', '-', '@', '/']

/** Behind what a secret begins, and behind what it does not. */
const BEFORE = [
  '',
  ' ',
  '\n',
  '\\n',
  '\\u0022',
  'a',
  'Z',
  '7',
  '-',
  '_',
  '"',
  'é',
  '✓',
  '\ud800',
  '\\'
]

const secretLike = fc
  .tuple(
    fc.constantFrom(...BEFORE),
    fc.constantFrom(...BEGINS, ...SECRET_KEY_ENDS, 'eyJ', 'Basic ', 'PRIVATE KEY'),
    fc.constantFrom(...JOINTS),
    fc.integer({ min: 0, max: BODY.length }),
    fc.constantFrom('', '@', `.eyJ${BODY}`, TEXT_SEPARATOR, ':x@', '#1'),
    fc.boolean()
  )
  .map(([before, begin, joint, length, after, isUpper]) => {
    const text = before + begin + joint + BODY.slice(0, length) + after
    return isUpper ? text.toUpperCase() : text
  })

const anyText = fc
  .array(fc.oneof(secretLike, fc.string(), fc.string({ unit: 'binary' })), { maxLength: 6 })
  .map((pieces) => pieces.join(''))

t.test('the kinds found are those whose pattern matches, no more and no less', async () => {
  fc.assert(
    fc.property(anyText, (text) => {
      assert.deepEqual(hintedIn(text), kindsIn(text))
    }),
    { numRuns: 20_000 }
  )
})

t.test('no secret is missed at the bound of a chunk, at odd and even places', async () => {
  const secrets = BEGINS.flatMap((begin) =>
    ['', '='].map((joint) => ` ${begin}${joint}${BODY}@ .eyJ${BODY}`)
  ).filter((secret) => kindsIn(secret).length > 0)
  const filler = '✓'.padStart(66_000, 'o ')
  for (const secret of secrets) {
    const wanted = kindsIn(secret)
    for (let place = 65_480; place < 65_545; place += 1) {
      const text = filler.slice(0, place) + secret
      assert.deepEqual(hintedIn(text), wanted, `${secret} at ${place}`)
    }
  }
})

t.test('every kind has a beginning, of three characters or more', async (t) => {
  for (const { kind, begins, pattern } of SECRET_KINDS) {
    t.ok(begins.length > 0 && begins.every((begin) => begin.length >= 3), kind)
    if (pattern.ignoreCase)
      t.strictSame(
        begins,
        begins.map((begin) => begin.toLowerCase()),
        kind
      )
  }
})

t.test('a text that ends as a secret key does is noticed before the separator', async () => {
  const key = fc
    .tuple(fc.string(), fc.constantFrom(...SECRET_KEY_ENDS, 'page_token', 'key', 'x'), fc.boolean())
    .map(([before, end, isUpper]) => before + (isUpper ? end.toUpperCase() : end))
  fc.assert(
    fc.property(key, fc.string(), (name, value) => {
      if (!isSecretKey(name)) return
      assert.equal(findSecretHints(name + TEXT_SEPARATOR + value)?.hasSecretKey, true)
    }),
    { numRuns: 5_000 }
  )
})

t.test('a private key is noticed wherever its words stand', async (t) => {
  for (const before of ['', 'x', '✓ ', '-----BEGIN RSA '])
    t.equal(findSecretHints(`${before}PRIVATE KEY-----`)?.hasPrivateKey, true, before)
})

t.test('what an earlier text held is not found in a later one', async (t) => {
  t.not(findSecretHints(`x sk-ant-${BODY}`), undefined)
  for (const text of ['', 'x', 'x ', 'x s', 'x sk-ant', `x sk-ant-${BODY.slice(0, 4)}`])
    t.equal(findSecretHints(text), undefined, text)
})

t.test('a key is searched whatever stands under it', async (t) => {
  for (const value of [1, true, [], ['x'], someAttributes({ b: 1 })]) {
    const span = aSpan({ attributes: someAttributes({ [`sk-ant-${BODY}`]: value }) })
    const keys = Object.keys(sanitizeSpans([span])[0]?.attributes ?? {})
    t.strictSame(keys, ['[masked:anthropic_key]'], typeof value)
  }
})

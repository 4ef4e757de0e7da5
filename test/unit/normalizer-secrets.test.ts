// Method: secrets of each shape are planted where spans carry text; none may survive, ordinary text must.

import assert from 'node:assert/strict'
import * as fc from 'fast-check'
import t from 'tap'
import type { DecodedSpan } from '../../collector/model/index.ts'
import { sanitizeSpans } from '../../collector/normalizer/index.ts'
import { aResource, aScope, aSpan, someAttributes } from '../support/builders.ts'
import { anEvent } from '../support/dialect-cases.ts'
import { BASE64, HEX, LETTERS, LOOK_ALIKES, PEM, plant, PLANTED } from '../support/secret-cases.ts'

/** A span that carries `text` in one place. */
const PLACES: Readonly<Record<string, (text: string) => Partial<DecodedSpan>>> = {
  'an attribute': (text) => ({ attributes: someAttributes({ a: text }) }),
  'an attribute, inside JSON': (text) => ({
    attributes: someAttributes({ a: JSON.stringify({ output: `\n${text}\n` }) })
  }),
  'an attribute, inside JSON inside JSON': (text) => ({
    attributes: someAttributes({ a: JSON.stringify([JSON.stringify({ b: `x\t${text}` })]) })
  }),
  'a list in a list': (text) => ({ attributes: someAttributes({ a: [1, ['x', text]] }) }),
  'a structure of some depth': (text) => ({
    attributes: someAttributes({ a: [{ b: { c: [{ d: text }] } }] })
  }),
  'a key of a structure': (text) => ({ attributes: someAttributes({ a: { [text]: 1 } }) }),
  'an event': (text) => ({ events: [anEvent('exception', { 'exception.message': text })] }),
  'a link': (text) => ({
    links: [
      {
        traceId: '',
        spanId: '',
        traceState: '',
        attributes: someAttributes({ a: text }),
        droppedAttributesCount: 0,
        flags: 0
      }
    ]
  }),
  'the status message': (text) => ({ statusCode: 'error', statusMessage: text }),
  'the name': (text) => ({ name: text }),
  'the resource': (text) => ({
    resource: aResource({ attributes: someAttributes({ 'service.name': 's', a: text }) })
  }),
  'the scope': (text) => ({ scope: aScope({ attributes: someAttributes({ a: text }) }) }),
  'the trace state': (text) => ({ traceState: text }),
  'the name of the scope': (text) => ({ scope: aScope({ name: text }) }),
  'the version of the scope': (text) => ({ scope: aScope({ version: text }) }),
  'the schema of the scope': (text) => ({ scope: aScope({ schemaUrl: text }) }),
  'the schema of the resource': (text) => ({ resource: aResource({ schemaUrl: text }) }),
  'bytes that are text': (text) => ({ attributes: someAttributes({ a: Buffer.from(text) }) }),
  'a key of a number': (text) => ({ attributes: someAttributes({ [text]: 5 }) }),
  'a key of a number of an event': (text) => ({ events: [anEvent('e', { [text]: 5 })] })
}

function sanitizeOne(span: Partial<DecodedSpan>): DecodedSpan {
  const [sanitized] = sanitizeSpans([aSpan(span)])
  if (sanitized === undefined) throw new Error('no span came back')
  return sanitized
}

/** All texts of a span, JSON escapes undone, as one. */
function allTexts(span: DecodedSpan): string {
  return JSON.stringify(span, (_, value: unknown) =>
    typeof value === 'bigint' ? Number(value) : value
  ).replaceAll(/\\+/g, '\\')
}

t.test('a planted secret survives nowhere', async (t) => {
  for (const [place, carry] of Object.entries(PLACES)) {
    t.test(place, async (t) => {
      for (const [kind, secret, around] of PLANTED) {
        const texts = allTexts(sanitizeOne(carry(plant(secret, around))))
        const core = secret.split(/\\n|\n/)[1] ?? secret
        t.notOk(texts.includes(core), `${kind} in ${around}`)
        t.ok(
          texts.includes(`[masked:${kind}]`),
          `${kind} is marked as such, not ${/\[masked:\w+\]/.exec(texts)?.[0]}`
        )
      }
    })
  }
})

/** The attribute's text after sanitizing. */
function maskUnder(key: string, text: string) {
  return sanitizeOne({ attributes: someAttributes({ [key]: text }) }).attributes[key]
}

t.test('what is around a secret stays', async (t) => {
  t.equal(
    maskUnder('a', `curl -H "Authorization: Bearer ${LETTERS}" https://example.com # ok`),
    'curl -H "Authorization: Bearer [masked:bearer_token]" https://example.com # ok'
  )
  t.equal(
    maskUnder('a', 'postgres://cart:hunter2@db/cart'),
    'postgres://cart:[masked:url_password]@db/cart'
  )
  t.equal(maskUnder('a', `x=${PEM('EC PRIVATE KEY')};y`), 'x=[masked:private_key];y')
  t.equal(
    maskUnder('a', `a ${PEM('RSA PRIVATE KEY').slice(0, 200)}`),
    'a [masked:private_key]',
    'a key that was cut off has no end'
  )
})

t.test('the text under a key that names a secret is one, whatever its shape', async (t) => {
  for (const key of [
    'password',
    'http.request.header.authorization',
    'http.request.header.cookie',
    'x-api-key',
    'clientSecret',
    'accessToken',
    'db.password'
  ]) {
    t.equal(maskUnder(key, 'correct horse'), '[masked:secret]', key)
  }
  for (const key of ['nextPageToken', 'gen_ai.usage.input_tokens', 'monkey', 'token_count']) {
    t.equal(maskUnder(key, 'correct horse'), 'correct horse', key)
  }
  for (const text of ['$PASSWORD', '<password>', '***', 'none', '']) {
    t.equal(maskUnder('password', text), text, text)
  }
  const nested = sanitizeOne({
    attributes: someAttributes({
      'gen_ai.tool.call.arguments': { user: 'ada', password: 'correct horse' }
    })
  })
  t.same(nested.attributes['gen_ai.tool.call.arguments'], {
    user: 'ada',
    password: '[masked:secret]'
  })
})

t.test('ordinary text is left as it is', async (t) => {
  const ordinary = [
    'commit 9fceb02d0ae598e95dc970b74767f19372d61af8',
    '550e8400-e29b-41d4-a716-446655440000',
    `sha256:${HEX}`,
    `integrity="sha512-${LETTERS}${LETTERS}=="`,
    `data:image/png;base64,${BASE64.repeat(20)}`,
    'risk-assessment-of-the-2nd-quarter, task-1234567890-abcdefghij, disk-image-0123456789abcdef',
    '<div class="sk-cube-grid sk-folding-cube sk-fading-circle-container">',
    'const token = tokens[index]; if (token.type === "string") next(token)',
    'def login(user, password=None): return check(user, password=password)',
    'api_key = os.environ["API_KEY"]',
    'password: string; secret: Secret; apiKey: process.env.API_KEY',
    '"max_tokens": 4096, "token_count": 17, "total_tokens":20123456789012345',
    'export TOKEN=$(cat token.txt)',
    'https://user:${PASSWORD}@example.com and https://user@example.com:8080/a@b',
    'git@github.com:onset/onset.git',
    'Authorization: required for every endpoint',
    'Bearer authentication is described in RFC 6750',
    'grep "BEGIN PRIVATE KEY" -r . && echo "-----BEGIN PRIVATE KEY-----"',
    "if (pem.includes('-----BEGIN PRIVATE KEY-----') && pem.includes('-----END PRIVATE KEY-----')) {}",
    `-----BEGIN CERTIFICATE-----\n${BASE64}\n-----END CERTIFICATE-----`,
    `-----BEGIN PUBLIC KEY-----\n${BASE64}\n-----END PUBLIC KEY-----`,
    'meta-llama-3-8B.tiktoken:PT09PT09PT09PT09PT09PQ==',
    'AKIA is how access keys begin, ghp_ tokens and sk- keys too; eyJ is {"',
    'page?next=2&token=abc and ?sort=key',
    '😀 password 😀',
    ...LOOK_ALIKES
  ]
  for (const text of ordinary) {
    for (const given of [text, JSON.stringify([{ content: text }])]) {
      const span = aSpan({ attributes: someAttributes({ a: given }) })
      t.equal(sanitizeSpans([span])[0], span, given)
    }
  }
})

t.test('masking twice is masking once', async () => {
  const piece = fc.oneof(
    fc.constantFrom(...PLANTED.map(([, secret, around]) => plant(secret, around))),
    fc.constantFrom(...PLANTED.map(([, secret]) => secret)),
    fc.constantFrom(...PLANTED.map(([, , around]) => around)),
    fc.constantFrom(
      ' ',
      '"',
      '\\',
      '\\n',
      '\n',
      ':',
      '=',
      '@',
      '://',
      '-',
      '_',
      '.',
      'password',
      'token'
    ),
    fc.string()
  )
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
      const spans = [aSpan({ attributes: someAttributes({ a: pieces.join('') }) })]
      const once = sanitizeSpans(spans)
      assert.equal(sanitizeSpans(once), once)
    }),
    { numRuns: 2_000 }
  )
})

t.test('no text makes masking slow: a mebibyte of each is done', async (t) => {
  // A pattern that backtracks would not end within the test's time; each of these takes milliseconds.
  const MEBIBYTE = 2 ** 20
  const hostile = [
    'eyJ',
    'eyJaaaaaaaa.',
    'eyJaaaaaaaa.eyJ',
    'sk-',
    'sk-aaaaaaaaaaaaaaaaaaaa ',
    '-sk-',
    'ghp_',
    'glpat-',
    'onset_',
    'xoxb-',
    'AKIA',
    'Bearer ',
    'Bearer\t',
    '://',
    '://a:',
    '://a:b',
    '@://:',
    'password=',
    'password\\\\\\\\\\\\\\\\',
    'password    ',
    'password":"',
    'token: ',
    'secretsecret',
    '?password=',
    '&sig=',
    '-----BEGIN PRIVATE KEY-----',
    '-----BEGIN PRIVATE KEY-----\\nAAAAAAAAAAAAAAAA',
    '-----BEGIN RSA RSA RSA ',
    '-----END',
    '[masked:',
    ':',
    '=',
    '-',
    '_',
    '"',
    '\\',
    ' ',
    'a',
    'SG.aaaaaaaaaaaaaaaaaaaa.',
    'hooks.slack.com/services/',
    'curl ',
    'curl -u a:',
    'curl -u ',
    '-u ',
    'mysql ',
    'mysql -p',
    'mariadb -p ',
    'sshpass -p ',
    'docker login ',
    '-pass pass:',
    'authorization: ',
    'Authorization: Basic ',
    'authorization: aaaaaaaa ',
    '"auth":"',
    '_auth=',
    'cookie: ',
    'cookie: a=',
    'cookie: a=b;',
    '--cookie ',
    '--password ',
    '--token ',
    '--',
    '<password>',
    '<password>aaaa',
    '_PASS=',
    'PASSWORD=secret(',
    'TOKEN=',
    'secret=a',
    'token%3D',
    '\u001b[33m',
    'token\u001b[0m',
    '\\u001b[',
    ':AA',
    '1:AA',
    'LS0tLS1CRUdJTi',
    'LS0tLS1CRUdJTi\n',
    `LS0tLS1CRUdJTi${'A'.repeat(40)}\n`,
    'hvs.',
    'AGE-SECRET-KEY-1',
    'discord.com/api/webhooks/1/'
  ]
  for (const unit of hostile) {
    const text = unit.repeat(Math.ceil(MEBIBYTE / unit.length))
    const [span] = sanitizeSpans([aSpan({ attributes: someAttributes({ a: `${text}@` }) })])
    t.ok(span !== undefined, unit)
  }
})

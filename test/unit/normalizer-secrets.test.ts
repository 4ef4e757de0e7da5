// Method: secrets of each shape are planted where spans carry text; none may survive, ordinary text must.
// Every secret here was made up, and is put together from pieces so that no scanner takes it for a real one.

import assert from 'node:assert/strict'
import * as fc from 'fast-check'
import t from 'tap'
import type { DecodedSpan } from '../../collector/model/index.ts'
import { sanitizeSpans } from '../../collector/normalizer/index.ts'
import { aResource, aScope, aSpan, someAttributes } from '../support/builders.ts'
import { anEvent } from '../support/dialect-cases.ts'

const LETTERS = 'aB3dE6gH9jK2mN5pQ8sT1vW4yZ7bC0fR'
const HEX = '0123456789abcdef'.repeat(4)
const BASE64 = `MIIEow${LETTERS.repeat(2)}`
const PEM = (name: string, end = '\n') =>
  `-----BEGIN ${name}-----${end}${`${BASE64}${end}`.repeat(4)}-----END ${name}-----`

/** Kind of the marker, a secret, and text around it: `§` is where the secret stands. */
const PLANTED: readonly (readonly [kind: string, secret: string, around: string])[] = [
  ['anthropic_key', `sk-ant-api03-${LETTERS}`, 'export ANTHROPIC_API_KEY=§'],
  ['api_key', `sk-proj-${LETTERS}_${LETTERS}`, 'client = OpenAI("§")'],
  ['api_key', `sk-${LETTERS}`, '§'],
  ['api_key', `sk-or-v1-${HEX}`, 'key: §.'],
  ['github_token', `ghp_${LETTERS}abcd`, 'git clone https://§@github.com/a/b'],
  ['github_token', `github_pat_${LETTERS}`, 'gh auth login --with-token §'],
  ['onset_key', `onset_${'aB3-_'.repeat(9)}aB3-`, 'OTEL_HEADERS=authorization=Bearer §'],
  ['gitlab_token', `glpat-${LETTERS}`, 'PRIVATE-TOKEN: §'],
  ['slack_token', `xoxb-123456789012-${LETTERS}`, 'slack(§)'],
  ['slack_webhook', `T00000000/B00000000/${LETTERS}`, 'https://hooks.slack.com/services/§'],
  ['stripe_key', `sk_live_${LETTERS}`, 'stripe.api_key = "§"'],
  ['aws_access_key', `AKIA${LETTERS.toUpperCase().slice(0, 16)}`, 'aws_access_key_id = §'],
  ['google_key', `AIza${LETTERS}abc`, 'https://maps.example.com/?q=1&k=§'],
  ['google_key', `ya29.${LETTERS}`, 'token §'],
  ['service_token', `hf_${'abcdefghij'.repeat(4)}`, 'login("§")'],
  ['service_token', `npm_${LETTERS}abcd`, '//packages.example/:_authToken=§'],
  ['jwt', `eyJ${LETTERS}.eyJ${LETTERS}.${LETTERS}`, 'cookie session=§;'],
  ['bearer_token', LETTERS, 'curl -H "Authorization: Bearer §" https://example.com'],
  ['url_password', 'hunter2', 'postgres://cart:§@db.example.com:5432/cart'],
  ['url_parameter', 's3cr3tvalue', 'GET https://example.com/login?user=a&password=§&x=1'],
  ['url_parameter', HEX, 'https://b.s3.amazonaws.com/k?X-Amz-Signature=§'],
  ['password', 'hunter2!', 'password: "§"'],
  ['password', 'Tr0ub4dor', 'Server=db;Uid=sa;Pwd=§;'],
  ['secret', `${LETTERS}+/abcd=`, 'AWS_SECRET_ACCESS_KEY=§'],
  ['secret', LETTERS, '{"api_key": "§"}'],
  ['secret', LETTERS, 'X-Api-Key: §'],
  ['secret', LETTERS, 'const clientSecret = "§"'],
  ['secret', `dXNlcjpwYXNz${LETTERS}`, 'Authorization: Basic §'],
  ['private_key', PEM('RSA PRIVATE KEY'), 'cat id_rsa\n§\n$'],
  ['private_key', PEM('PRIVATE KEY', '\\n'), '{"private_key":"§"}'],
  ['private_key', PEM('OPENSSH PRIVATE KEY'), '§']
]

const plant = (secret: string, around: string) => around.replace('§', () => secret)

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
  'the scope': (text) => ({ scope: aScope({ attributes: someAttributes({ a: text }) }) })
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
    '😀 password 😀'
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
    'hooks.slack.com/services/'
  ]
  for (const unit of hostile) {
    const text = unit.repeat(Math.ceil(MEBIBYTE / unit.length))
    const [span] = sanitizeSpans([aSpan({ attributes: someAttributes({ a: `${text}@` }) })])
    t.ok(span !== undefined, unit)
  }
})

// What counts as a secret and what does not: an agent's work is full of words like key and token.

import t from 'tap'
import { createRedaction } from '../../instrumentation/telemetry/index.ts'

const { redact, redactEnvironment } = createRedaction({
  env: { STRIPE_SECRET: 'whatever-this-is', PUBLIC_KEY: 'not-a-secret-key', SHORT_KEY: 'abc' },
  patterns: ['ticket-\\d+'],
  allowedVariables: ['PATH']
})

t.test('what agents write about is left as it is', async (t) => {
  for (const text of [
    'const token = tokenizer.next()',
    'primary_key = "user_id"',
    'max_tokens: 4096',
    'password = os.environ["PASSWORD"]',
    'let secret = process.env.SECRET',
    'token: string',
    'the monkey= bananas',
    'for (const key of keys) { cache[key] = value }',
    'https://example.com/path?page=2',
    'mailto someone@example.com',
    'not-a-secret-key',
    'abc'
  ]) {
    t.equal(redact(text), text)
  }
})

t.test('names, shapes, values and own patterns are masked', async (t) => {
  t.equal(redact('it is whatever-this-is.'), 'it is [REDACTED].')
  t.equal(redact('see ticket-42'), 'see [REDACTED]')
  t.equal(redact('{"apiKey": "abc123"}'), '{"apiKey": "[REDACTED]"}')
  t.equal(
    redact('{"a":"{\\"password\\":\\"x1y2\\"}"}'),
    '{"a":"{\\"password\\":\\"[REDACTED]\\"}"}'
  )
  t.equal(redact('PGPASSWORD=hunter22 psql'), 'PGPASSWORD=[REDACTED] psql')
  t.equal(redact('postgres://me:pw@db/x'), 'postgres://me:[REDACTED]@db/x')
  t.equal(redact('Authorization: Basic dXNlcjpwYXNz'), 'Authorization: Basic [REDACTED]')
})

t.test('of an environment only allowed values are shown', async (t) => {
  t.same(
    { ...redactEnvironment({ PATH: '/bin', HOME: '/root', NONE: undefined }) },
    { PATH: '/bin', HOME: '[REDACTED]' }
  )
})

t.test('masking is linear: hostile texts of a megabyte are quick', async (t) => {
  const hostile = [
    'a'.repeat(1e6),
    'token'.repeat(2e5),
    '-'.repeat(1e6),
    'https://'.repeat(1e5),
    'a_'.repeat(5e5),
    '\\'.repeat(1e6),
    '"password":"'.repeat(8e4),
    'eyJ'.repeat(3e5),
    'secret '.repeat(1e5),
    ' '.repeat(1e6)
  ]
  for (const text of hostile) {
    const began = process.cpuUsage()
    redact(text)
    const { user } = process.cpuUsage(began)
    // A quadratic pattern needs minutes here.
    t.ok(user < 5_000_000, `${user} µs for ${text.slice(0, 12)}…`)
  }
})

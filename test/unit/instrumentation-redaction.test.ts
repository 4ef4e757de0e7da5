// What counts as a secret and what does not: an agent's work is full of words like key and token.

import t from 'tap'
import { createRedaction } from '../../instrumentation/telemetry/index.ts'
import { plant, PLANTED } from '../support/secret-cases.ts'

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
    'PWD=/home/agent1/project2',
    'docker run -u 1000:1000 -p 3306:3306 mysql:8 && mkdir -p mysql',
    'git push -u origin main:main',
    '"auth": "required"',
    'argparse.add_argument("--password", "-p", help="The password")',
    'Cookie: theme',
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

t.test('every kind that the collector masks is masked before it leaves the process', async (t) => {
  for (const [kind, secret, around] of PLANTED) {
    const core = secret.split(/\\n|\n/)[1] ?? secret
    const text = plant(secret, around)
    for (const given of [text, JSON.stringify([{ content: text }])]) {
      t.notOk(redact(given).includes(core), `${kind} in ${around}`)
    }
  }
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
    ' '.repeat(1e6),
    'curl '.repeat(2e5),
    'curl -u a:'.repeat(1e5),
    'mysql -p '.repeat(1e5),
    'sshpass -p '.repeat(1e5),
    'cookie: a=b;'.repeat(8e4),
    '<password>'.repeat(1e5),
    '"password":1'.repeat(8e4),
    'token\u001b[0m'.repeat(1e5),
    'token%3D'.repeat(1e5),
    'LS0tLS1CRUdJTi'.repeat(7e4),
    '"auth":"aaaa'.repeat(8e4),
    '1:AA'.repeat(2e5)
  ]
  for (const text of hostile) {
    const began = process.cpuUsage()
    redact(text)
    const { user } = process.cpuUsage(began)
    // A quadratic pattern needs minutes here.
    t.ok(user < 5_000_000, `${user} µs for ${text.slice(0, 12)}…`)
  }
})

// Secrets are planted in every place an agent has them: environment, arguments, URLs, headers, messages,
// tool arguments and results, errors. Then every byte that left the process, and every byte of the spool
// as a killed process leaves it, is searched for them.

import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { startDestination } from '../support/otlp-destination.ts'
import { agentFolder, runAgentProgram } from '../support/registered-agent.ts'
import { waitFor } from '../support/wait-for.ts'

/** Made from parts, so that no scanner takes this file for a leak. */
const join2 = (...parts: string[]): string => parts.join('')

const SECRETS = {
  openai: join2('sk-', 'proj-Ab3dEf6hIj9lMn2pQr5tUv8x'),
  anthropic: join2('sk-', 'ant-api03-Zz9yXx8wVv7uTt6sRr5q'),
  github: join2('ghp', '_0123456789abcdefABCDEF0123456789abcd'),
  aws: join2('AKIA', 'QWERTYUIOPASDFGH'),
  slack: join2('xoxb', '-123456789012-abcdefghijkl'),
  google: join2('AIza', 'SyA1234567890abcdefghijklmnopqrstuv'),
  jwt: join2('eyJ', 'hbGciOiJIUzI1NiJ9', '.eyJzdWIiOiIxMjM0NTY3ODkwIn0', '.c2lnbmF0dXJlLXZhbHVl'),
  password: 'correct-horse-battery-9',
  plain: 'Tr0ub4dor-and-3-more',
  own: 'ACME-99887766',
  basic: 'c2t5LWJsdWU6d2F0ZXJmYWxs',
  cookie: '0123456789abcdef0123456789abcdef',
  short: 'Zebra77Crossing',
  named: 'only-its-name-says-so',
  number: '7788990011',
  private: 'MIIEvQIBADANBgkqhkiG9w0BAQEFAASC'
}

const PLANTED = `
import { trace, SpanStatusCode } from '@opentelemetry/api'
import { withRun, withTool } from '@onset/instrumentation'
const s = ${JSON.stringify(SECRETS)}
const tracer = trace.getTracer('test')
trace.getTracer('scope ' + s.github, s.openai).startSpan('of a scope').end()
const span = tracer.startSpan('key ' + s.github, { attributes: {
  'http.request.header.authorization': 'Bearer ' + s.plain,
  'http.request.header.x-api-key': s.openai,
  'url.full': 'https://bot:' + s.password + '@example.com/x?api_key=' + s.google,
  'url.token': 'https://' + s.plain + s.plain + '@example.com/x',
  'process.command_args': ['curl', '-H', 'Authorization: Bearer ' + s.jwt, '--token', s.plain],
  'gen_ai.input.messages': JSON.stringify([{ role: 'user', parts: [{ type: 'text', content: 'use ' + s.anthropic + ' please' }] }]),
  'gen_ai.tool.call.arguments': JSON.stringify({ password: s.plain, nested: JSON.stringify({ api_key: s.plain }) }),
  'gen_ai.tool.call.result': 'HOME=/x\\nDB_PASSWORD=' + s.password + '\\nAWS_ACCESS_KEY_ID=' + s.aws + '\\nSLACK=' + s.slack,
  'file.text': '-----BEGIN RSA PRIVATE KEY-----\\n' + s.private + '\\n-----END RSA PRIVATE KEY-----',
  'own.shape': 'the ticket ' + s.own,
  ['key.' + s.github]: true,
  'user.password': 'only-its-name-says-so',
  'db.password': 7788990011,
  'header': 'Authorization: Basic ' + s.basic,
  'cookies': "curl -H 'Cookie: sid=" + s.cookie + "' -u admin:" + s.short + ' https://example.com',
  'other': 'mysql -u root -p' + s.short + '; export DB_PASS=' + s.short + ' <password>' + s.short + '</password>'
} })
span.addEvent('event ' + s.github, { secret: 'password: ' + s.plain })
span.recordException(new Error('401 for ' + s.openai))
span.setStatus({ code: SpanStatusCode.ERROR, message: 'token=' + s.plain })
span.end()
withRun({ agent: 'a', task: 'my key is ' + s.openai }, () => withTool({ name: 't', arguments: { token: s.plain } }, () => process.env))
`

const ENV = {
  OPENAI_API_KEY: SECRETS.openai,
  DATABASE_PASSWORD: SECRETS.password,
  MY_SECRET: SECRETS.plain,
  ONSET_REDACT: 'ACME-\\d+',
  OTEL_EXPORTER_OTLP_COMPRESSION: 'none'
}

function leaksIn(bytes: Buffer): readonly string[] {
  return Object.entries(SECRETS)
    .filter(([, secret]) => bytes.includes(secret))
    .map(([name]) => name)
}

for (const protocol of ['http/protobuf', 'http/json']) {
  t.test(`no planted secret leaves the process over ${protocol}`, async (t) => {
    const destination = await startDestination(t)
    const { code, stderr, stdout } = await runAgentProgram(agentFolder(t), {
      source: `${PLANTED}\nPromise.reject(new Error('died of ' + s.anthropic))`,
      args: [`--key=${SECRETS.github}`, `say ${SECRETS.openai}`],
      env: {
        ...ENV,
        OTEL_EXPORTER_OTLP_ENDPOINT: destination.url,
        OTEL_EXPORTER_OTLP_PROTOCOL: protocol,
        OTEL_EXPORTER_OTLP_HEADERS: `x-key=${SECRETS.plain}`
      }
    })
    t.equal(code, 1)
    t.equal(stdout, '')
    t.notMatch(stderr, /^onset:/m)
    await waitFor(
      'the spans',
      async () => (destination.spans.length >= 3 ? true : undefined),
      10_000
    )
    const sent = Buffer.concat([...destination.bodies])
    t.same(leaksIn(sent), [])
    t.ok(sent.includes('[REDACTED]'))
    t.ok(sent.includes('https://bot:[REDACTED]@example.com'), 'who and where stay')
    t.equal(
      destination.requests[0]?.headers['x-key'],
      SECRETS.plain,
      'the destination’s own key goes'
    )
  })
}

t.test('no planted secret is in the spool of a killed process', async (t) => {
  const gone = await startDestination(t)
  await gone.close()
  const folder = agentFolder(t)
  await runAgentProgram(folder, {
    source: `${PLANTED}\ntracer.startSpan('open', { attributes: { 'process.command_line': 'login --password ' + s.plain } })
      process.kill(process.pid, 'SIGKILL')`,
    args: [`say ${SECRETS.openai}`],
    env: { ...ENV, OTEL_EXPORTER_OTLP_ENDPOINT: gone.url }
  })
  const spool = join(folder, 'spool')
  const files = readdirSync(spool, { recursive: true, encoding: 'utf8' })
    .map((path) => join(spool, path))
    .filter((path) => statSync(path).isFile())
  const bytes = Buffer.concat(files.map((path) => readFileSync(path)))
  t.ok(bytes.includes('"name":"open"'))
  t.same(leaksIn(bytes), [])
})

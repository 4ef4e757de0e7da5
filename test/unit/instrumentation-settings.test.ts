// What the variables mean to an agent's instrumentation.

import { readFileSync } from 'node:fs'
import t from 'tap'
import { readSettings } from '../../instrumentation/settings.ts'

const ARGV = ['/usr/bin/node', '/app/agent.js']
const read = (env: Record<string, string>): ReturnType<typeof readSettings> =>
  readSettings(env, ARGV)

t.test('nothing set: an Onset on this machine', async (t) => {
  const settings = read({})
  t.equal(settings.destination.url.href, 'http://127.0.0.1:4318/v1/traces')
  t.match(settings, {
    agent: 'agent',
    capture: 'full',
    runMode: 'process',
    task: undefined,
    isDisabled: false
  })
  t.same(settings.complaints, [])
})

t.test('the endpoint of traces is taken as it is, the general one gets the path', async (t) => {
  t.equal(
    read({ OTEL_EXPORTER_OTLP_ENDPOINT: 'https://a/base/' }).destination.url.href,
    'https://a/base/v1/traces'
  )
  t.equal(
    read({ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'https://a/x' }).destination.url.href,
    'https://a/x'
  )
})

t.test('within the machine nothing is compressed, unless it is asked for', async (t) => {
  const compression = (env: Record<string, string>): string => read(env).destination.compression
  t.equal(compression({}), 'none')
  t.equal(compression({ ONSET_URL: 'http://localhost:4318' }), 'none')
  t.equal(compression({ ONSET_URL: 'http://[::1]:4318' }), 'none')
  t.equal(compression({ ONSET_URL: 'https://127.0.0.1.example.com' }), 'gzip')
  t.equal(compression({ ONSET_URL: 'https://onset.example.com' }), 'gzip')
  t.equal(compression({ OTEL_EXPORTER_OTLP_COMPRESSION: 'gzip' }), 'gzip')
})

t.test('the key of an Onset goes to that Onset alone', async (t) => {
  const key = { ONSET_API_KEY: 'k' }
  t.equal(read({ ...key, ONSET_URL: 'https://o' }).destination.headers['authorization'], 'Bearer k')
  t.equal(read(key).destination.headers['authorization'], 'Bearer k')
  t.equal(
    read({ ...key, OTEL_EXPORTER_OTLP_ENDPOINT: 'https://other' }).destination.headers[
      'authorization'
    ],
    undefined
  )
})

t.test(
  'a wrong endpoint is complained of without its text, which may hold a password',
  async (t) => {
    const { complaints, destination } = read({ OTEL_EXPORTER_OTLP_ENDPOINT: 'ftp://me:hidden@x' })
    t.equal(complaints.length, 1)
    t.notMatch(complaints[0], /hidden/)
    t.equal(destination.url.host, '127.0.0.1:4318')
  }
)

t.test('every variable that is read stands in the README', async (t) => {
  const file = (name: string): string =>
    readFileSync(new URL(`../../instrumentation/${name}`, import.meta.url), 'utf8')
  const named = file('settings.ts').match(/(?<=')(?:ONSET|OTEL)_[A-Z_]+(?=')/g) ?? []
  const read = new Set(named.filter((name) => !/_(?:COUNT|LENGTH)_LIMIT$/.test(name)))
  t.ok(read.size > 15, `${read.size} variables`)
  // `…_TRACES_ENDPOINT` stands for the longer name.
  const readme = file('README.md').replaceAll('…', 'OTEL_EXPORTER_OTLP')
  for (const name of read) t.ok(new RegExp(`\\b${name}\\b`).test(readme), name)
})

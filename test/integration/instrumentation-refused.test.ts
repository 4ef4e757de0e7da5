// A destination that refuses the key, or is not there: what waits goes once the key is right, and to nobody else;
// the person at the terminal learns of it however short the agent lives.

import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { startDestination, type OtlpDestination } from '../support/otlp-destination.ts'
import { agentFolder, runAgentProgram, type AgentProgram } from '../support/registered-agent.ts'
import { waitFor } from '../support/wait-for.ts'

t.jobs = 2
t.setTimeout(240_000)

const ARRIVAL_TIMEOUT_MS = 60_000

const WORK = `
  import { trace } from '@opentelemetry/api'
  trace.getTracer('test').startSpan('work').end()
`
const LIVES_ON = `${WORK} setTimeout(() => undefined, 600)`

function agent(
  url: string,
  key: string,
  options: { readonly source?: string; readonly headers?: string } = {}
): AgentProgram {
  return {
    source: options.source ?? WORK,
    env: {
      ONSET_URL: url,
      ONSET_API_KEY: key,
      OTEL_EXPORTER_OTLP_HEADERS: options.headers ?? ''
    }
  }
}

function wantKey(destination: OtlpDestination, key: string): void {
  destination.answer = ({ headers }) =>
    headers.authorization === `Bearer ${key}` ? undefined : { status: 401 }
}

const runsIn = ({ spans }: OtlpDestination): number => new Set(spans.map((s) => s.traceId)).size

/** A note that somebody was refused is written once the helper has tried. */
const isRefused = (folder: string) =>
  waitFor(
    'a refusal',
    async () => {
      const spool = join(folder, 'spool')
      const roots = existsSync(spool) ? readdirSync(spool) : []
      return roots.some((root) => existsSync(join(spool, root, 'last-refusal.txt')))
        ? true
        : undefined
    },
    ARRIVAL_TIMEOUT_MS
  )

t.test('spans refused for a wrong key go with the right one, to the same address', async (t) => {
  const folder = agentFolder(t)
  const [destination, other] = [await startDestination(t), await startDestination(t)]
  wantKey(destination, 'right')
  await runAgentProgram(folder, agent(destination.url, 'wrong'))
  await isRefused(folder)
  await runAgentProgram(folder, agent(other.url, 'right'))
  const tenant = { headers: 'x-tenant=another' }
  await runAgentProgram(folder, agent(destination.url, 'right', tenant))
  await waitFor('both', async () => (runsIn(other) === 1 && runsIn(destination) === 1) || undefined)
  t.equal(runsIn(other), 1, 'another address is sent its own run only')
  await runAgentProgram(folder, agent(destination.url, 'right'))
  await waitFor(
    'what waited',
    async () => (runsIn(destination) === 3 ? true : undefined),
    ARRIVAL_TIMEOUT_MS
  )
  const waited = destination.spans.filter(({ name }) => name === 'work')
  t.equal(new Set(waited.map((s) => s.traceId)).size, 3)
  t.equal(runsIn(other), 1)
})

t.test('another tenant of the same address is not sent what waits', async (t) => {
  const folder = agentFolder(t)
  const destination = await startDestination(t)
  wantKey(destination, 'right')
  await runAgentProgram(folder, agent(destination.url, 'wrong'))
  await isRefused(folder)
  const source = `${WORK} setTimeout(() => undefined, 2_500)`
  const tenant = { source, headers: 'x-tenant=another' }
  await runAgentProgram(folder, agent(destination.url, 'right', tenant))
  await waitFor('its own', async () => (runsIn(destination) >= 1 ? true : undefined))
  t.equal(runsIn(destination), 1)
})

t.test('an agent of less than a second says that nobody takes its spans, once', async (t) => {
  const refuses = await startDestination(t)
  wantKey(refuses, 'right')
  const gone = await startDestination(t)
  await gone.close()
  for (const [url, why] of [
    [refuses.url, 'status 401'],
    [gone.url, 'ECONNREFUSED']
  ] as const) {
    const folder = agentFolder(t)
    const { stderr } = await runAgentProgram(folder, agent(url, 'wrong', { source: LIVES_ON }))
    t.match(stderr, new RegExp(`^onset: spans wait in the spool: [^\\n]*${why}[^\\n]*\\n$`), why)
  }
})

t.test(
  'one that ends at once is told with its next start, while nothing can be sent',
  async (t) => {
    const folder = agentFolder(t)
    const destination = await startDestination(t)
    wantKey(destination, 'right')
    await runAgentProgram(folder, agent(destination.url, 'wrong'))
    await isRefused(folder)
    const second = await runAgentProgram(folder, agent(destination.url, 'wrong'))
    t.match(second.stderr, /^onset: spans wait in the spool: [^\n]*status 401[^\n]*\n$/)
    await runAgentProgram(folder, agent(destination.url, 'right'))
    await waitFor(
      'all three',
      async () => (runsIn(destination) === 3 ? true : undefined),
      ARRIVAL_TIMEOUT_MS
    )
    const noted = (): boolean =>
      readdirSync(join(folder, 'spool')).some((root) =>
        existsSync(join(folder, 'spool', root, 'last-refusal.txt'))
      )
    await waitFor('forgotten', async () => (noted() ? undefined : true), ARRIVAL_TIMEOUT_MS)
    const healthy = await runAgentProgram(folder, agent(destination.url, 'right'))
    t.equal(healthy.stderr, '', 'a destination that takes them is not spoken of')
  }
)

t.test('an exit that waits for its spans says that they were refused', async (t) => {
  const folder = agentFolder(t)
  const destination = await startDestination(t)
  wantKey(destination, 'right')
  const program = agent(destination.url, 'wrong')
  const env = { ...program.env, ONSET_EXIT_WAIT_MS: '20000' }
  const { stderr } = await runAgentProgram(folder, { ...program, env })
  t.match(stderr, /^onset: spans wait in the spool: [^\n]*status 401[^\n]*\n$/)
})

t.test('a password in the address is not shown', async (t) => {
  const folder = agentFolder(t)
  const destination = await startDestination(t)
  wantKey(destination, 'right')
  const url = destination.url.replace('//', '//user:a-password@')
  const { stderr } = await runAgentProgram(folder, agent(url, 'wrong', { source: LIVES_ON }))
  t.match(stderr, /spans wait in the spool/)
  t.notMatch(stderr, /a-password/)
})

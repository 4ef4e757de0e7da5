// Destinations that are down, slow, busy or choosy: spans wait on disk and arrive once it is possible. Real
// agents, a real HTTP server.

import { appendFileSync, chmodSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { startDestination, type OtlpDestination } from '../support/otlp-destination.ts'
import { agentFolder, runAgentProgram, type AgentProgram } from '../support/registered-agent.ts'
import { leftIn } from '../support/ways-to-die.ts'
import { waitFor } from '../support/wait-for.ts'

t.jobs = 2

// What happens is waited for, not a time: on a machine that is busy a process alone takes seconds.
t.setTimeout(240_000)

/** Bounds a failure. As long as a helper may live, with its start. */
const ARRIVAL_TIMEOUT_MS = 60_000

/** The end of a program that goes once all it made is acknowledged or given up. */
const FLUSH = `const { flush } = await import('@onset/instrumentation'); await flush(${ARRIVAL_TIMEOUT_MS})`

const work = (spans: number, after = ''): string => `
  import { trace } from '@opentelemetry/api'
  const tracer = trace.getTracer('test')
  for (let index = 0; index < ${spans}; index += 1) tracer.startSpan('work ' + index).end()
  ${after}
`

function agent(destination: { readonly url: string }, source: string): AgentProgram {
  return {
    source,
    env: { OTEL_EXPORTER_OTLP_ENDPOINT: destination.url, OTEL_BSP_SCHEDULE_DELAY: '10' }
  }
}

const uniqueIds = ({ spans }: OtlpDestination): number =>
  new Set(spans.map(({ spanId }) => spanId)).size

const arrival = (destination: OtlpDestination, spans: number): Promise<true> =>
  waitFor(
    `${spans} spans`,
    async () => (uniqueIds(destination) >= spans ? true : undefined),
    ARRIVAL_TIMEOUT_MS
  )

t.test('spans of a run whose destination was down are sent by the next start', async (t) => {
  const folder = agentFolder(t)
  const gone = await startDestination(t)
  await gone.close()
  // It goes when it has said what is wrong, and a moment later, in which it may not say it again.
  const goes = `const { write } = process.stderr
    process.stderr.write = (...text) => {
      setTimeout(() => process.exit(2), 1_000)
      return write.apply(process.stderr, text)
    }
    setTimeout(() => undefined, ${ARRIVAL_TIMEOUT_MS})`
  const first = await runAgentProgram(folder, agent(gone, work(3, goes)))
  t.equal(first.code, 2)
  t.match(first.stderr, /^onset: spans wait in the spool: [^\n]*\n$/, 'one line, once')
  t.equal(first.stdout, '')
  t.not(leftIn(folder).length, 0)
  const back = await startDestination(t, gone.port)
  await runAgentProgram(folder, { ...agent(back, work(1, 'setTimeout(() => undefined, 300)')) })
  await arrival(back, 6)
  t.same(new Set(back.spans.map(({ name }) => name)).size, 4, 'work 0 to 2, and the run')
})

t.test('a helper that finds the destination down tries again while it lives', async (t) => {
  const folder = agentFolder(t)
  const gone = await startDestination(t)
  await gone.close()
  await runAgentProgram(folder, agent(gone, work(3)))
  const back = await startDestination(t, gone.port)
  await arrival(back, 4)
})

t.test('Retry-After is waited for, 429 and 503 lose nothing', async (t) => {
  const destination = await startDestination(t)
  const times: number[] = []
  destination.answer = () => {
    times.push(Date.now())
    if (times.length === 1) return { status: 429, headers: { 'retry-after': '1' } }
    if (times.length === 2) return { status: 503 }
    return undefined
  }
  await runAgentProgram(agentFolder(t), agent(destination, work(3, FLUSH)))
  await arrival(destination, 4)
  const [first = 0, second = 0] = times
  t.ok(second - first >= 990, `${second - first} ms after Retry-After: 1`)
})

t.test('a request that is too large goes again in halves', async (t) => {
  const destination = await startDestination(t)
  destination.answer = (_, body) => (body.length > 1_500 ? { status: 413 } : undefined)
  await runAgentProgram(agentFolder(t), agent(destination, work(40)))
  await arrival(destination, 41)
  t.same(destination.spans.length, 41, 'each once')
})

t.test('a span that no request can carry is given up, the others are not', async (t) => {
  const destination = await startDestination(t)
  destination.answer = (_, body) => (body.length > 3_000 ? { status: 413 } : undefined)
  const large = `tracer.startSpan('large', { attributes: { text: 'x'.repeat(5000) } }).end()`
  const folder = agentFolder(t)
  const { stderr } = await runAgentProgram(
    folder,
    agent(destination, work(5, `${large}; ${FLUSH}`))
  )
  await arrival(destination, 6)
  t.notOk(destination.spans.some(({ name }) => name === 'large'))
  t.match(stderr, /^onset: spans are dropped: [^\n]*large\n$/)
  await waitFor('an empty spool', async () => (leftIn(folder).length === 0 ? true : undefined))
})

for (const [type, body] of [
  ['application/json', `{"partialSuccess":{"rejectedSpans":"2","errorMessage":"too\\nold"}}`],
  // Field 1, 11 bytes: field 1 is 2, field 2 the text.
  ['application/x-protobuf', '\x0a\x0b\x08\x02\x12\x07too\nold']
] as const) {
  t.test(`spans that a destination rejects are said once, ${type}`, async (t) => {
    const destination = await startDestination(t)
    destination.answer = () => ({
      status: 200,
      headers: { 'content-type': type },
      body: Buffer.from(body)
    })
    const { stderr } = await runAgentProgram(
      agentFolder(t),
      agent(
        destination,
        // Two requests, of which only the first is a reason to speak.
        work(5, `${FLUSH}; tracer.startSpan('last').end(); await flush(${ARRIVAL_TIMEOUT_MS})`)
      )
    )
    t.equal(stderr, 'onset: spans are dropped: the destination rejected some of them: too old\n')
  })
}

t.test('an agent does not wait for a destination that does not answer', async (t) => {
  const destination = await startDestination(t)
  // Its first request is answered long after a process that is not held up has ended.
  let hasEnded = false
  destination.answer = () => (hasEnded ? undefined : { status: 200, delayMs: 15_000 })
  const { code } = await runAgentProgram(
    agentFolder(t),
    agent(destination, work(3, 'setTimeout(() => undefined, 100)'))
  )
  t.equal(code, 0)
  t.equal(destination.spans.length, 0, 'it ended before the answer')
  hasEnded = true
  await arrival(destination, 4)
})

t.test('flush resolves when the spans are acknowledged', async (t) => {
  const destination = await startDestination(t)
  const { stdout } = await runAgentProgram(
    agentFolder(t),
    agent(
      destination,
      work(
        3,
        `import { flush } from '@onset/instrumentation'; console.log(await flush(${ARRIVAL_TIMEOUT_MS}))`
      )
    )
  )
  t.equal(stdout, 'true\n')
  t.ok(destination.spans.length >= 3)
})

t.test('both encodings carry the same span', async (t) => {
  const source = `
    import { trace, SpanKind } from '@opentelemetry/api'
    const other = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), traceFlags: 1 }
    const span = trace.getTracer('scope', '1.2').startSpan('rich', { kind: SpanKind.CLIENT, links: [{ context: other, attributes: { via: 'x' } }],
      attributes: { text: 'ä', int: 42, negative: -7, double: 1.5, yes: true, no: false, list: ['a', 'b'], numbers: [1, 2.5], empty: '' } })
    span.addEvent('happened', { detail: 'd' })
    span.setStatus({ code: 2, message: 'no' })
    span.end()
  `
  const shown: unknown[] = []
  for (const protocol of ['http/protobuf', 'http/json']) {
    for (const compression of ['gzip', 'none']) {
      const destination = await startDestination(t)
      const program = agent(destination, source)
      await runAgentProgram(agentFolder(t), {
        ...program,
        env: {
          ...program.env,
          OTEL_EXPORTER_OTLP_PROTOCOL: protocol,
          OTEL_EXPORTER_OTLP_COMPRESSION: compression,
          OTEL_EXPORTER_OTLP_HEADERS: 'x-tenant=a%20b'
        }
      })
      await arrival(destination, 2)
      t.equal(destination.requests[0]?.headers['x-tenant'], 'a b')
      const rich = destination.spans.find(({ name }) => name === 'rich')
      if (rich === undefined) throw new Error('the span did not arrive')
      const { attributes, events, links, kind, statusCode, statusMessage, scope } = rich
      shown.push({
        attributes,
        kind,
        statusCode,
        statusMessage,
        scope,
        links,
        events: events.map(({ name }) => name)
      })
    }
  }
  t.equal(Object.keys((shown[0] as { attributes: object }).attributes).length, 9)
  for (const other of shown.slice(1)) t.same(other, shown[0])
})

t.test('a last line cut by a kill is left out, the lines before it are sent', async (t) => {
  const folder = agentFolder(t)
  const destination = await startDestination(t)
  await destination.close()
  await runAgentProgram(folder, agent(destination, work(3, `process.kill(process.pid, 'SIGKILL')`)))
  const [segment = ''] = leftIn(folder).filter((path) => /\d{8}\.jsonl$/.test(path))
  appendFileSync(join(folder, 'spool', segment), '{"scope":{"name":"x"},"span":{"na')
  const back = await startDestination(t, destination.port)
  await runAgentProgram(folder, { ...agent(back, FLUSH), file: 'next.mjs' })
  await arrival(back, 5)
  t.same(
    [...new Set(back.spans.map(({ name }) => name))].toSorted((a, b) => (a < b ? -1 : 1)),
    ['invoke_agent agent', 'invoke_agent next', 'work 0', 'work 1', 'work 2']
  )
})

t.test('only one of many starts uploads what was left', async (t) => {
  const folder = agentFolder(t)
  const gone = await startDestination(t)
  await gone.close()
  const down = agent(gone, work(50, `setTimeout(() => process.kill(process.pid, 'SIGKILL'), 200)`))
  await runAgentProgram(folder, down)
  const back = await startDestination(t, gone.port)
  back.answer = () => ({ status: 200, delayMs: 100 })
  // A request that an end breaks off goes again: none of them ends before what was left is there.
  const lives = `import { existsSync } from 'node:fs'
    const looks = setInterval(() => existsSync('enough') && clearInterval(looks), 20)`
  const starts = Array.from({ length: 4 }, (_, index) =>
    runAgentProgram(folder, { ...agent(back, lives), file: `start-${index}.mjs` })
  )
  await arrival(back, 51)
  await waitFor('an answer to the last request', async () =>
    leftIn(folder).length <= starts.length ? true : undefined
  )
  writeFileSync(join(folder, 'enough'), '')
  await Promise.all(starts)
  await arrival(back, 55)
  const left = back.spans.filter(({ name }) => name.startsWith('work'))
  t.equal(left.length, 50, 'each span once')
})

t.test('the spool is private, and one that others may write to is not written', async (t) => {
  const folder = agentFolder(t)
  const gone = await startDestination(t)
  await gone.close()
  await runAgentProgram(folder, agent(gone, work(1, `process.kill(process.pid, 'SIGKILL')`)))
  const spool = join(folder, 'spool')
  for (const path of readdirSync(spool, { recursive: true, encoding: 'utf8' })) {
    t.equal(statSync(join(spool, path)).mode & 0o077, 0, path)
  }
  const shared = join(folder, 'shared')
  mkdirSync(shared)
  chmodSync(shared, 0o777)
  for (const place of [shared, '/proc/nowhere']) {
    const { code, stdout, stderr } = await runAgentProgram(folder, {
      source: `console.log('worked')`,
      env: { ONSET_SPOOL_DIR: place, OTEL_EXPORTER_OTLP_ENDPOINT: gone.url }
    })
    t.same({ code, stdout }, { code: 0, stdout: 'worked\n' })
    t.match(stderr, /^onset: spans are kept in memory only, [^\n]*\n$/, 'said once, and it ran')
    const destination = await startDestination(t)
    await runAgentProgram(folder, {
      ...agent(destination, `${work(5)}; setTimeout(() => process.exit(3), 300)`),
      env: { ONSET_SPOOL_DIR: place, OTEL_EXPORTER_OTLP_ENDPOINT: destination.url }
    })
    await arrival(destination, 6)
    t.equal(destination.spans.length, 6, 'the rest went at the end')
  }
})

// The forms a program comes in, and the runs it makes: ES modules, CommonJS, TypeScript, worker threads, child
// processes, an SDK of its own.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import type { DecodedSpan } from '../../collector/model/index.ts'
import { startDestination, type OtlpDestination } from '../support/otlp-destination.ts'
import { agentFolder, REGISTER, runAgentProgram } from '../support/registered-agent.ts'
import { waitFor } from '../support/wait-for.ts'

t.jobs = 2

// Two dozen processes, on a machine that may be busy; what they send is waited for.
t.setTimeout(240_000)
const ARRIVAL_TIMEOUT_MS = 60_000

interface Recorded {
  readonly spans: readonly DecodedSpan[]
  readonly destination: OtlpDestination
  readonly stdout: string
  readonly stderr: string
  readonly named: (name: string) => DecodedSpan
}

async function record(
  t: Parameters<typeof agentFolder>[0],
  source: string,
  options: { file?: string; env?: Record<string, string>; spans: number; args?: string[] }
): Promise<Recorded> {
  const destination = await startDestination(t)
  const { code, stdout, stderr } = await runAgentProgram(agentFolder(t), {
    source,
    ...(options.file === undefined ? {} : { file: options.file }),
    args: options.args ?? [],
    env: { OTEL_EXPORTER_OTLP_ENDPOINT: destination.url, ...options.env }
  })
  t.equal(code, 0, stderr)
  await waitFor(
    'the spans',
    async () => (destination.spans.length >= options.spans ? true : undefined),
    ARRIVAL_TIMEOUT_MS
  )
  t.equal(destination.spans.length, options.spans, destination.spans.map(({ name }) => name).join())
  return {
    spans: destination.spans,
    destination,
    stdout,
    stderr,
    named: (name) => {
      const span = destination.spans.find((candidate) => candidate.name === name)
      if (span === undefined) throw new Error(`there is no span ${name}`)
      return span
    }
  }
}

const TWO_SPANS = `const tracer = trace.getTracer('test')
  tracer.startActiveSpan('outer', (outer) => { tracer.startSpan('inner').end(); outer.end() })`

for (const [file, head] of [
  ['agent.mjs', `import { trace } from '@opentelemetry/api'`],
  ['agent.cjs', `const { trace } = require('@opentelemetry/api')`],
  [
    'agent.ts',
    `import { trace, type Span } from '@opentelemetry/api'; const typed: Span | undefined = undefined; void typed`
  ],
  [
    'older.mjs',
    `import { createRequire } from 'node:module'
    const require = createRequire(createRequire(import.meta.url).resolve('@ai-sdk/otel'))
    const { trace } = require('@opentelemetry/api')`
  ]
] as const) {
  t.test(`${file}: what is made with the API hangs under the process's run`, async (t) => {
    const { named, stderr } = await record(t, `${head}\n${TWO_SPANS}`, { file, spans: 3 })
    const root = named(`invoke_agent ${file.split('.')[0]}`)
    t.equal(root.parentSpanId, undefined)
    t.equal(named('outer').parentSpanId, root.spanId)
    t.equal(named('inner').parentSpanId, named('outer').spanId)
    t.equal(new Set([root.traceId, named('inner').traceId]).size, 1)
    t.equal(root.attributes['gen_ai.operation.name'], 'invoke_agent')
    t.equal(root.attributes['process.exit.code'], 0)
    t.equal(stderr, '', 'nothing is said when nothing is wrong')
  })
}

t.test('the run has the name, task, session and resource it is given', async (t) => {
  const { spans } = await record(t, '', {
    spans: 1,
    args: ['--verbose', 'Fix', 'the bug'],
    env: {
      ONSET_AGENT: 'coder',
      ONSET_SESSION: 'thread-1',
      OTEL_SERVICE_NAME: 'svc',
      OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment.name=test'
    }
  })
  const [root] = spans
  t.equal(root?.name, 'invoke_agent coder')
  t.match(root?.attributes['gen_ai.input.messages'], /Fix the bug/)
  t.equal(root?.attributes['gen_ai.conversation.id'], 'thread-1')
  t.match(root?.resource.attributes, {
    'service.name': 'svc',
    'deployment.environment.name': 'test'
  })
})

t.test('capture: off records no content, hash records its hash', async (t) => {
  const source = `import { withTool } from '@onset/instrumentation'
    withTool({ name: 'read', arguments: { path: 'a' } }, () => 'the content')`
  const off = await record(t, source, {
    spans: 2,
    args: ['secret task'],
    env: { OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT: 'false' }
  })
  t.notMatch(
    Buffer.concat(off.destination.bodies).toString('latin1'),
    /secret task|the content|path/
  )
  const hash = await record(t, source, {
    spans: 2,
    args: ['secret task'],
    env: { ONSET_CAPTURE: 'hash' }
  })
  t.match(
    hash.named('execute_tool read').attributes['gen_ai.tool.call.result'],
    /^sha256:[0-9a-f]{64} 11 characters$/
  )
  t.notMatch(Buffer.concat(hash.destination.bodies).toString('latin1'), /secret task|the content/)
})

t.test(
  'withRun makes runs in the place of the process’s, with stages, tools and outcomes',
  async (t) => {
    const source = `import { withRun, withStage, withTool, recordOutcome } from '@onset/instrumentation'
    for (const task of ['one', 'two']) {
      await withRun({ agent: 'worker', task }, async () => {
        await withStage('look', async () => { await withTool({ name: 'ls', arguments: '.' }, async () => 'a b') })
        try { withTool('cat', () => { throw new TypeError('no file') }) } catch (error) { console.log(error.message) }
        recordOutcome(task === 'one' ? 'ok' : 'error', 'tests')
      })
    }`
    const { spans, stdout } = await record(t, source, { spans: 8 })
    t.equal(stdout, 'no file\nno file\n', 'what is thrown is thrown')
    const roots = spans.filter(({ name }) => name === 'invoke_agent worker')
    t.same(
      roots.map(({ parentSpanId }) => parentSpanId),
      [undefined, undefined]
    )
    t.same(
      roots.map(({ attributes }) => attributes['onset.run.outcome']),
      ['ok', 'error']
    )
    t.equal(new Set(spans.map(({ traceId }) => traceId)).size, 2)
    const stage = spans.find(({ name }) => name === 'stage look')
    const tool = spans.find(({ name }) => name === 'execute_tool ls')
    t.equal(tool?.parentSpanId, stage?.spanId)
    t.equal(tool?.attributes['gen_ai.tool.call.result'], 'a b')
    const failed = spans.find(({ name }) => name === 'execute_tool cat')
    t.match(failed, { statusMessage: 'no file', attributes: { 'error.type': 'TypeError' } })
  }
)

t.test('without the flag the API only calls what it is given', async (t) => {
  const end = await runAgentProgram(agentFolder(t), {
    flags: [],
    source: `import { withRun, withTool, recordOutcome, flush } from '@onset/instrumentation'
      console.log(withRun('a', () => withTool('b', () => { recordOutcome('ok'); return 42 })), await flush())`
  })
  t.same(
    { code: end.code, stdout: end.stdout, stderr: end.stderr },
    { code: 0, stdout: '42 true\n', stderr: '' }
  )
})

t.test(
  'a process started under a trace joins it, and leaves nothing when it does nothing',
  async (t) => {
    const TRACEPARENT = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-00`
    const source = `import { withTool } from '@onset/instrumentation'; withTool('t', () => 1)`
    const { named } = await record(t, source, { spans: 2, env: { TRACEPARENT } })
    t.match(named('invoke_agent agent'), { traceId: 'a'.repeat(32), parentSpanId: 'b'.repeat(16) })
    const made = `import { withRun } from '@onset/instrumentation'; withRun('coder', () => 1)`
    const joined = await record(t, made, { spans: 1, env: { TRACEPARENT } })
    t.match(joined.spans, [
      { name: 'invoke_agent coder', traceId: 'a'.repeat(32), parentSpanId: 'b'.repeat(16) }
    ])
    const idle = await record(t, '', { spans: 0, env: { TRACEPARENT } })
    t.equal(idle.destination.requests.length, 0)
  }
)

t.test('a worker thread works in the run of its process', async (t) => {
  const source = `import { Worker, isMainThread } from 'node:worker_threads'
    import { trace } from '@opentelemetry/api'
    if (isMainThread) new Worker(new URL(import.meta.url))
    else trace.getTracer('test').startSpan('in the worker').end()`
  const { named } = await record(t, source, { spans: 2 })
  t.equal(named('in the worker').parentSpanId, named('invoke_agent agent').spanId)
})

t.test('switched off, or given to a package manager, it does nothing', async (t) => {
  await record(t, 'console.log(1)', { spans: 0, env: { OTEL_SDK_DISABLED: 'true' } })
  await record(t, 'console.log(1)', { spans: 0, file: 'npm-cli.js' })
})

t.test('the last upload of an agent is no agent, whatever hands the flag down', async (t) => {
  const folder = agentFolder(t)
  const helper = fileURLToPath(
    new URL('../../instrumentation/telemetry/last-upload.ts', import.meta.url)
  )
  const child = spawn(process.execPath, ['--import', REGISTER, helper], {
    env: { HOME: folder, ONSET_SPOOL_DIR: join(folder, 'spool') },
    stdio: 'ignore'
  })
  const [code] = (await once(child, 'close')) as [number | null]
  t.equal(code, 0)
  t.notOk(existsSync(join(folder, 'spool')), 'it recorded nothing of itself')
})

t.test('a wrong setting is said in a line, and the default is used', async (t) => {
  const { stderr } = await record(t, '', {
    spans: 1,
    env: { ONSET_CAPTURE: 'some', OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc', ONSET_REDACT: '(' }
  })
  t.equal(stderr.trimEnd().split('\n').length, 3)
  for (const name of ['ONSET_CAPTURE', 'PROTOCOL', 'ONSET_REDACT']) t.match(stderr, name)
})

const OWN_SDK = (url: string): string => `
  import { NodeSDK } from '@opentelemetry/sdk-node'
  import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
  import { trace } from '@opentelemetry/api'
  const sdk = new NodeSDK({ serviceName: 'theirs', traceExporter: new OTLPTraceExporter({ url: '${url}/v1/traces' }), instrumentations: [], autoDetectResources: false, metricReaders: [], logRecordProcessors: [] })
  sdk.start()
`
const OWN_SPAN = `await Promise.resolve(); trace.getTracer('theirs').startActiveSpan('theirs', (span) => { trace.getTracer('theirs').startSpan('below').end(); span.end() }); await sdk.shutdown()`

t.test('an application with an SDK to somewhere else keeps its traces and is seen', async (t) => {
  const theirs = await startDestination(t)
  const { spans, stderr } = await record(t, `${OWN_SDK(theirs.url)}\n${OWN_SPAN}`, { spans: 2 })
  t.same(spans.map(({ name }) => name).toSorted(), ['below', 'theirs'], 'no empty run of ours')
  t.same(
    theirs.spans.map(({ name }) => name).toSorted(),
    ['below', 'theirs'],
    'nothing of ours goes there'
  )
  t.same(
    new Set(theirs.spans.map(({ spanId }) => spanId)),
    new Set(spans.map(({ spanId }) => spanId))
  )
  t.equal(spans.find(({ name }) => name === 'theirs')?.parentSpanId, undefined)
  t.equal(stderr, '')
})

t.test('an application with an SDK to the same place sends each span once', async (t) => {
  const destination = await startDestination(t)
  const { code, stderr } = await runAgentProgram(agentFolder(t), {
    source: `${OWN_SDK(destination.url)}\n${OWN_SPAN}`,
    env: { OTEL_EXPORTER_OTLP_ENDPOINT: destination.url }
  })
  t.equal(code, 0, stderr)
  await new Promise((resolve) => setTimeout(resolve, 1_000))
  t.same(destination.spans.map(({ name }) => name).toSorted(), ['below', 'theirs'])
})

t.test('an SDK that was there first is joined as well', async (t) => {
  const theirs = await startDestination(t)
  const source = `${OWN_SDK(theirs.url)}\nawait import('${REGISTER}')\n${OWN_SPAN}`
  const destination = await startDestination(t)
  const { code, stderr } = await runAgentProgram(agentFolder(t), {
    source,
    flags: [],
    env: { OTEL_EXPORTER_OTLP_ENDPOINT: destination.url }
  })
  t.equal(code, 0, stderr)
  const arrived = async (): Promise<true | undefined> =>
    destination.spans.length >= 2 ? true : undefined
  await waitFor('the spans', arrived, ARRIVAL_TIMEOUT_MS)
  t.same(destination.spans.map(({ name }) => name).toSorted(), ['below', 'theirs'])
  t.same(theirs.spans.map(({ name }) => name).toSorted(), ['below', 'theirs'])
})

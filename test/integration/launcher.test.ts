// `onset run` with real processes: fake producers write down what they were given, send log records as the real
// ones do, and end in every way.

import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { stripVTControlCharacters } from 'node:util'
import t, { type Test } from 'tap'
import type { DecodedSpan } from '../../collector/model/index.ts'
import { aDataDir } from '../support/onset-process.ts'
import {
  startDestination as startServer,
  type OtlpDestination
} from '../support/otlp-destination.ts'
import { waitFor } from '../support/wait-for.ts'

t.jobs = 2

// Each launch is two processes that load the command, on a machine that may be busy.
t.setTimeout(300_000)

const ONSET = fileURLToPath(new URL('../../onset.ts', import.meta.url))
const KEY = 'a-key-that-nobody-may-see'

interface Given {
  readonly env: Readonly<Record<string, string>>
  readonly args: readonly string[]
}

interface Launched {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
  /** What the fake producer was given; undefined when none ran. */
  readonly given: Given | undefined
}

interface LaunchOptions {
  readonly args: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  readonly stdin?: string
  readonly onOutput?: (launcherPid: number) => void
}

/** Takes traces as such, and anything else unread. */
async function startDestination(t: Test, port = 0): Promise<OtlpDestination> {
  const destination = await startServer(t, port)
  destination.answer = ({ url }) => {
    if (url === '/v1/traces') return undefined
    return { status: url?.startsWith('/api/') === true ? 404 : 202 }
  }
  return destination
}

/** A folder whose name has a space, with an executable that dumps its environment and sends a log record. */
function fakeProducer(t: Test, name: string, place = 'bin'): string {
  const folder = join(t.testdir(), 'a folder')
  const bin = join(folder, place)
  mkdirSync(bin, { recursive: true })
  writeFileSync(
    join(folder, 'producer.mjs'),
    `import { writeFileSync } from 'node:fs'
writeFileSync(process.env.DUMP, JSON.stringify({ env: process.env, args: process.argv.slice(2) }))
const endpoint = process.env.OTEL_EXPORTER_OTLP_ENDPOINT
const headers = { 'content-type': 'application/json' }
for (const pair of (process.env.OTEL_EXPORTER_OTLP_HEADERS ?? '').split(',').filter(Boolean)) {
  const [key, value] = pair.split('=')
  headers[decodeURIComponent(key)] = decodeURIComponent(value)
}
const record = { timeUnixNano: String(Date.now()) + '000000', body: { stringValue: '${name}.user_prompt' } }
const body = { resourceLogs: [{ resource: {}, scopeLogs: [{ scope: {}, logRecords: [record] }] }] }
await fetch(endpoint + '/v1/logs', { method: 'POST', headers, body: JSON.stringify(body) })
`
  )
  const path = join(bin, name)
  writeFileSync(path, `#!/bin/sh\nexec "$FAKE_NODE" "${join(folder, 'producer.mjs')}" "$@"\n`)
  chmodSync(path, 0o755)
  return folder
}

async function onsetRun(
  folder: string,
  destination: Pick<OtlpDestination, 'url'>,
  options: LaunchOptions
): Promise<Launched> {
  const dump = join(folder, 'dump.json')
  const child = spawn(process.execPath, [ONSET, 'run', ...options.args], {
    cwd: folder,
    env: {
      PATH: [join(folder, 'bin'), dirname(process.execPath), '/usr/bin', '/bin'].join(delimiter),
      HOME: folder,
      DUMP: dump,
      FAKE_NODE: process.execPath,
      ONSET_URL: destination.url,
      ONSET_SPOOL_DIR: join(folder, 'spool'),
      ...options.env
    },
    stdio: ['pipe', 'pipe', 'pipe']
  })
  child.stdin.end(options.stdin ?? '')
  let [stdout, stderr] = ['', '']
  child.stdout.on('data', (chunk: Buffer) => {
    stdout += chunk.toString()
    if (stdout.includes('ready')) options.onOutput?.(child.pid ?? 0)
  })
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()))
  const [code, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null]
  return { code, signal, stdout, stderr, given: readGiven(dump) }
}

function readGiven(path: string): Given | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Given
  } catch {
    return undefined
  }
}

const EXPECTED: readonly {
  readonly command: string
  readonly variables: (url: string) => Readonly<Record<string, string>>
}[] = [
  {
    command: 'claude',
    variables: () => ({
      CLAUDE_CODE_ENABLE_TELEMETRY: '1',
      CLAUDE_CODE_ENHANCED_TELEMETRY_BETA: '1',
      OTEL_TRACES_EXPORTER: 'otlp',
      OTEL_LOGS_EXPORTER: 'otlp',
      OTEL_LOG_USER_PROMPTS: '1',
      OTEL_LOG_TOOL_CONTENT: '1'
    })
  },
  {
    command: 'gemini',
    variables: (url) => ({
      GEMINI_TELEMETRY_ENABLED: 'true',
      GEMINI_TELEMETRY_TARGET: 'local',
      GEMINI_TELEMETRY_OTLP_ENDPOINT: url,
      GEMINI_TELEMETRY_OTLP_PROTOCOL: 'http'
    })
  },
  { command: 'codex', variables: () => ({}) },
  { command: 'copilot', variables: () => ({ COPILOT_OTEL_ENABLED: 'true' }) },
  {
    command: 'openhands',
    variables: (url) => ({ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${url}/v1/traces` })
  },
  { command: 'python3', variables: () => ({ OTEL_SERVICE_NAME: 'python3' }) },
  { command: 'my-agent', variables: () => ({ OTEL_SERVICE_NAME: 'my-agent' }) }
]

for (const { command, variables } of EXPECTED) {
  t.test(`${command} is given what it needs, joins the trace and sends with the key`, async (t) => {
    const destination = await startDestination(t)
    const folder = fakeProducer(t, command)
    const args = ['--no-wait', '--', command, 'exec', 'two words']
    const env = { ONSET_API_KEY: KEY, OTEL_RESOURCE_ATTRIBUTES: 'team=a' }
    const { code, given, stderr } = await onsetRun(folder, destination, { args, env })
    t.equal(code, 0, stderr)
    t.match(given?.env, {
      ...variables(destination.url),
      OTEL_EXPORTER_OTLP_ENDPOINT: destination.url,
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf',
      OTEL_EXPORTER_OTLP_HEADERS: `authorization=Bearer%20${KEY}`,
      TRACESTATE: /^onset=[0-9a-f]{16}$/,
      OTEL_RESOURCE_ATTRIBUTES: /^team=a,onset\.launch\.id=[0-9a-f-]{36}$/
    })
    t.same(given?.args.slice(-2), ['exec', 'two words'], 'the arguments are the user’s')
    t.notMatch(given?.args.join(' '), KEY, 'no key where other users can read it')
    const root = destination.spans.find(({ name }) => name === `invoke_agent ${command}`)
    t.equal(given?.env['TRACEPARENT'], `00-${root?.traceId}-${root?.spanId}-01`)
    t.equal(given?.env['TRACESTATE'], `onset=${root?.spanId}`)
    const logs = destination.requests.find(({ url }) => url === '/v1/logs')
    t.equal(logs?.headers.authorization, `Bearer ${KEY}`)
    t.notMatch(stderr, KEY)
  })
}

t.test('codex is configured on its command line, unless the user does so', async (t) => {
  const destination = await startDestination(t)
  const folder = fakeProducer(t, 'codex')
  const run = (args: readonly string[]): Promise<Launched> =>
    onsetRun(folder, destination, { args: ['--no-wait', '--', 'codex', ...args] })
  t.same((await run(['exec'])).given?.args, [
    '-c',
    `otel.exporter={otlp-http={endpoint="${destination.url}/v1/logs",protocol="binary"}}`,
    '-c',
    'otel.log_user_prompt=true',
    'exec'
  ])
  const own = ['-c', 'otel.exporter="none"', '--config=otel.log_user_prompt=false', 'exec']
  t.same((await run(own)).given?.args, own)
})

t.test('what a producer would send elsewhere or not at all is said in a line', async (t) => {
  const folder = t.testdir()
  const advice = async (command: string, env: Readonly<Record<string, string>>): Promise<string> =>
    (
      await onsetRun(
        folder,
        { url: 'http://127.0.0.1:9' },
        { args: ['--print-env', '--', command], env }
      )
    ).stdout
  t.match(await advice('copilot', {}), /^# copilot sends telemetry over https only/m)
  t.notMatch(await advice('copilot', { ONSET_URL: 'https://onset.example' }), 'over https only')
  t.match(
    await advice('openhands', { LMNR_PROJECT_API_KEY: 'k' }),
    /^# .*sends its traces to Laminar/m
  )
  t.notMatch(await advice('openhands', {}), 'Laminar')
})

t.test('what the environment has already wins', async (t) => {
  const destination = await startDestination(t)
  const folder = fakeProducer(t, 'claude')
  const env = { CLAUDE_CODE_ENABLE_TELEMETRY: '0', OTEL_LOG_USER_PROMPTS: '0' }
  const args = ['--no-wait', '--', 'claude']
  const { given } = await onsetRun(folder, destination, { args, env })
  t.match(given?.env, env)
})

t.test('with capture off, producers are not asked for contents', async (t) => {
  const destination = await startDestination(t)
  const folder = fakeProducer(t, 'claude')
  const args = ['--no-wait', '--', 'claude']
  const { given } = await onsetRun(folder, destination, { args, env: { ONSET_CAPTURE: 'off' } })
  t.notOk('OTEL_LOG_USER_PROMPTS' in (given?.env ?? {}))
})

t.test(
  'a Python with the auto-instrumentation starts it; nothing of Python runs before',
  async (t) => {
    const destination = await startDestination(t)
    const folder = fakeProducer(t, 'python3', 'venv/bin')
    const site = join(folder, 'venv', 'lib', 'python3.12', 'site-packages')
    const start = join(site, 'opentelemetry', 'instrumentation', 'auto_instrumentation')
    const parts = ['opentelemetry/distro', 'opentelemetry/exporter/otlp/proto/http']
    for (const part of [start, ...parts.map((path) => join(site, path))]) {
      mkdirSync(part, { recursive: true })
    }
    const interpreter = join(folder, 'venv', 'bin', 'python3')
    const args = ['--no-wait', '--', interpreter, 'agent.py']
    const env = { PYTHONPATH: '/mine' }
    const { given, stderr } = await onsetRun(folder, destination, { args, env })
    t.equal(given?.env['PYTHONPATH'], `${start}${delimiter}/mine`)
    t.notMatch(stderr, 'pip install')

    mkdirSync(join(folder, 'bin'))
    const script = join(folder, 'bin', 'aider')
    // The kernel ends an interpreter's path at a space.
    const venv = join(aDataDir(t), 'venv')
    symlinkSync(join(folder, 'venv'), venv)
    writeFileSync(script, `#!${join(venv, 'bin', 'python3')}\n`)
    chmodSync(script, 0o755)
    const printed = await onsetRun(folder, destination, { args: ['--print-env', '--', 'aider'] })
    t.match(
      printed.stdout,
      `PYTHONPATH=${start.replace(join(folder, 'venv'), venv)}\n`,
      'found through a script’s first line'
    )
  }
)

t.test('a Python without it: one line says what is missing', async (t) => {
  const destination = await startDestination(t)
  const folder = fakeProducer(t, 'python3')
  const args = ['--no-wait', '--', 'python3', 'agent.py']
  const { given, stderr } = await onsetRun(folder, destination, { args })
  t.match(stderr, /^onset: python3 has no opentelemetry-.*pip install/m)
  t.notOk('PYTHONPATH' in (given?.env ?? {}))
})

t.test('a Node agent is instrumented under the launch, from a folder with a space', async (t) => {
  const destination = await startDestination(t)
  const folder = join(t.testdir(), 'a folder')
  mkdirSync(join(folder, 'bin'), { recursive: true })
  writeFileSync(
    join(folder, 'agent.cjs'),
    `const { trace } = require('@opentelemetry/api')
trace.getTracer('x').startSpan('execute_tool t').end()
console.log(process.env.NODE_OPTIONS)`
  )
  const args = ['--no-wait', '--name', 'coder', '--task', 'the task', '--', 'node', 'agent.cjs']
  const env = { NODE_OPTIONS: '--no-warnings', ONSET_EXIT_WAIT_MS: '8000' }
  const { code, stdout, stderr } = await onsetRun(folder, destination, { args, env })
  t.equal(code, 0, stderr)
  t.match(stdout, /--no-warnings.*--import.*file:\/\/\S+register\.ts/)
  const root = destination.spans.find(({ attributes }) => 'onset.launch.id' in attributes)
  const tool = destination.spans.find(({ name }) => name === 'execute_tool t')
  t.equal(tool?.traceId, root?.traceId)
  t.match(JSON.stringify(root?.attributes), 'the task')
})

const isFrame = ({ name }: { readonly name: string }): boolean => name.startsWith('invoke_agent')

t.test(
  'the launch and the Node program under it have one frame, named for the program',
  async (t) => {
    const destination = await startDestination(t)
    const folder = join(t.testdir(), 'a folder')
    mkdirSync(folder)
    const run = async (source: string, options: Partial<LaunchOptions> = {}): Promise<void> => {
      destination.forget()
      writeFileSync(join(folder, 'fixer.mjs'), source)
      const args = ['--no-wait', '--', 'node', '--no-warnings', 'fixer.mjs', '--fast', 'Fix', 'it']
      const { stderr } = await onsetRun(folder, destination, { args, ...options })
      t.notMatch(stderr, /defect/)
    }
    await run(`import { execFileSync } from 'node:child_process'
    execFileSync(process.execPath, ['-e', 'require("node:child_process").execFileSync("true")'])`)
    const [frame] = destination.spans.filter(({ parentSpanId }) => parentSpanId === undefined)
    const others = destination.spans.filter((span) => isFrame(span) && span !== frame)
    t.match(frame, { name: 'invoke_agent fixer', attributes: { 'process.exit.code': 0 } })
    t.match(frame?.attributes['gen_ai.input.messages'], /"Fix it"/)
    const command = destination.spans.find(({ parentSpanId }) => parentSpanId === frame?.spanId)
    t.match(command, { attributes: { 'process.command': /node$/ } }, 'the command hangs under it')
    t.same(
      others.map(({ parentSpanId }) => parentSpanId),
      [command?.spanId],
      'what that command starts is another program, with a frame of its own'
    )
    t.equal(new Set(destination.spans.map(({ traceId }) => traceId)).size, 1)

    await run('console.log(1)', { env: { TRACESTATE: 'rojo=1,onset=0000000000000001' } })
    t.same(
      destination.spans.map(({ name }) => name),
      ['invoke_agent fixer']
    )

    await run(`throw new TypeError('no sum')`)
    const crashed = destination.spans.filter(isFrame)
    t.equal(crashed.length, 2, 'the launch sees a code; the program says why')
    t.match(
      crashed.find(({ parentSpanId }) => parentSpanId !== undefined),
      { statusMessage: /TypeError: no sum/ }
    )
  }
)

t.test('a run that the program makes itself is the run of its launch', async (t) => {
  const destination = await startDestination(t)
  const folder = join(t.testdir(), 'a folder')
  mkdirSync(folder)
  writeFileSync(
    join(folder, 'agent.mjs'),
    `import { recordOutcome, withRun, withTool } from '@onset/instrumentation'
    await withRun({ agent: 'coder', task: 'the task' }, async () => {
      await withTool('ls', async () => 'a b')
      recordOutcome('error', 'tests')
    })`
  )
  const run = async (env: Readonly<Record<string, string>>): Promise<readonly DecodedSpan[]> => {
    destination.forget()
    const args = ['--no-wait', '--name', 'coder', '--', 'node', 'agent.mjs']
    await onsetRun(folder, destination, { args, env })
    return destination.spans.filter(isFrame)
  }
  const joined = await run({})
  const [launch] = joined.filter(({ parentSpanId }) => parentSpanId === undefined)
  const made = joined.filter(({ parentSpanId }) => parentSpanId !== undefined)
  t.match(made, [{ parentSpanId: launch?.spanId, attributes: { 'onset.run.outcome': 'error' } }])
  const own = await run({ ONSET_RUN: 'none' })
  t.equal(new Set(own.map(({ traceId }) => traceId)).size, 2, 'a service asks for runs of its own')
})

t.test('streams, exit codes and signals are the agent’s', async (t) => {
  const destination = await startDestination(t)
  const folder = join(t.testdir(), 'a folder')
  mkdirSync(folder)
  const run = (script: string, options: Partial<LaunchOptions> = {}): Promise<Launched> => {
    const args = ['--no-wait', '--', 'sh', '-c', script]
    return onsetRun(folder, destination, { args, ...options })
  }
  const piped = await run('cat; echo other >&2; exit 7', { stdin: 'through' })
  t.match(piped, { code: 7, stdout: 'through' })
  t.match(piped.stderr, /^other$/m)
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
    const killed = await run(`echo ready; exec sleep 30`, {
      onOutput: (pid) => process.kill(pid, signal)
    })
    t.match({ code: killed.code, signal: killed.signal }, { code: null, signal }, signal)
  }
  const handled = await run(`trap 'exit 5' TERM; echo ready; while :; do sleep 0.05; done`, {
    onOutput: (pid) => process.kill(pid, 'SIGTERM')
  })
  t.equal(handled.code, 5, 'an agent that handles a signal decides')
  t.match(await run('kill -9 $$'), { code: null, signal: 'SIGKILL' })
  t.match(await run('kill -ABRT $$'), { code: 134 })
  const missing = { args: ['--no-wait', '--', 'no-such-agent'] }
  t.match(await onsetRun(folder, destination, missing), {
    code: 127,
    stderr: /there is no command no-such-agent/
  })
})

t.test('a command that cannot be started is a line and its exit code, and no run', async (t) => {
  const destination = await startDestination(t)
  const folder = join(t.testdir({ plain: 'not executable' }), 'a folder')
  mkdirSync(folder)
  const check = ['--outcome-from', 'echo checked >&2']
  for (const [command, code] of [
    ['no-such-agent', 127],
    [join(t.testdirName, 'plain'), 126]
  ] as const) {
    const ended = await onsetRun(folder, destination, { args: [...check, '--', command] })
    t.equal(ended.code, code)
    t.match(ended.stderr, /^onset: [^\n]*\n$/, 'one line')
  }
  // What the earlier ones had left would come with this one.
  await onsetRun(folder, destination, { args: ['--no-wait', '--', 'sh', '-c', 'sleep 1.5'] })
  await waitFor('the run', async () => (destination.spans.length > 0 ? true : undefined), 60_000)
  t.equal(new Set(destination.spans.map(({ traceId }) => traceId)).size, 1)
})

t.test(
  'with nobody listening the agent runs, one line says so, and the next start sends',
  async (t) => {
    const destination = await startDestination(t)
    const { port } = destination
    await destination.close()
    const folder = fakeProducer(t, 'my-agent')
    const run = (script: string): Promise<Launched> =>
      onsetRun(folder, destination, { args: ['--no-wait', '--', 'sh', '-c', script] })
    const down = await run('echo worked; exit 4')
    t.match(down, { code: 4, stdout: 'worked\n' })
    t.match(down.stderr, /nothing answers at .*; the run is kept in the spool/)
    const again = await startDestination(t, port)
    await run('exit 0')
    await waitFor('both runs', async () => (again.spans.length >= 2 ? true : undefined), 60_000)
    const codes = again.spans.map(({ attributes }) => Number(attributes['process.exit.code']))
    t.same(
      codes.toSorted((a, b) => a - b),
      [0, 4]
    )
  }
)

t.test(
  'a destination that goes while the agent works is told of, and changes nothing',
  async (t) => {
    const destination = await startDestination(t)
    const folder = fakeProducer(t, 'my-agent')
    const script = 'echo ready; while [ ! -e gone ]; do sleep 0.05; done; exit 5'
    const args = ['--outcome-from', 'exit 1', '--', 'sh', '-c', script]
    let isClosing = false
    const onOutput = (): void => {
      if (isClosing) return
      isClosing = true
      void destination.close().then(() => writeFileSync(join(folder, 'gone'), ''))
    }
    const ended = await onsetRun(folder, destination, { args, onOutput })
    t.match(ended, { code: 5, stdout: 'ready\n' })
    t.match(
      ended.stderr,
      /^onset: run [0-9a-f]{32} is kept in the spool and will be sent at the next start; the check's result was not reported$/m
    )
    const again = await startDestination(t, destination.port)
    await onsetRun(folder, again, { args: ['--no-wait', '--', 'true'] })
    const codes = (): number[] =>
      again.spans.map(({ attributes }) => Number(attributes['process.exit.code']))
    const both = async (): Promise<true | undefined> =>
      codes().includes(5) && codes().includes(0) ? true : undefined
    t.ok(await waitFor('both runs', both, 60_000))
  }
)

const SCRIPT = '/usr/bin/script'

t.test(
  'a terminal stays one to the agent, and Ctrl-C reaches it once',
  { skip: existsSync(SCRIPT) ? false : 'script (util-linux) is not installed' },
  async (t) => {
    const destination = await startDestination(t)
    const folder = join(aDataDir(t), 'a folder')
    mkdirSync(folder)
    writeFileSync(
      join(folder, 'agent.mjs'),
      `const { stdin, stdout, stderr } = process
    let signals = 0
    process.on('SIGINT', () => {
      signals += 1
      // A second one would have come by then: the launch has nothing to wait for.
      if (signals === 1) setTimeout(() => { console.log('signals', signals); process.exit(3) }, 1_000)
    })
    setTimeout(() => process.exit(4), 60_000)
    console.log('terminal', stdin.isTTY, stdout.isTTY, stderr.isTTY, stdout.getColorDepth(), 'ready')`
    )
    // The shell that script starts would take the Ctrl-C for its own.
    const command = `exec "${process.execPath}" "${ONSET}" run --no-wait -- node agent.mjs`
    const child = spawn(SCRIPT, ['--quiet', '--return', '--command', command, '/dev/null'], {
      cwd: folder,
      env: {
        PATH: [dirname(process.execPath), '/usr/bin', '/bin'].join(delimiter),
        HOME: folder,
        SHELL: '/bin/sh',
        TERM: 'xterm-256color',
        ONSET_URL: destination.url,
        ONSET_SPOOL_DIR: join(folder, 'spool')
      },
      stdio: ['pipe', 'pipe', 'inherit']
    })
    let shown = ''
    child.stdout.on('data', (chunk: Buffer) => {
      const wasReady = shown.includes('ready')
      shown += chunk.toString()
      if (!wasReady && shown.includes('ready')) child.stdin.write('\u0003')
    })
    const [code] = (await once(child, 'close')) as [number | null]
    shown = stripVTControlCharacters(shown)
    t.match(shown, /terminal true true true 8 ready/)
    t.match(shown, /signals 1\b/)
    t.equal(code, 3, 'the agent’s own exit code')
    t.match(shown, /onset: run [0-9a-f]{32}/, 'and the run is named on the terminal')
  }
)

t.test('a check’s exit code is ours only when that is asked for', async (t) => {
  const destination = await startDestination(t)
  const folder = join(t.testdir(), 'a folder')
  mkdirSync(folder)
  const run = (...more: readonly string[]): Promise<Launched> => {
    const check = 'echo "$ONSET_RUN_ID checked"; exit 9'
    const args = ['--no-wait', '--outcome-from', check, ...more, '--', 'sh', '-c', 'exit 3']
    return onsetRun(folder, destination, { args })
  }
  const plain = await run()
  t.match(plain, { code: 3, stdout: '', stderr: /^[0-9a-f]{32} checked$/m })
  t.match(await run('--exit-with', 'check'), { code: 9 })
  const report = destination.requests.find(({ url }) => url?.endsWith('/outcome'))
  const body = destination.bodies[destination.requests.indexOf(report ?? fail())]
  t.match(JSON.parse(body?.toString() ?? ''), {
    outcome: 'error',
    checks: [{ status: 'failed', message: 'exit code 9' }],
    output: /checked/
  })
})

t.test('wrong usage is refused before anything runs', async (t) => {
  const destination = { url: 'http://127.0.0.1:9' }
  const folder = t.testdir()
  for (const args of [
    [],
    ['node', 'agent.js'],
    ['--'],
    ['--wait', 'long', '--', 'true'],
    ['--exit-with', 'both', '--', 'true'],
    ['--exit-with', 'check', '--', 'true']
  ]) {
    t.match(await onsetRun(folder, destination, { args }), { code: 2 }, args.join(' '))
  }
  const help = await onsetRun(folder, destination, { args: ['--help'] })
  t.match(help, { code: 0, stdout: /^onset run \[options\] -- <command>/ })
})

t.test('the version is one line', async (t) => {
  t.match(execFileSync(process.execPath, [ONSET, '--version'], { encoding: 'utf8' }), /^\d+\.\d+/)
})

function fail(): never {
  throw new Error('no outcome was reported')
}

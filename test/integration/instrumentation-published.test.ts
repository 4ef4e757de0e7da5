// The package as it is published, under its name, on every Node of this machine.

import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, symlinkSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import type { DecodedSpan } from '../../collector/model/index.ts'
import { availableNodes, buildInstrumentation } from '../support/built-instrumentation.ts'
import { installedPackages, PACKAGE_BYTES_MAX } from '../support/installed-size.ts'
import { startDestination } from '../support/otlp-destination.ts'
import { runAgentProgram } from '../support/registered-agent.ts'
import { die, WAYS_TO_DIE } from '../support/ways-to-die.ts'

const folder = t.testdir()
const built = buildInstrumentation(folder)
const register = '@onset/instrumentation/register'

for (const { path, version } of availableNodes()) {
  t.test(
    `on Node ${version}: ES modules, CommonJS and TypeScript, and no way to die loses a span`,
    async (t) => {
      for (const [file, source] of [
        ['agent.mjs', `import { withTool } from '@onset/instrumentation'; withTool('t', () => 1)`],
        [
          'agent.cjs',
          `const { trace } = require('@opentelemetry/api'); trace.getTracer('x').startSpan('execute_tool t').end()`
        ],
        [
          'agent.ts',
          `import { withTool, type ToolDescription } from '@onset/instrumentation'
          const tool: ToolDescription = { name: 't' }
          withTool(tool, (): number => 1)`
        ]
      ] as const) {
        if (file.endsWith('.ts') && !runsTypeScript(path)) continue
        const destination = await startDestination(t)
        const env = { OTEL_EXPORTER_OTLP_ENDPOINT: destination.url, ONSET_EXIT_WAIT_MS: '8000' }
        const end = await runAgentProgram(folder, { file, source, execPath: path, register, env })
        t.match(end, { code: 0, stdout: '', stderr: '' })
        t.same(destination.spans.map(({ name }) => name).toSorted(), [
          'execute_tool t',
          'invoke_agent agent'
        ])
      }
      for (const name of ['process.exit', 'a throw', 'SIGINT', 'SIGKILL']) {
        const way = WAYS_TO_DIE.find((candidate) => candidate.name === name)
        if (way === undefined) throw new Error(`there is no way to die named ${name}`)
        const destination = await startDestination(t)
        const death = await die(folder, destination, way, { execPath: path, register })
        t.same({ code: death.end.code, signal: death.end.signal }, way.ends, name)
        t.same([...death.lost, ...death.notInterrupted, ...death.left], [], name)
      }
    }
  )
}

t.test('its command line has every command that needs the API alone', async (t) => {
  const commands = (script: string): readonly string[] => {
    const help = execFileSync(process.execPath, [script, '--help'], { encoding: 'utf8' })
    return [...help.matchAll(/^ {2}onset (\w+)/gm)].map(([, name = '']) => name)
  }
  // These need the collector's or the processors' own code.
  const elsewhere = ['eval', 'dialects', 'restore']
  const all = commands(fileURLToPath(new URL('../../onset.ts', import.meta.url)))
  t.same(
    commands(join(built, 'onset.js')),
    all.filter((name) => !elsewhere.includes(name))
  )
  t.ok(all.length > elsewhere.length)
})

t.test('an application on an older API, and what it imports of ours, make one tree', async (t) => {
  const older = join(folder, 'older')
  mkdirSync(join(older, 'node_modules', '@opentelemetry'), { recursive: true })
  const theirs = createRequire(createRequire(import.meta.url).resolve('@ai-sdk/otel'))
  const api = join(dirname(theirs.resolve('@opentelemetry/api')), '..', '..')
  symlinkSync(api, join(older, 'node_modules', '@opentelemetry', 'api'))
  const destination = await startDestination(t)
  const end = await runAgentProgram(older, {
    file: 'agent.mjs',
    source: `import { withStage } from '@onset/instrumentation'
      import { trace } from '@opentelemetry/api'
      withStage('look', () => trace.getTracer('x').startSpan('theirs').end())`,
    register,
    env: { OTEL_EXPORTER_OTLP_ENDPOINT: destination.url, ONSET_EXIT_WAIT_MS: '8000' }
  })
  t.match(end, { code: 0, stdout: '', stderr: '' })
  const named = (name: string): DecodedSpan | undefined =>
    destination.spans.find((span) => span.name === name)
  t.equal(destination.spans.length, 3)
  t.equal(named('theirs')?.parentSpanId, named('stage look')?.spanId)
  t.equal(named('stage look')?.parentSpanId, named('invoke_agent agent')?.spanId)
})

t.test('its globals are made under the version of the API that it brings', async (t) => {
  const { API_VERSION } = await import('../../instrumentation/start-instrumentation.ts')
  const source = readFileSync(join(built, 'otel-api.cjs'), 'utf8')
  t.match(source, `VERSION = "${API_VERSION}"`)
})

t.test('what an installation brings is within its size', async (t) => {
  const packages = installedPackages(built)
  const bytes = packages.reduce((sum, one) => sum + one.bytes, 0)
  t.ok(bytes <= PACKAGE_BYTES_MAX, `${bytes} bytes`)
  t.ok(
    packages.some(({ name }) => name === '@opentelemetry/api'),
    'the dependencies are counted'
  )
  t.notOk(
    packages.some(({ name }) => /fastify|chdb|clickhouse/.test(name)),
    'no server, no database'
  )
  t.ok(built.startsWith(join(folder, 'node_modules')))
})

/** From 22.18 on by itself; elsewhere there is no program to test. */
function runsTypeScript(node: string): boolean {
  return (
    execFileSync(node, ['-p', 'process.features.typescript'], { encoding: 'utf8' }) === 'strip\n'
  )
}

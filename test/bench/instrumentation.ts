// What watching costs an agent: the same program bare and instrumented, in turns, in processes of their own, as
// the package is published, with model host and destination in this process. The agent is a coding agent,
// test/support/bench-agent.ts, whose turn is one streamed answer of about 150 pieces and one tool in turn: a
// search through 230 source files, a file read, a file edited, a command. An agent that does less of its own pays
// a larger share: what a turn and a span cost is told in microseconds of CPU.
// Run: ROUNDS=9 node test/bench/instrumentation.ts [a folder with another build, to compare in the same rounds]

import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { startBenchHost } from '../support/bench-model.ts'
import { buildInstrumentation } from '../support/built-instrumentation.ts'
import { startRecorder } from '../support/llm-recorder.ts'
import { startModelServer } from '../support/model-server.ts'

const ROUNDS = Number(process.env['ROUNDS'] ?? 9)

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const AGENT = fileURLToPath(new URL('../support/bench-agent.ts', import.meta.url))

const base = join(ROOT, '.tap', 'bench')
mkdirSync(base, { recursive: true })
const folder = mkdtempSync(join(base, 'built-'))

function cut(values: readonly number[], share: number): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length * share)] ?? 0
}

/** Microseconds of CPU a turn. */
interface Micros {
  readonly process: number
  readonly mainThread: number
  readonly commands: number
}

/** Its first 20 turns, in which nothing is compiled yet, and those after. */
interface AgentRun {
  readonly first: Micros
  readonly later: Micros
}

async function runAgent(env: Record<string, string>, build: string | undefined): Promise<AgentRun> {
  const flags = build === undefined ? [] : ['--import', join(build, 'register.js')]
  const child = spawn(process.execPath, ['--no-warnings', ...flags, AGENT], {
    cwd: ROOT,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
    timeout: 120_000
  })
  let out = ''
  for await (const chunk of child.stdout) out += String(chunk)
  return JSON.parse(out) as AgentRun
}

/** All of a program's spans are here when it has ended: it waits for its helper. */
async function spansATurn(env: Record<string, string>, build: string): Promise<number> {
  const before = host.spanCount()
  const turns = 40
  const counted = { AGENT_LATER_TURNS: String(turns - 20), ONSET_EXIT_WAIT_MS: '10000' }
  await runAgent({ ...env, ...counted }, build)
  return (host.spanCount() - before) / turns
}

async function compare(told: string, env: Record<string, string>): Promise<void> {
  const bare: AgentRun[] = []
  const watched = new Map<string, AgentRun[]>(builds.map((build) => [build, []]))
  for (let round = 0; round < ROUNDS; round += 1) {
    bare.push(await runAgent(env, undefined))
    for (const build of builds) watched.get(build)?.push(await runAgent(env, build))
  }
  for (const [build, runs] of watched) {
    const spans = await spansATurn(env, build)
    console.log(
      `${told}, ${spans.toFixed(1)} spans a turn, ${ROUNDS} rounds, ${others.includes(build) ? build : 'this build'}`
    )
    for (const part of ['first', 'later'] as const) {
      tell(
        part,
        bare.map((run) => run[part]),
        runs.map((run) => run[part]),
        spans
      )
    }
  }
}

function tell(
  part: keyof AgentRun,
  bare: readonly Micros[],
  watched: readonly Micros[],
  spans: number
): void {
  const own = (kind: keyof Micros): number =>
    cut(
      bare.map((run) => run[kind]),
      0.5
    )
  const added = (kind: keyof Micros, at: number): number =>
    cut(
      watched.map((run, round) => run[kind] - (bare[round]?.[kind] ?? 0)),
      at
    )
  const [ofProcess, commands] = [own('process'), own('commands')]
  const percent = (micros: number, of: number): string => `${((micros / of) * 100).toFixed(1)} %`
  const quarters = [0.25, 0.75].map((at) => added('process', at).toFixed(0)).join(' to ')
  const more = added('process', 0.5)
  console.log(
    [
      `  ${part === 'first' ? 'first 20 turns' : 'turns after'}: its own work ${ofProcess.toFixed(0)} µs a turn, +${more.toFixed(0)} (${quarters})`,
      `+${added('mainThread', 0.5).toFixed(0)} on the main thread`,
      `${(more / spans).toFixed(0)} µs a span`,
      `${percent(more, ofProcess)} of its own work`,
      ...(commands === 0
        ? []
        : [
            `${percent(more, ofProcess + commands)} of its own and its commands' (${commands.toFixed(0)} µs)`
          ])
    ].join(', ')
  )
}

const host = await startBenchHost()
const others = process.argv.slice(2).map((other) => resolve(other))
const builds = [...others, buildInstrumentation(folder)]
try {
  const env = {
    MODEL_URL: `${host.url}/v1`,
    OTEL_EXPORTER_OTLP_ENDPOINT: host.url,
    ONSET_SPOOL_DIR: join(folder, 'spool')
  }
  await compare('nothing but calls', { ...env, AGENT_TOOLS: 'none' })
  await compare('a coding agent', env)
  await printHistoryBytes()
} finally {
  host.close()
  rmSync(folder, { recursive: true, force: true })
}

/** 200 turns of 4 KB each: what the conversation costs on spans with each bound. */
async function printHistoryBytes(): Promise<void> {
  const server = await startModelServer()
  for (const messagesCharsMax of [8 * 1024, 16 * 1024, 32 * 1024, 128 * 1024, Infinity]) {
    const recorder = startRecorder({ limits: { messagesCharsMax } })
    const messages: { role: string; content: string }[] = []
    for (let turn = 0; turn < 200; turn += 1) {
      messages.push({ role: 'user', content: `${turn} ${'z'.repeat(4096)}` })
      const body = JSON.stringify({ model: 'plain', messages })
      await (await fetch(`${server.url}/v1/chat/completions`, { method: 'POST', body })).text()
      messages.push({ role: 'assistant', content: 'ok' })
    }
    recorder.stop()
    const bytes = recorder
      .spans('chat')
      .map(({ attributes }) => String(attributes['gen_ai.input.messages']).length)
      .reduce((sum, length) => sum + length, 0)
    console.log(
      `messages of a run of 200 calls, bound ${messagesCharsMax}: ${(bytes / 1e6).toFixed(1)} MB`
    )
  }
  await server.close()
}

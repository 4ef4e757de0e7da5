// What watching costs an agent: the same program bare and instrumented, in turns, in processes of their own, as
// the package is published, with model host and destination in this process. Figures are CPU time of the
// agent's process. The agent is a coding agent, test/support/bench-agent.ts, whose turn is one streamed answer
// of about 150 pieces and one tool in turn: a search through 230 source files, a file read, a file edited, a
// command. An agent that does less of its own pays a larger share: what a turn costs is told in microseconds.
// Run: node test/bench/instrumentation.ts

import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { startBenchHost } from '../support/bench-model.ts'
import { buildInstrumentation } from '../support/built-instrumentation.ts'
import { startRecorder } from '../support/llm-recorder.ts'
import { startModelServer } from '../support/model-server.ts'

const ROUNDS = Number(process.env['ROUNDS'] ?? 15)

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const AGENT = fileURLToPath(new URL('../support/bench-agent.ts', import.meta.url))

const base = join(ROOT, '.tap', 'bench')
mkdirSync(base, { recursive: true })
const folder = mkdtempSync(join(base, 'built-'))

function cut(values: readonly number[], share: number): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length * share)] ?? 0
}

async function microsATurn(env: Record<string, string>, flags: readonly string[]): Promise<number> {
  const child = spawn(process.execPath, ['--no-warnings', ...flags, AGENT], {
    cwd: ROOT,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
    timeout: 120_000
  })
  let out = ''
  for await (const chunk of child.stdout) out += String(chunk)
  return Number(out.trim())
}

async function compare(told: string, env: Record<string, string>, flags: string[]): Promise<void> {
  const [bare, added]: [number[], number[]] = [[], []]
  for (let round = 0; round < ROUNDS; round += 1) {
    const without = await microsATurn(env, [])
    bare.push(without)
    added.push((await microsATurn(env, flags)) - without)
  }
  const base = cut(bare, 0.5)
  const share = (at: number): string => ((cut(added, at) / base) * 100).toFixed(1)
  console.log(
    `${told}: bare ${base} µs a turn, instrumented +${cut(added, 0.5)} µs, +${share(0.5)} % (${share(0.25)} to ${share(0.75)}); ${ROUNDS} rounds`
  )
}

const host = await startBenchHost()
try {
  const built = buildInstrumentation(folder)
  const env = {
    MODEL_URL: `${host.url}/v1`,
    OTEL_EXPORTER_OTLP_ENDPOINT: host.url,
    ONSET_SPOOL_DIR: join(folder, 'spool')
  }
  const flags = ['--import', join(built, 'register.js')]
  await compare('nothing but calls', { ...env, AGENT_TOOLS: 'none' }, flags)
  await compare('a coding agent', env, flags)
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

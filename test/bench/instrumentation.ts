// What watching costs an agent: the same program bare and instrumented, in turns, in processes of its own,
// against a stub of the host in this one. The agent asks, streams the answer, and works: it reads, parses
// and hashes its files, as tools do. Figures are CPU time of the agent's process.
// Run: node test/bench/instrumentation.ts

import { spawn } from 'node:child_process'
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { startRecorder } from '../support/llm-recorder.ts'
import { startModelServer } from '../support/model-server.ts'

const ROUNDS = 7
const CALLS = 40
/** Bytes that the agent's tools go through for one answer, as a test run or a search would. */
const WORK_FILES = 60

const PRELOAD = fileURLToPath(new URL('../support/llm-preload.ts', import.meta.url))
const ROOT = fileURLToPath(new URL('../..', import.meta.url))

const AGENT = `
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { OpenAI } from 'openai'
const client = new OpenAI({ baseURL: process.env.MODEL_URL + '/v1', apiKey: 'k' })
const messages = [{ role: 'user', content: 'x'.repeat(2000) }]
const isWorking = process.env.WORK === '1'
const work = () => {
  for (let at = 0; at < ${WORK_FILES}; at += 1) {
    const text = readFileSync('package-lock.json', 'utf8')
    createHash('sha256').update(text).digest('hex')
    if (at % 10 === 0) JSON.parse(text)
  }
}
const ask = async () => {
  let said = ''
  const stream = await client.chat.completions.create({ model: 'plain', messages, stream: true })
  for await (const chunk of stream) said += chunk.choices[0]?.delta?.content ?? ''
  messages.push({ role: 'assistant', content: said }, { role: 'user', content: 'y'.repeat(2000) })
}
for (let call = 0; call < 5; call += 1) await ask()
const before = process.cpuUsage()
for (let call = 0; call < ${CALLS}; call += 1) {
  await ask()
  if (isWorking) work()
}
const { user, system } = process.cpuUsage(before)
console.log(user + system)
`

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0
}

async function cpuMicros(
  file: string,
  env: Record<string, string>,
  isWatched: boolean
): Promise<number> {
  const args = isWatched ? ['--import', PRELOAD, file] : [file]
  const child = spawn(process.execPath, ['--no-warnings', ...args], {
    cwd: ROOT,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
    timeout: 60_000
  })
  let out = ''
  for await (const chunk of child.stdout) out += String(chunk)
  return Number(out.trim()) / CALLS
}

const server = await startModelServer()
// Inside the project, where the SDK is found.
const file = join(ROOT, `.bench-agent-${process.pid}.mjs`)
writeFileSync(file, AGENT)

try {
  for (const work of ['0', '1']) {
    const env = { MODEL_URL: server.url, WORK: work }
    const [bare, watched]: [number[], number[]] = [[], []]
    for (let round = 0; round < ROUNDS; round += 1) {
      bare.push(await cpuMicros(file, env, false))
      watched.push(await cpuMicros(file, env, true))
    }
    const [without, withUs] = [median(bare), median(watched)]
    const share = (((withUs - without) / without) * 100).toFixed(2)
    const told = work === '1' ? 'an agent that works' : 'nothing but calls'
    console.log(
      `${told}: bare ${without.toFixed(0)} µs a call, instrumented ${withUs.toFixed(0)} µs, +${(withUs - without).toFixed(0)} µs, +${share} %`
    )
  }
  await printHistoryBytes()
} finally {
  rmSync(file)
  await server.close()
}

/** 200 turns of 4 KB each: what the conversation costs on spans with each bound. */
async function printHistoryBytes(): Promise<void> {
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
}

// The program that the bench of the instrumentation measures: a coding agent as people write them by hand,
// with the OpenAI SDK and four tools. It streams each answer, does what the tool call asks for, and goes on
// with the result. With AGENT_TOOLS=none it only talks. Prints what its first and its later turns took, a line
// of JSON, in microseconds of CPU a turn: of its process with all threads, of the main thread alone, and of the
// commands it ran.

import { execFile } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { OpenAI } from 'openai'
import { AGENT_TOOLS, INSTRUCTIONS } from './bench-model.ts'

/** Nothing is compiled yet: what a short run pays. */
const FIRST_TURNS = 20
const LATER_TURNS = Number(process.env['AGENT_LATER_TURNS'] ?? 80)

/** Linux counts in hundredths of a second, whatever the machine: USER_HZ. */
const TICK_MICROS = 10_000

/** Lines of a result that go to the model, as agents cut them. */
const RESULT_LINES_MAX = 60

const run = promisify(execFile)
const hasTools = process.env['AGENT_TOOLS'] !== 'none'
const client = new OpenAI({ baseURL: process.env['MODEL_URL'] ?? '', apiKey: 'sk-none' })
const workspace = mkdtempSync(join(tmpdir(), 'onset-bench-agent-'))

interface ToolCall {
  id: string
  name: string
  given: string
}

const TOOLS: Readonly<Record<string, (given: Record<string, string>) => Promise<string>>> = {
  /** As a search without an index: every source file of the project is read and looked through. */
  search: async ({ pattern = '' }) => {
    const wanted = new RegExp(pattern)
    const found: string[] = []
    for (const path of sourceFiles()) {
      const lines = (await readFile(path, 'utf8')).split('\n')
      for (const [at, line] of lines.entries()) {
        if (wanted.test(line)) found.push(`${path}:${at + 1}: ${line}`)
      }
    }
    return found.join('\n')
  },
  read_file: async ({ path = '' }) => {
    const lines = (await readFile(path, 'utf8')).split('\n')
    return lines.map((line, at) => `${at + 1}\t${line}`).join('\n')
  },
  edit_file: async ({ path = '', from = '', to = '' }) => {
    const text = await readFile(path, 'utf8')
    await writeFile(join(workspace, path.replaceAll('/', '-')), text.replaceAll(from, to))
    return `replaced ${text.split(from).length - 1} times`
  },
  run: async ({ command = '' }) => {
    const { stdout, stderr } = await run('sh', ['-c', command])
    return stdout + stderr
  }
}

function sourceFiles(): readonly string[] {
  return readdirSync('instrumentation', { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !/node_modules|dist/.test(name))
    .map((name) => join('instrumentation', name))
}

const messages: OpenAI.ChatCompletionMessageParam[] = [
  { role: 'system', content: INSTRUCTIONS },
  { role: 'user', content: 'Find out why the upload of spans stops, and mend it.' }
]

/** One request: the answer put together from its pieces. */
async function ask(): Promise<{ readonly said: string; readonly calls: readonly ToolCall[] }> {
  const model = hasTools ? 'coder' : 'talker'
  const stream = await client.chat.completions.create({
    model,
    messages,
    stream: true,
    tools: AGENT_TOOLS
  })
  let said = ''
  const calls: ToolCall[] = []
  for await (const chunk of stream) {
    const { content, tool_calls: pieces = [] } = chunk.choices[0]?.delta ?? {}
    said += content ?? ''
    for (const piece of pieces) take(calls, piece)
  }
  return { said, calls }
}

type CallPiece = OpenAI.ChatCompletionChunk.Choice.Delta.ToolCall

function take(calls: ToolCall[], { index, id = '', function: piece }: CallPiece): void {
  const call = (calls[index] ??= { id, name: piece?.name ?? '', given: '' })
  call.given += piece?.arguments ?? ''
}

async function turn(): Promise<void> {
  const { said, calls } = await ask()
  messages.push({
    role: 'assistant',
    content: said,
    ...(calls.length === 0
      ? {}
      : {
          tool_calls: calls.map(({ id, name, given }) => ({
            id,
            type: 'function' as const,
            function: { name, arguments: given }
          }))
        })
  })
  if (calls.length === 0) messages.push({ role: 'user', content: 'Go on. '.repeat(100) })
  for (const { id, name, given } of calls) {
    const result = await TOOLS[name]?.(JSON.parse(given) as Record<string, string>)
    const content = (result ?? '').split('\n').slice(0, RESULT_LINES_MAX).join('\n')
    messages.push({ role: 'tool', tool_call_id: id, content })
  }
}

interface Micros {
  readonly process: number
  readonly mainThread: number
  readonly commands: number
}

function cpuNow(): Micros {
  const { user, system } = process.cpuUsage()
  const main = process.threadCpuUsage()
  return {
    process: user + system,
    mainThread: main.user + main.system,
    commands: commandMicros()
  }
}

/** Of the commands that have ended: `cutime` and `cstime` of https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html */
function commandMicros(): number {
  // The fields after the name, which may have spaces in it.
  const fields = readFileSync('/proc/self/stat', 'utf8').split(') ').at(-1)?.split(' ') ?? []
  return (Number(fields[13]) + Number(fields[14])) * TICK_MICROS
}

async function measure(turns: number): Promise<Micros> {
  const before = cpuNow()
  for (let count = 0; count < turns; count += 1) await turn()
  const after = cpuNow()
  return {
    process: (after.process - before.process) / turns,
    mainThread: (after.mainThread - before.mainThread) / turns,
    commands: (after.commands - before.commands) / turns
  }
}

try {
  const first = await measure(FIRST_TURNS)
  const later = await measure(LATER_TURNS)
  process.stdout.write(`${JSON.stringify({ first, later })}\n`)
} finally {
  rmSync(workspace, { recursive: true })
}

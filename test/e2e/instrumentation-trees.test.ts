// What becomes of agents in a real Onset: run, stages, steps. The same agent with and without a framework gives
// the same tree, and each program of the instrumentation's README gives the tree of what it does.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { createApiClient, type RunDetail } from '../../instrumentation/api-client/index.ts'
import type { SpokenCall } from '../support/model-answers.ts'
import { startModelServer } from '../support/model-server.ts'
import { aDataDir, childEnvironment, startOnset } from '../support/onset-process.ts'
import { CALLS, FINAL_TEXT, playedAnswers, TASK, workFolder } from '../support/played-task.ts'
import { REGISTER } from '../support/registered-agent.ts'
import { SAME_AGENT } from '../support/same-agent.ts'
import { waitFor } from '../support/wait-for.ts'

// An engine, and programs that load a framework each, on a machine that may be busy.
t.setTimeout(300_000)

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const EXAMPLES = join(ROOT, 'instrumentation', 'examples')
const README = readFileSync(join(ROOT, 'instrumentation', 'README.md'), 'utf8')
const LINES_MAX = 40
const COMPLETE_TIMEOUT_MS = 60_000

const onset = await startOnset(t, { dataDir: aDataDir(t) })
const api = createApiClient({ ONSET_URL: onset.url })
const folder = t.testdir()

/** OpenAI Agents sends its traces to OpenAI as well when it has a key; nothing of a test leaves the machine. */
const OFFLINE = `data:text/javascript,${encodeURIComponent(`
  const { fetch } = globalThis
  globalThis.fetch = (to, ...rest) =>
    String(to).startsWith('http://127.0.0.1:') ? fetch(to, ...rest) : Promise.reject(new Error('offline'))
`)}`

interface Program {
  readonly name: string
  readonly command: readonly [string, ...string[]]
  readonly env?: Readonly<Record<string, string>>
}

interface Ended {
  readonly stdout: string
  readonly stderr: string
}

async function run({ name, command: [command, ...args], env }: Program): Promise<Ended> {
  const child = spawn(command, args, {
    cwd: workFolder(folder, `in ${name}`),
    env: childEnvironment({
      ONSET_URL: onset.url,
      ONSET_SPOOL_DIR: join(folder, 'spool'),
      ONSET_EXIT_WAIT_MS: '10000',
      OPENAI_API_KEY: 'k',
      ...env
    }),
    stdio: ['ignore', 'pipe', 'pipe']
  })
  let [stdout, stderr] = ['', '']
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()))
  const [code] = (await once(child, 'close')) as [number | null]
  t.equal(code, 0, `${name}: ${stderr}`)
  t.notMatch(stderr, /defect/)
  return { stdout, stderr }
}

/** Flags of a Node program that is recorded with the flag alone. */
const RECORDED = ['--import', OFFLINE, '--import', REGISTER] as const

function runNamed(agent: string): Promise<RunDetail> {
  const look = async (): Promise<RunDetail | undefined> => {
    const [found] = (await api.listRuns({ agent })).items
    const detail = found === undefined ? undefined : await api.findRun(found.id)
    return detail?.run.state === 'complete' ? detail : undefined
  }
  return waitFor(`the run of ${agent}`, look, COMPLETE_TIMEOUT_MS)
}

/** A step as it must be, whatever the agent is written with. */
function toFacts(detail: RunDetail): readonly unknown[] {
  const steps = detail.steps as readonly (RunDetail['steps'][number] & {
    readonly arguments: string
    readonly thought: string
    readonly observation: string
    readonly filesWritten: readonly string[]
    readonly tokens: unknown
  })[]
  return steps.map((step) => ({
    kind: step.kind,
    parentIndex: step.parentIndex,
    tool: step.tool,
    action: step.action,
    arguments: step.arguments === '' ? undefined : (JSON.parse(step.arguments) as unknown),
    thought: step.thought,
    // Each framework has words of its own for an error.
    result: step.error === undefined ? toSame(step.observation) : 'failed',
    exitCode: step.exitCode,
    filesWritten: step.filesWritten,
    tokens: step.tokens
  }))
}

/** What the test runner prints has times and places. */
function toSame(text: string): string {
  return text
    .split('\n')
    .filter((line) => !/^\s+at |^test at |duration_ms|location:/.test(line))
    .join('\n')
    .replaceAll(/\d+\.\d+ms/g, '')
}

function toStages({ stages }: RunDetail): readonly unknown[] {
  return stages.map(({ name, firstStepIndex, lastStepIndex }) => ({
    name,
    firstStepIndex,
    lastStepIndex
  }))
}

t.test('the same agent gives the same tree, written with a framework or without', async (t) => {
  const model = await startModelServer(playedAnswers(Object.values(CALLS)))
  t.teardown(() => model.close())
  const trees = new Map<string, RunDetail>()
  for (const [name, source] of SAME_AGENT) {
    const file = join(folder, `${name.replaceAll(' ', '-')}.mjs`)
    writeFileSync(file, source)
    const command = [process.execPath, ...RECORDED, file, TASK] as const
    const env = { OPENAI_BASE_URL: `${model.url}/v1`, ONSET_AGENT: name }
    const { stdout } = await run({ name, command: [...command], env })
    t.equal(stdout, `${FINAL_TEXT}\n`, 'the program’s output is its own')
    trees.set(name, await runNamed(name))
  }
  const own = trees.get('a loop of its own')
  if (own === undefined) throw new Error('the loop left no run')
  const facts = toFacts(own)
  t.match(facts, [
    { tool: 'run_command', exitCode: 1, arguments: CALLS.fails.arguments },
    { tool: 'read_notes', result: 'failed', arguments: CALLS.asks.arguments },
    { tool: 'write_file', filesWritten: ['sum.mjs'], result: 'wrote sum.mjs' },
    { tool: 'run_command', exitCode: 0, result: /pass 1/ },
    { kind: 'llm', action: FINAL_TEXT }
  ])
  t.equal(facts.length, 5, 'no more than the agent did')
  t.same(
    own.stages.map(({ name }) => name),
    ['verification', 'inspection', 'implementation', 'verification', 'delivery']
  )
  t.match(own.run, { task: TASK, outcome: 'ok', outcomeSource: 'verification' })
  for (const [name, tree] of trees) {
    t.same(toFacts(tree), facts, `${name}: steps`)
    t.same(toStages(tree), toStages(own), `${name}: stages`)
    for (const key of [
      'task',
      'models',
      'tokens',
      'outcome',
      'outcomeSource',
      'stepCount'
    ] as const) {
      t.same(tree.run[key], own.run[key], `${name}: ${key}`)
    }
  }
})

/** What each example does, as its tree tells it. */
const DONE: readonly SpokenCall[] = [CALLS.fails, CALLS.writes, CALLS.passes]

const toCalls = (steps: RunDetail['steps']): readonly unknown[] =>
  toFacts({ steps } as RunDetail)
    .map((fact) => fact as { readonly tool?: string; readonly arguments?: unknown })
    .filter(({ tool }) => tool !== undefined)
    .map(({ tool, arguments: given }) => ({ name: tool, arguments: given }))

const EXPECTED_CALLS = DONE.map(({ name, arguments: given }) => ({ name, arguments: given }))

t.test('each example is in the README as it is here, and short', async (t) => {
  const files = readdirSync(EXAMPLES)
  t.equal(files.length, 6)
  for (const file of files) {
    const source = readFileSync(join(EXAMPLES, file), 'utf8')
    const language = file.endsWith('.sh') ? 'sh' : 'js'
    t.ok(README.includes(`\`\`\`${language}\n${source}\`\`\`\n`), `${file} is in the README`)
    t.ok(source.trimEnd().split('\n').length <= LINES_MAX, `${file} has at most ${LINES_MAX} lines`)
  }
})

t.test('each example gives the tree of what it does', async (t) => {
  const model = await startModelServer(playedAnswers(DONE))
  t.teardown(() => model.close())
  const env = { OPENAI_BASE_URL: `${model.url}/v1` }
  for (const file of readdirSync(EXAMPLES).filter((name) => name.endsWith('.mjs'))) {
    const isNamed = file === 'named-run.mjs'
    const agent = isNamed ? 'coder' : file.replace('.mjs', '')
    const command = [process.execPath, ...RECORDED, join(EXAMPLES, file), TASK] as const
    await run({ name: file, command: [...command], env })
    const { run: told, steps, stages } = await runNamed(agent)
    t.same(toCalls(steps), EXPECTED_CALLS, `${file}: its tools, no more`)
    t.equal(steps.length, isNamed ? DONE.length : DONE.length + 1, `${file}: and the last answer`)
    t.match(told, {
      task: TASK,
      outcome: 'ok',
      outcomeSource: isNamed ? 'declared' : 'verification'
    })
    if (isNamed) {
      const named = ['inspection', 'implementation', 'verification']
      t.same(
        stages.map(({ name }) => name),
        named,
        'its stages are those it names'
      )
      t.same(
        steps.map(({ stage }) => stage),
        named
      )
    }
  }
})

t.test('the example for any command: the check decides, the run is named', async (t) => {
  const model = await startModelServer(playedAnswers(DONE))
  t.teardown(() => model.close())
  const bin = join(folder, 'bin')
  mkdirSync(bin)
  // npx of the published package finds its command; here it is the repository's.
  const npx = join(bin, 'npx')
  writeFileSync(
    npx,
    `#!/bin/sh\nshift 2\nexec "${process.execPath}" "${join(ROOT, 'onset.ts')}" "$@"\n`
  )
  chmodSync(npx, 0o755)
  const { stdout, stderr } = await run({
    name: 'any command',
    command: ['sh', join(EXAMPLES, 'any-command.sh')],
    env: {
      OPENAI_BASE_URL: `${model.url}/v1`,
      PATH: [bin, dirname(process.execPath), process.env['PATH']].join(delimiter),
      AGENT: `node ${join(EXAMPLES, 'own-loop.mjs')}`
    }
  })
  t.equal(stdout, `${FINAL_TEXT}\n`)
  const [, runId = ''] = /^onset: run ([0-9a-f]{32}): ok, \d+ steps$/m.exec(stderr) ?? []
  const detail = await api.findRun(runId)
  t.match(detail?.run, { agent: 'own-loop', task: TASK, outcome: 'ok', outcomeSource: 'reported' })
  t.same(
    toCalls(detail?.steps.filter(({ parentIndex }) => parentIndex === undefined) ?? []),
    EXPECTED_CALLS,
    'the agent’s own steps are those of the program without the launch'
  )
})

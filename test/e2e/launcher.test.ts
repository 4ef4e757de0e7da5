// `onset run -- node agent.mjs` against a real Onset: an agent without any framework, with a model it asks over
// fetch, a command and a file, fails; what the launch says at its end is what Onset found.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { createApiClient } from '../../instrumentation/api-client/index.ts'
import { startModelServer } from '../support/model-server.ts'
import { aDataDir, childEnvironment, startOnset } from '../support/onset-process.ts'
import { runOnsetCommand, type CommandEnd } from '../support/run-onset-command.ts'

const ONSET = fileURLToPath(new URL('../../onset.ts', import.meta.url))

const AGENT = `import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
const ask = async (messages) => {
  const response = await fetch(process.env.MODEL_URL + '/v1/chat/completions', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'a-model', messages })
  })
  return (await response.json()).choices[0].message
}
const messages = [{ role: 'user', content: 'write the sum and test it' }]
const first = await ask(messages)
messages.push(first)
writeFileSync('sum.mjs', 'export const sum = (a, b) => a - b')
let failed = ''
try {
  execFileSync(process.execPath, ['-e', 'throw new Error("expected 3, got -1")'], { stdio: 'pipe' })
} catch (error) {
  failed = String(error.stderr)
}
for (const { id } of first.tool_calls ?? []) messages.push({ role: 'tool', tool_call_id: id, content: failed })
await ask(messages)
console.log('done')
`

/** Sends a conversation as Codex sends it: log records, and no trace of them. */
const CODEX = `const [, , sessions, foreign = ''] = process.argv
const text = (value) => ({ stringValue: value })
const record = (session, name, more) => ({
  observedTimeUnixNano: String(Date.now()) + '000000',
  attributes: Object.entries({ 'event.name': 'codex.' + name, 'conversation.id': session, model: 'm', ...more })
    .map(([key, value]) => ({ key, value: text(value) }))
})
const tool = (id, output) => ({ tool_name: 'shell', call_id: id, arguments: '{"command":"npm test"}', output, success: 'true' })
const recordsOf = (names) => names.split(',').filter(Boolean).flatMap((session) => [
  record(session, 'user_prompt', { prompt: 'make the tests pass' }),
  record(session, 'tool_result', tool('a', 'Exit code: 1\\n1 test failed: expected 3, got -1')),
  record(session, 'tool_result', tool('b', 'Exit code: 1\\n1 test failed: expected 3, got -1'))
])
const launched = process.env.OTEL_RESOURCE_ATTRIBUTES.split(',').map((pair) => pair.split('='))
const resourceLogs = [[sessions, launched], [foreign, []]].map(([names, more]) => ({
  resource: { attributes: [['service.name', 'codex_exec'], ...more].map(([key, value]) => ({ key, value: text(value) })) },
  scopeLogs: [{ scope: {}, logRecords: recordsOf(names) }]
}))
const response = await fetch(process.env.OTEL_EXPORTER_OTLP_ENDPOINT + '/v1/logs', {
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({ resourceLogs })
})
if (response.status !== 200) throw new Error(await response.text())
const listed = async () => {
  const runs = await (await fetch(process.env.ONSET_URL + '/api/runs')).json()
  const known = runs.items.map(({ sessionId }) => sessionId)
  return [sessions, foreign].join().split(',').filter(Boolean).every((session) => known.includes(session))
}
while (!(await listed())) await new Promise((resolve) => setTimeout(resolve, 100))
`

/** Starting an engine and an analysis, beside other tests. */
t.setTimeout(120_000)

t.test(
  'an agent without a framework: its run, its tokens and its onset, told by one command',
  async (t) => {
    const onset = await startOnset(t, { dataDir: aDataDir(t) })
    const model = await startModelServer()
    t.teardown(() => model.close())
    const folder = join(aDataDir(t), 'a folder')
    mkdirSync(folder)
    writeFileSync(join(folder, 'agent.mjs'), AGENT)
    const args = [
      '--task',
      'write the sum',
      '--outcome-from',
      'echo "1 test failed"; exit 1',
      '--wait',
      '20s'
    ]
    const child = spawn(
      process.execPath,
      [ONSET, 'run', ...args, '--', process.execPath, 'agent.mjs'],
      {
        cwd: folder,
        env: childEnvironment({
          ONSET_URL: onset.url,
          MODEL_URL: model.url,
          ONSET_SPOOL_DIR: join(folder, 'spool')
        }),
        stdio: ['ignore', 'pipe', 'pipe']
      }
    )
    let [stdout, stderr] = ['', '']
    child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()))
    child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()))
    const [code] = (await once(child, 'close')) as [number | null]
    t.equal(code, 0, 'the agent believed that it was done; its exit code stays')
    t.equal(stdout, 'done\n')
    t.match(stderr, /^1 test failed$/m)

    const runId = /onset show ([0-9a-f]{32})/.exec(stderr)?.[1] ?? ''
    t.match(stderr, `${onset.url}/runs/${runId}`, 'the page, for a person')
    const detail = await createApiClient({ ONSET_URL: onset.url }).findRun(runId)
    if (detail === undefined) throw new Error('the run that was told is unknown')
    t.match(detail.run, { task: 'write the sum', outcome: 'error', outcomeSource: 'reported' })
    // A model call that asks for tools is no step of its own beside theirs.
    t.match(
      detail.steps.map(({ kind }) => kind).toSorted((a, b) => a.localeCompare(b)),
      ['llm', 'tool', 'tool', 'tool', 'tool']
    )
    t.ok(detail.steps.some(({ action }) => action.includes('sum.mjs')))
    t.ok((detail.run.tokens.input ?? 0) > 0)
    t.ok(detail.stages.length > 0)
    const [top] = detail.onsets
    t.match(
      stderr,
      top === undefined ? /no onset: / : `onset: step ${top.stepIndex}, stage ${top.stage}`
    )
  }
)

t.test(
  'a producer that sends logs alone: its run is told, not the launch’s empty frame',
  async (t) => {
    const onset = await startOnset(t, { dataDir: aDataDir(t) })
    const folder = aDataDir(t)
    writeFileSync(join(folder, 'codex.mjs'), CODEX)
    const script = '#!/bin/sh\nwhile [ "$1" = -c ]; do shift 2; done\n'
    const codex = join(folder, 'codex')
    writeFileSync(
      codex,
      `${script}exec "${process.execPath}" "${join(folder, 'codex.mjs')}" "$@"\n`
    )
    chmodSync(codex, 0o755)
    const run = (...args: readonly string[]): Promise<CommandEnd> =>
      runOnsetCommand(['run', ...args], {
        ONSET_URL: onset.url,
        ONSET_SPOOL_DIR: join(folder, 'spool')
      })
    const one = await run('--outcome-from', 'exit 1', '--', codex, 'first')
    t.equal(one.code, 0, one.stderr)
    const told = [...one.stderr.matchAll(/onset show ([0-9a-f]{32})/g)].map(([, id]) => id)
    t.equal(told.length, 1, one.stderr)
    const detail = await createApiClient({ ONSET_URL: onset.url }).findRun(told[0] ?? '')
    t.match(detail?.run, { service: 'codex_exec', sessionId: 'first', outcome: 'error' })
    t.match(one.stderr, /^onset: run [0-9a-f]{32}: error, 2 steps$/m, 'the check counts')
    t.match(one.stderr, /^onset: {3}onset: step 2, stage verification/m)

    const two = await run('--', codex, 'second,third', 'foreign')
    const others = [...two.stderr.matchAll(/run ([0-9a-f]{32}):/g)].map(([, id = '']) => id)
    const api = createApiClient({ ONSET_URL: onset.url })
    const sessions = await Promise.all(
      others.map(async (id) => (await api.findRun(id))?.run.sessionId)
    )
    t.same(
      new Set(sessions),
      new Set(['second', 'third']),
      'neither the run of the launch before is told nor one of another that went on meanwhile'
    )
    t.notMatch(two.stderr, /several of its sessions/)
  }
)

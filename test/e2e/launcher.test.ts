// `onset run -- node agent.mjs` against a real Onset: an agent without any framework, with a model it asks over
// fetch, a command and a file, fails; what the launch says at its end is what Onset found.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { createApiClient } from '../../instrumentation/api-client/index.ts'
import { startModelServer } from '../support/model-server.ts'
import { aDataDir, childEnvironment, startOnset } from '../support/onset-process.ts'

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
    t.match(stderr, `${onset.url}/api/runs/${runId}`)
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

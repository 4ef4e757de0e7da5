// The README's promise with the README's programs: a real Onset, the real demo, their real output.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { fileURLToPath } from 'node:url'
import t, { type Test } from 'tap'
import { createApiClient } from '../../instrumentation/api-client/index.ts'
import { aDataDir, childEnvironment, startOnset } from '../support/onset-process.ts'

// Each command is a process that loads all of them, on a machine that may be busy.
t.setTimeout(300_000)

const DEMO = fileURLToPath(new URL('../../instrumentation/demo/main.ts', import.meta.url))
const ONSET = fileURLToPath(new URL('../../onset.ts', import.meta.url))

interface Printed {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

function run(
  script: string,
  args: readonly string[],
  env: Record<string, string>
): Promise<Printed> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [script, ...args], { env: childEnvironment(env) })
    let [stdout, stderr] = ['', '']
    child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()))
    child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()))
    child.on('close', (code) => resolve({ code, stdout, stderr }))
  })
}

t.test(
  'the demo shows three runs, two onsets at the right steps, none on the success',
  async (t) => {
    const onset = await startOnset(t, { dataDir: aDataDir(t) })
    const env = { ONSET_URL: onset.url }
    const demo = await run(DEMO, [], env)
    t.equal(demo.code, 0, demo.stderr)

    const parts = demo.stdout.split('━━ ').slice(1)
    t.equal(parts.length, 3)
    const [success = '', wrong = '', loop = ''] = parts
    t.match(success, /ok \(verification\)/)
    t.notMatch(success, /ONSET/)
    t.match(wrong, /error \(verification\)/)
    t.match(
      wrong,
      /▶ +3 ● write_file[^\n]*duration\.js[^\n]*ONSET/,
      'the step that guessed the unit'
    )
    t.match(wrong, /7 [^\n]*node --test[^\n]*symptom/, 'the test that showed it')
    t.match(loop, /▶ +2 [^\n]*migrate\.js[^\n]*ONSET unproductive_loop/, 'the first of the loop')
    t.match(loop, /waste +6 steps/)

    const listed = await run(ONSET, ['runs', '--json'], env)
    const { items } = JSON.parse(listed.stdout) as { items: { id: string; outcome: string }[] }
    t.same(items.map(({ outcome }) => outcome).toSorted(), ['error', 'error', 'ok'])

    const api = createApiClient(env)
    const details = await Promise.all(items.map(({ id }) => api.findRun(id)))
    t.same(
      details.map((detail) => detail?.onsets[0]?.stepIndex ?? 0).toSorted((a, b) => a - b),
      [0, 2, 3]
    )

    const looped = details.find((detail) => detail?.onsets[0]?.stepIndex === 2)
    const again = await run(ONSET, ['localize', looped?.run.id ?? '', '--json'], env)
    t.equal(again.code, 0, again.stderr)
    const second = JSON.parse(again.stdout) as typeof looped
    t.same(second?.onsets, looped?.onsets, 'the same run gets the same answer')
    t.equal(
      second?.run.revision,
      looped?.run.revision,
      'and an answer that is the same is no new revision'
    )
  }
)

t.test('the commands say what to do when no Onset answers or the usage is wrong', async (t) => {
  const nowhere = { ONSET_URL: 'http://127.0.0.1:9' }
  const demo = await run(DEMO, [], nowhere)
  t.equal(demo.code, 1)
  t.match(demo.stderr, /no Onset answers at http:\/\/127\.0\.0\.1:9: start it with "npm start"/)
  const runs = await run(ONSET, ['runs'], nowhere)
  t.equal(runs.code, 1)
  t.match(runs.stderr, /^onset runs: no Onset answers/)
  for (const args of [[], ['frobnicate'], ['show'], ['runs', '--colour'], ['show', 'a', 'b']]) {
    const refused = await run(ONSET, args, nowhere)
    t.equal(refused.code, 2, args.join(' '))
  }
  const help = await run(ONSET, ['--help'], nowhere)
  t.equal(help.code, 0)
  for (const name of ['runs', 'show', 'localize', 'eval']) t.match(help.stdout, `onset ${name}`)
})

interface Refusing {
  readonly url: string
  readonly asked: string[]
}

/** An Onset with keys: it is ready, and takes and shows what it is told to. */
async function startRefusing(t: Test, isReadable: boolean): Promise<Refusing> {
  const asked: string[] = []
  const server = createServer((request, response) => {
    const path = (request.url ?? '').split('?')[0] ?? ''
    asked.push(path)
    const isOk = path === '/readyz' || (isReadable && path === '/api/runs')
    response.writeHead(isOk ? 200 : 401, { 'content-type': 'application/json' })
    response.end(JSON.stringify(isOk ? { items: [] } : { error: { message: 'no key' } }))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => {
    server.close()
    server.closeAllConnections()
  })
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the server has no port')
  return { url: `http://127.0.0.1:${address.port}`, asked }
}

t.test('without a key where keys are, the demo plays nothing and says what to set', async (t) => {
  const { url, asked } = await startRefusing(t, false)
  const demo = await run(DEMO, [], { ONSET_URL: url })
  t.match(demo, {
    code: 1,
    stdout: '',
    stderr: /^Onset at \S+ requires a key: set ONSET_API_KEY\n$/
  })
  t.notOk(asked.includes('/v1/traces'))
})

t.test('a demo whose spans are refused ends', async (t) => {
  const { url } = await startRefusing(t, true)
  const demo = await run(DEMO, [], { ONSET_URL: url, ONSET_API_KEY: 'reads' })
  t.match(demo, { code: 1, stderr: /ended early[^]*with the scopes ingest and read/ })
})

t.test('without its development packages the demo says what to install', async (t) => {
  const hooks = `import { registerHooks } from 'node:module'
    registerHooks({ resolve(name, context, next) {
      if (name !== 'openai') return next(name, context)
      throw Object.assign(new Error('Cannot find package'), { code: 'ERR_MODULE_NOT_FOUND' })
    } })`
  const hidden = `--import=data:text/javascript,${encodeURIComponent(hooks)}`
  const demo = await run(DEMO, [], { NODE_OPTIONS: hidden })
  t.match(demo, { code: 1, stdout: '', stderr: /^[^\n]*development packages[^\n]*npm ci[^\n]*\n$/ })
})

t.test('an unknown run is a clear sentence, and no runs at all is one too', async (t) => {
  const onset = await startOnset(t, { dataDir: aDataDir(t) })
  const env = { ONSET_URL: onset.url }
  const unknown = await run(ONSET, ['show', 'f'.repeat(32)], env)
  t.equal(unknown.code, 1)
  t.match(unknown.stderr, /there is no run f{32}/)
  const refused = await run(ONSET, ['runs', '--limit', '0'], env)
  t.equal(refused.code, 2, 'a value that the server refuses is wrong usage')
  t.match(refused.stderr, /limit is 0; it must be >= 1/)
  const none = await run(ONSET, ['runs'], env)
  t.equal(none.code, 0)
  t.match(none.stdout, /no runs match.*npm run demo/)
})

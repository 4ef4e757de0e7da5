// `npm run onset` from wherever it is called: npm changes the working folder, the caller's is meant.

import { spawnSync } from 'node:child_process'
import { chmodSync, readFileSync, realpathSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { aDataDir, childEnvironment, startOnset } from '../support/onset-process.ts'

t.setTimeout(300_000)

const ROOT = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '')
const WRITE_CWD = `require('node:fs').writeFileSync('here.txt', process.cwd())`

/** As npm sets it for a script of the checkout that is started elsewhere. */
function asNpm(startedIn: string): Record<string, string> {
  return {
    INIT_CWD: startedIn,
    npm_lifecycle_event: 'onset',
    npm_command: 'run-script',
    npm_package_json: join(ROOT, 'package.json')
  }
}

function runOnset(args: readonly string[], cwd: string, env: Record<string, string>) {
  return spawnSync(process.execPath, [join(ROOT, 'onset.ts'), ...args], {
    cwd,
    encoding: 'utf8',
    env: childEnvironment({ OTEL_SDK_DISABLED: 'true', ...env })
  })
}

t.test('an agent started through npm runs in the folder of its caller', async (t) => {
  const folder = realpathSync(t.testdir())
  const args = ['run', '--', process.execPath, '-e', WRITE_CWD]
  const ended = runOnset(args, ROOT, asNpm(folder))
  t.equal(ended.status, 0, ended.stderr)
  t.equal(readFileSync(join(folder, 'here.txt'), 'utf8'), folder)
})

t.test('what a script of ours starts elsewhere stays where it is', async (t) => {
  const folder = realpathSync(t.testdir({ other: {} }))
  const args = ['run', '--', process.execPath, '-e', WRITE_CWD]
  const inherited = runOnset(args, join(folder, 'other'), asNpm(dirname(folder)))
  t.equal(inherited.status, 0, inherited.stderr)
  t.equal(readFileSync(join(folder, 'other/here.txt'), 'utf8'), join(folder, 'other'))
})

/** What they answer to the question whether they read TypeScript, and else. */
const NEW_NODE = '#!/bin/sh\n[ "$1" = -p ] && echo strip || echo mine\n'
const OLD_NODE = '#!/bin/sh\n[ "$1" = -p ] && echo undefined || exit 9\n'

const WRITE_PATH = `require('node:fs').writeFileSync('path.txt', process.env.PATH)`

t.test(
  'an agent started through npm has the PATH of its caller, a Node for it apart',
  async (t) => {
    const folder = realpathSync(t.testdir())
    const path = process.env['PATH'] ?? ''
    const script = ['--prefix', ROOT, 'run', '-s', 'onset', '--']
    const agent = ['run', '--', process.execPath, '-e', WRITE_PATH]
    const ended = spawnSync('npm', [...script, ...agent], {
      cwd: folder,
      encoding: 'utf8',
      env: childEnvironment({ OTEL_SDK_DISABLED: 'true' })
    })
    t.equal(ended.status, 0, ended.stderr)
    const seen = readFileSync(join(folder, 'path.txt'), 'utf8')
    t.ok(seen === path || seen === [dirname(process.execPath), path].join(delimiter), seen)
  }
)

t.test(
  'its node is its own, also where a folder of ours was put in the PATH on purpose',
  async (t) => {
    const folder = realpathSync(t.testdir({ bin: { node: NEW_NODE } }))
    chmodSync(join(folder, 'bin/node'), 0o755)
    const bins = join(ROOT, 'node_modules/.bin')
    const npms = [
      bins,
      join(dirname(ROOT), 'node_modules/.bin'),
      '/npm/run-script/lib/node-gyp-bin'
    ]
    const own = [join(folder, 'bin'), bins, '/usr/bin', '/bin']
    for (const added of [npms, npms.slice(0, 2)]) {
      const PATH = [...added, ...own].join(delimiter)
      const ended = runOnset(['run', '--', 'node', 'agent.js'], ROOT, { ...asNpm(folder), PATH })
      t.equal(ended.stdout, 'mine\n', ended.stderr)
      const shell = ['run', '--', 'sh', '-c', 'echo "$PATH"']
      t.equal(runOnset(shell, ROOT, { ...asNpm(folder), PATH }).stdout.trim(), own.join(delimiter))
    }
  }
)

t.test('a Node that cannot read the instrumentation gives way to the one of Onset', async (t) => {
  const folder = realpathSync(
    t.testdir({ bin: { node: OLD_NODE }, 'agent.cjs': `${WRITE_CWD}\nboom()` })
  )
  chmodSync(join(folder, 'bin/node'), 0o755)
  const PATH = [join(folder, 'bin'), '/usr/bin', '/bin'].join(delimiter)
  const ended = runOnset(['run', '--', 'node', 'agent.cjs'], ROOT, { ...asNpm(folder), PATH })
  t.match(
    ended,
    { status: 1, stderr: /boom is not defined/ },
    'the agent ran, and failed of its own error'
  )
  t.equal(readFileSync(join(folder, 'here.txt'), 'utf8'), folder)
})

t.test('what ends npm start ends Onset', async (t) => {
  const dataDir = aDataDir(t)
  const onset = await startOnset(t, { dataDir, command: ['npm', 'start'] })
  await onset.stop('SIGTERM')
  t.match(onset.output(), 'store closed')
  const again = await startOnset(t, { dataDir })
  t.same(await again.stop(), { code: 0, signal: null }, 'its folder and ports are free')
})

t.test('the list of commands has its summaries in one column', async (t) => {
  for (const script of ['onset.ts', 'instrumentation/onset.ts']) {
    const { stdout } = spawnSync(process.execPath, [join(ROOT, script), '--help'], {
      encoding: 'utf8',
      env: childEnvironment({})
    })
    const columns = [...stdout.matchAll(/^ {2}onset (\S+ +)\S/gm)].map(([, name = '']) => name)
    t.ok(columns.length > 10)
    t.equal(new Set(columns.map((name) => name.length)).size, 1, script)
  }
})

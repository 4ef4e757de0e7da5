// `npm run onset` from wherever it is called: npm changes the working folder, the caller's is meant.

import { spawnSync } from 'node:child_process'
import { readFileSync, realpathSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { childEnvironment } from '../support/onset-process.ts'

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

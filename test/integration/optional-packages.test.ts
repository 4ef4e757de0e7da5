// The image on a ClickHouse server is installed with `npm ci --omit=optional` (deploy/Dockerfile). npm then leaves out
// the embedded engine, and every native binding of other packages with it: what such a process starts must load
// none of them. Each program is run until it has read its settings, with those packages hidden.

import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'

const ROOT = join(import.meta.dirname, '../..')

interface LockEntry {
  readonly dev?: boolean
  readonly optional?: boolean
}

const lock = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')) as {
  readonly packages: Readonly<Record<string, LockEntry>>
}
const omitted = Object.entries(lock.packages)
  .filter(([, { dev, optional }]) => optional === true && dev !== true)
  .map(([path]) => path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length))

const HIDE = `
import { registerHooks } from 'node:module'
const omitted = ${JSON.stringify(omitted)}
registerHooks({
  resolve(specifier, context, next) {
    if (!omitted.some((name) => specifier === name || specifier.startsWith(name + '/'))) return next(specifier, context)
    throw Object.assign(new Error('omitted: ' + specifier), { code: 'ERR_MODULE_NOT_FOUND' })
  }
})`

interface Ended {
  readonly status: number | null
  readonly output: string
}

function run(args: readonly string[], env: Readonly<Record<string, string>> = {}): Ended {
  const hook = `data:text/javascript,${encodeURIComponent(HIDE)}`
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--import', hook, ...args], {
    cwd: ROOT,
    encoding: 'utf8',
    env: { PATH: process.env['PATH'] ?? '', ...env }
  })
  return { status, output: stdout + stderr }
}

t.test('the packages that npm leaves out are hidden', async (t) => {
  t.ok(omitted.includes('chdb'))
  t.match(run(['-e', "require('chdb')"]), { status: 1, output: /omitted: chdb/ })
})

t.test('collector and processors on a server need none of them', async (t) => {
  const wrong = { ONSET_PORT: 'x' }
  for (const program of ['collector/main.ts', 'processors/main.ts']) {
    t.match(run([program], wrong), { status: 2, output: /ONSET_PORT/ }, program)
  }
  t.match(run(['onset.ts', '--version']), { status: 0, output: /^\d+\.\d+\.\d+\n$/ })
})

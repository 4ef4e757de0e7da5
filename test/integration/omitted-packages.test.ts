// Images are installed with `npm ci --omit=dev`, the one on a ClickHouse server with `--omit=optional` too
// (deploy/Dockerfile). npm then leaves out the embedded engine, and every native binding of other packages with it.
// Each program is run until it has read its settings, with the packages hidden that it does not have there.

import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'

const ROOT = join(import.meta.dirname, '../..')

interface LockEntry {
  readonly dev?: boolean
  readonly optional?: boolean
  readonly devOptional?: boolean
}

const lock = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')) as {
  readonly packages: Readonly<Record<string, LockEntry>>
}
/** Packages of which there is no copy that npm installs. */
function omittedWhen(isOmitted: (entry: LockEntry) => boolean): readonly string[] {
  const entries = Object.entries(lock.packages).map(([path, entry]) => {
    const name = path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length)
    return { name, isOmitted: isOmitted(entry) }
  })
  const installed = new Set(entries.flatMap((entry) => (entry.isOmitted ? [] : entry.name)))
  return entries.flatMap(({ name }) => (installed.has(name) ? [] : name))
}

const EMBEDDED = omittedWhen(({ dev }) => dev === true)
const SERVER = omittedWhen(
  ({ dev, optional, devOptional }) => dev === true || optional === true || devOptional === true
)

const hide = (omitted: readonly string[]): string => `
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

function run(omitted: readonly string[], args: readonly string[], env = {}): Ended {
  const hook = `data:text/javascript,${encodeURIComponent(hide(omitted))}`
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--import', hook, ...args], {
    cwd: ROOT,
    encoding: 'utf8',
    env: { PATH: process.env['PATH'] ?? '', ...env }
  })
  return { status, output: stdout + stderr }
}

const REFUSED = { status: 2, output: /ONSET_PORT/ }
const WRONG = { ONSET_PORT: 'x' }

t.test('the packages that npm leaves out are hidden', async (t) => {
  t.ok(EMBEDDED.includes('tap'))
  t.notOk(EMBEDDED.includes('chdb'))
  t.match(run(EMBEDDED, ['-e', "require('tap')"]), { status: 1, output: /omitted: tap/ })
  t.match(run(SERVER, ['-e', "require('chdb')"]), { status: 1, output: /omitted: chdb/ })
})

t.test('collector, processors and commands of the server image need none of them', async (t) => {
  for (const program of ['collector/main.ts', 'processors/main.ts']) {
    t.match(run(SERVER, [program], WRONG), REFUSED, program)
  }
  t.match(run(SERVER, ['onset.ts', '--version']), { status: 0, output: /^\d+\.\d+\.\d+\n$/ })
})

t.test('everything in one process needs none of those for development', async (t) => {
  t.match(run(EMBEDDED, ['main.ts'], WRONG), REFUSED)
})

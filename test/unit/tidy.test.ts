// The structure as a test: reads every source file and holds its imports, size and words against the
// architecture. Each check is also shown a planted offender, so that none of them can pass by not looking.

import { globSync, readFileSync } from 'node:fs'
import { dirname, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { ERROR_CODES } from '../../collector/model/index.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))

/** Room → rooms it may import. A file directly in collector/ or processors/ composes and may import all below. */
const ROOMS: Readonly<Record<string, readonly string[]>> = {
  'collector/model': [],
  'collector/receiver': ['collector/model'],
  'collector/normalizer': ['collector/model'],
  'collector/effects': ['collector/model'],
  'collector/store': ['collector/model'],
  'collector/access': ['collector/model'],
  'collector/api': ['collector/model'],
  'collector/gateway': ['collector/model'],
  // Types of answers only: what a browser loads of it is its own folder.
  'collector/page': ['collector/model', 'collector/api'],
  'collector/commands': [
    'collector/model',
    'collector/store',
    'collector/receiver',
    'collector/normalizer'
  ],
  'processors/assembler': ['collector/model', 'collector/effects'],
  'processors/completion': ['collector/model'],
  'processors/alerter': ['collector/model'],
  'processors/memory': ['collector/model', 'collector/effects'],
  'processors/lead': ['collector/model'],
  'processors/localizer': ['collector/model', 'collector/effects'],
  'processors/judge': ['collector/model'],
  'processors/evaluation': [
    'collector/model',
    'collector/effects',
    'processors/assembler',
    'processors/localizer',
    'processors/judge',
    'processors/memory'
  ],
  'instrumentation/bridges': [],
  'instrumentation/llm-calls': [],
  'instrumentation/effects': [],
  'instrumentation/telemetry': [],
  'instrumentation/runs': [],
  'instrumentation/api-client': [],
  'instrumentation/terminal': ['instrumentation/api-client'],
  'instrumentation/launcher': ['instrumentation/api-client', 'instrumentation/terminal'],
  'instrumentation/commands': [
    'instrumentation/api-client',
    'instrumentation/terminal',
    'instrumentation/launcher'
  ],
  'instrumentation/demo': ['instrumentation/api-client', 'instrumentation/terminal']
}

const LINES_MAX = 300

/** Tables: long because the world is, not because the logic is. Path → reason. */
const LONG_FILES: Readonly<Record<string, string>> = {}

const BANNED: readonly {
  readonly pattern: RegExp
  readonly instead: string
  readonly except?: RegExp
}[] = [
  { pattern: /\benum\s+\w+\s*\{/, instead: 'a union of string literals' },
  {
    pattern: /\bprocess\.env\b/,
    instead: 'settings passed as a parameter',
    except:
      /(^|\/)(main|onset|register|last-upload)\.ts$|^instrumentation\/demo\/|settings-docs\.ts$/
  },
  {
    pattern: /\bconsole\.(log|warn|error|info)\(/,
    instead: 'the logger, or io.stdout of a command',
    except: /^collector\/settings-docs\.ts$|^instrumentation\/demo\/scenarios\//
  },
  {
    pattern: /\bDate\.now\(/,
    instead: 'the `now` parameter',
    except: /(^|\/)(main|last-upload)\.ts$|^instrumentation\/demo\//
  },
  { pattern: /\b(FIXME|XXX|HACK|TODO)\b/, instead: 'the work itself' },
  { pattern: /\bexport default\b/, instead: 'a named export' },
  { pattern: /\bdangerouslySetInnerHTML\b/, instead: 'text nodes' }
]

const sources = globSync('{instrumentation,collector,processors}/**/*.ts', {
  cwd: ROOT,
  exclude: ['**/node_modules/**', '**/dist/**']
}).map((path) => path.replaceAll('\\', '/'))
const files = [...sources, 'main.ts', 'onset.ts']

function read(path: string): string {
  return readFileSync(resolve(ROOT, path), 'utf8')
}

/** `collector/store` of `collector/store/sql/rows.ts`; `collector` of `collector/server.ts`. */
function roomOf(path: string): string | undefined {
  const parts = path.split('/')
  if (parts.length < 2 || path.startsWith('..')) return undefined
  return parts.length === 2 ? parts[0] : `${parts[0]}/${parts[1]}`
}

function importsOf(text: string): readonly string[] {
  const found = text.matchAll(/(?:\bfrom|\bimport)\s*\(?\s*['"]([^'"]+)['"]/g)
  return [...found].map(([, specifier]) => specifier ?? '')
}

/** Repository path an import leads to, or undefined for a package. */
function targetOf(file: string, specifier: string): string | undefined {
  if (specifier.startsWith('.')) return relative(ROOT, resolve(ROOT, dirname(file), specifier))
  const own = /^@onset\/(\w+)(?:\/([\w-]+))?$/.exec(specifier)
  if (own === null) return undefined
  const [, workspace, room] = own
  return room === undefined ? `${workspace}/index.ts` : `${workspace}/${room}/index.ts`
}

function findImportOffences(file: string, text: string): readonly string[] {
  const room = roomOf(file)
  const offences: string[] = []
  for (const specifier of importsOf(text)) {
    if (room === 'collector/model' && !specifier.startsWith('./')) {
      offences.push(`${file}: collector/model imports nothing, not even ${specifier}`)
      continue
    }
    const target = targetOf(file, specifier)
    const targetRoom = target === undefined ? undefined : roomOf(target)
    if (target === undefined || targetRoom === undefined || targetRoom === room) continue
    if (!mayImport(room, targetRoom)) {
      offences.push(`${file} may not import ${target}: ${room} does not know it`)
    } else if (!target.endsWith('/index.ts') && targetRoom in ROOMS) {
      offences.push(`${file} reaches into ${targetRoom}: import its index.ts, the door`)
    }
  }
  return offences
}

function mayImport(room: string | undefined, target: string): boolean {
  if (room === undefined) return true
  if (room in ROOMS) return ROOMS[room]?.includes(target) === true
  if (room === 'processors')
    return target === 'collector' || /^(processors|collector)\//.test(target)
  return target.startsWith(`${room}/`)
}

t.test('the walk finds the sources: an empty walk would prove nothing', async (t) => {
  t.ok(sources.length > 20)
  for (const room of Object.keys(ROOMS)) {
    t.ok(
      sources.some((path) => path.startsWith(`${room}/`)),
      `${room} has files`
    )
  }
})

t.test('every folder is a room the architecture knows', async (t) => {
  const rooms = new Set(sources.map(roomOf).filter((room) => room?.includes('/')))
  for (const room of rooms) t.ok(room !== undefined && room in ROOMS, `${room} is in ROOMS`)
})

t.test('imports go one way and through doors', async (t) => {
  for (const file of files) t.same(findImportOffences(file, read(file)), [])
})

t.test('planted imports are caught', async (t) => {
  const plant = (file: string, specifier: string): number =>
    findImportOffences(file, `import { x } from '${specifier}'`).length
  t.equal(plant('collector/receiver/a.ts', '../store/index.ts'), 1, 'a sibling')
  t.equal(plant('collector/api/a.ts', '@onset/processors/localizer'), 1, 'upwards')
  t.equal(plant('collector/server.ts', '../processors/processors.ts'), 1, 'upwards, from above')
  t.equal(plant('collector/api/a.ts', '../model/step.ts'), 1, 'past the door')
  t.equal(plant('collector/model/a.ts', 'node:fs'), 1, 'a package in the model')
  t.equal(plant('instrumentation/commands/a.ts', '@onset/collector/model'), 1, 'ours, in the agent')
  t.equal(plant('collector/api/a.ts', '../model/index.ts'), 0, 'the door itself')
})

function findWordOffences(file: string, text: string): readonly string[] {
  return BANNED.filter(
    ({ pattern, except }) => pattern.test(text) && except?.test(file) !== true
  ).map(({ pattern, instead }) => `${file}: ${pattern.source} — use ${instead}`)
}

t.test('no banned words', async (t) => {
  for (const file of files) t.same(findWordOffences(file, read(file)), [])
})

t.test('planted words are caught', async (t) => {
  const planted = [
    'enum A {',
    'process.env',
    'console.log(',
    'Date.now()',
    'FIXME',
    'export default 1'
  ]
  for (const text of planted) t.equal(findWordOffences('collector/api/a.ts', text).length, 1, text)
})

t.test(`no source file is longer than ${LINES_MAX} lines, tables excepted by name`, async (t) => {
  for (const file of files) {
    const lines = read(file).split('\n').length - 1
    if (LONG_FILES[file] === undefined) t.ok(lines <= LINES_MAX, `${file} has ${lines} lines`)
  }
  for (const file of Object.keys(LONG_FILES)) t.ok(files.includes(file), `${file} still exists`)
})

t.test('every source file opens by saying what it is for', async (t) => {
  for (const file of files) t.match(read(file), /^(#![^\n]*\n)?(\/\/|\/\*\*) \S/, file)
})

t.test('no file is named for a heap of things', async (t) => {
  for (const file of files) t.notMatch(file, /\b(utils?|helpers?|common|misc|core|lib)\b/, file)
})

t.test('every migration says what it is for', async (t) => {
  const migrations = globSync('collector/store/**/*.sql', { cwd: ROOT })
  t.ok(migrations.length > 0)
  for (const file of migrations) t.match(read(file), /^-- \S/, file)
})

t.test('every error code has a row in docs/errors.md', async (t) => {
  const page = read('docs/errors.md')
  for (const code of ERROR_CODES) t.ok(page.includes(`\`${code}\``), code)
})

// What a statement may not do, tried on the real engine: each attack is sent, and afterwards the traps are
// looked at, whatever was answered. The attacks that the engine alone would let through are the reason for
// the gate, so a test shows that they would work without it.

import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as fc from 'fast-check'
import t from 'tap'
import { quoteText } from '../../collector/gateway/sql/literals.ts'
import {
  SCALARS_REFUSED,
  TABLE_CALLS_REFUSED,
  TABLE_FUNCTIONS_ALLOWED
} from '../../collector/gateway/sql/names.ts'
import { renderTokens, tokenize } from '../../collector/gateway/sql/tokenize.ts'
import { attacks, fingerprint, setTraps, tellsSecret } from '../support/gateway-attacks.ts'
import { aStep } from '../support/builders.ts'
import { fuzzGateway } from '../support/gateway-fuzz.ts'
import { startTestGateway } from '../support/started-gateway.ts'

const dir = mkdtempSync(join(tmpdir(), 'onset-traps-'))
t.teardown(() => rmSync(dir, { recursive: true, force: true }))
const traps = await setTraps(dir)
t.teardown(() => traps.close())
const { url, store, ask } = await startTestGateway(t)
await store.write({ spans: [], steps: [aStep()] })
const queries = store.readOnlyQueries

/** Without the gate. */
async function bare(statement: string): Promise<string> {
  const result = await queries?.query({
    statement,
    format: 'TSV',
    database: 'otel',
    settings: new Map(),
    parameters: new Map(),
    signal: AbortSignal.timeout(10_000)
  })
  return Buffer.from(result?.bytes ?? []).toString('utf8')
}

t.test('the engine alone lets files be read and written: the traps work', async (t) => {
  const read = await bare(`SELECT file('${traps.secretPath}')`)
  t.ok(tellsSecret(read))
  await bare(`SELECT 1 INTO OUTFILE '${join(traps.outDir, 'control')}'`)
  t.same(traps.sprung(), ['the file control appeared'])
})

t.test('every attack is refused, and nothing happens', async (t) => {
  const before = await fingerprint(bare)
  for (const statement of attacks(traps)) {
    const answer = await ask(statement)
    t.ok(answer.code !== undefined && answer.status >= 400, `${statement} → ${answer.text}`)
    t.match(answer.text, /^Code: \d+\. DB::Exception: [^]+\([A-Z_]+\) \(version [\d.]+ .*\)\n$/)
    t.notOk(tellsSecret(answer.text), statement)
    t.same(traps.sprung(), [], statement)
  }
  t.equal(await fingerprint(bare), before)
})

t.test('an attack comes by no other door: parameters, form, headers, GET', async (t) => {
  const sql = `SELECT file('${traps.secretPath}')`
  const form = new FormData()
  form.append('query', sql)
  const tries: readonly [string, Promise<Response>][] = [
    ['GET', fetch(`${url}/?query=${encodeURIComponent(sql)}`)],
    ['form', fetch(url, { method: 'POST', body: form })],
    [
      'split',
      fetch(`${url}/?query=SELECT+file`, { method: 'POST', body: `('${traps.secretPath}')` })
    ],
    [
      'a comment over the seam',
      fetch(`${url}/?query=SELECT+1--`, { method: 'POST', body: " ,2 INTO OUTFILE 'x'" })
    ]
  ]
  for (const [name, response] of tries) {
    const answer = await response
    t.equal(answer.ok, false, name)
    t.notOk(tellsSecret(await answer.text()), name)
  }
})

const named = (sql: string, parameters: Record<string, string>): ReturnType<typeof ask> =>
  ask(sql, { parameters })

t.test('a name that comes as parameter is looked at as if it stood there', async (t) => {
  const refused = [
    await named(`SELECT {f:Identifier}('${traps.secretPath}')`, { param_f: 'file' }),
    await named(`SELECT {f: Identifier }('${traps.secretPath}')`, { param_f: 'file' }),
    await named(`SELECT {f:\`Identifier\`}('${traps.secretPath}')`, { param_f: 'file' }),
    await named('SELECT * FROM {d:Identifier}.{t:Identifier}', {
      param_d: 'system',
      param_t: 'settings'
    }),
    await named('SELECT * FROM system.{t:Identifier}', { param_t: 'processes' }),
    await named('SELECT * FROM {t:Identifier}', { param_t: 'a`; SELECT 1' }),
    await named('SELECT * FROM {t:Identifier}', { param_t: 'a\\' }),
    await named('SELECT {x:Identifier}', {})
  ]
  for (const answer of refused) t.ok(answer.code, answer.text)
  const allowed = await named('SELECT count() FROM {d:Identifier}.{t:Identifier}', {
    param_d: 'otel',
    param_t: 'agent_steps'
  })
  t.equal(allowed.text, '1\n')
})

t.test('the value of a parameter stays a value', async (t) => {
  const value = "'); DROP TABLE otel.agent_steps; -- \\' } {y:String}"
  const escaped = value.replaceAll('\\', '\\\\')
  const answer = await ask('SELECT {x:String} AS x FORMAT JSONEachRow', {
    parameters: { param_x: escaped }
  })
  t.equal(JSON.parse(answer.text).x, value)
})

const outcome = async (parameters: Record<string, string>): Promise<unknown> => {
  const { code, text } = await ask('SELECT 1', { parameters })
  return code ?? text
}

t.test('settings of the URL are held to the same list', async (t) => {
  t.equal(await outcome({ readonly: '0' }), 164)
  t.equal(await outcome({ allow_ddl: '1' }), 164)
  t.equal(await outcome({ log_comment: 'x' }), 164)
  t.equal(await outcome({ output_format_schema: '/tmp/x' }), 164)
  t.equal(await outcome({ user_files_path: '/' }), 115)
  t.equal(await outcome({ "x'; DROP TABLE y": '1' }), 115)
  t.equal(await outcome({ max_threads: "1', readonly = '0" }), 36)
  t.equal(
    await outcome({ additional_table_filters: "{'otel.agent_steps':'file(\\'/etc/passwd\\')'}" }),
    497
  )
  t.equal(await outcome({ additional_table_filters: "{'a':'b'}, readonly=0" }), 36)
  t.equal(await outcome({ database: 'system' }), 497)
  t.equal(await outcome({ database: '`a' }), 81)
  t.equal(await outcome({ readonly: '1', max_threads: '1', database: 'default' }), '1\n')
})

t.test('what is refused is refused because of where it stands: names are not', async (t) => {
  const answer = await ask(
    `SELECT 'file(x) INTO OUTFILE' AS file, 2 AS url, 3 AS "outfile", 4 AS \`into\`, map('system.settings', 1) AS system FROM agent_steps -- file('x')\n/* INTO OUTFILE */`
  )
  t.equal(answer.text, "file(x) INTO OUTFILE\t2\t3\t4\t{'system.settings':1}\n")
})

t.test(
  'every table function and every AI function of this engine is known to the gate',
  async (t) => {
    const names = await bare(
      `SELECT lower(name) FROM system.table_functions
     UNION DISTINCT SELECT lower(name) FROM system.functions WHERE categories IN ('AI', 'Introspection')`
    )
    const harmless = new Set(['mergetreepartinfo', 'ismergetreepartcoveredby'])
    for (const name of names.trim().split('\n')) {
      const isKnown =
        TABLE_CALLS_REFUSED.has(name) ||
        SCALARS_REFUSED.has(name) ||
        TABLE_FUNCTIONS_ALLOWED.has(name) ||
        harmless.has(name)
      t.ok(isKnown, name)
    }
  }
)

/** Pieces between which a lexer must decide. */
const PIECES = [
  "'",
  '"',
  '`',
  '\\',
  '--',
  '#',
  '# ',
  '#!',
  '/*',
  '*/',
  '//',
  '\n',
  ' ',
  ';',
  '$',
  '$$',
  'a',
  'é',
  '\u2018',
  '1',
  '.',
  '(',
  ')',
  "''",
  '""',
  '``',
  "\\'",
  '-',
  '/',
  '*',
  ',',
  '{',
  '}',
  '@',
  '::',
  '->',
  '\t',
  '\u00a0'
]
const piece = fc.constantFrom(...PIECES)

interface EngineToken {
  readonly from: number
  readonly to: number
  readonly type: string
}

/** As the engine's own lexer cuts them, in bytes; tokens that say nothing are left away. */
async function engineTokens(texts: readonly string[]): Promise<readonly EngineToken[][]> {
  const literals = texts.map((text) => quoteText(text)).join(', ')
  const answer = await bare(
    `SELECT toJSONString(arrayMap(text -> tokenizeQuery(text), [${literals}])) SETTINGS output_format_json_quote_64bit_integers = 0`
  )
  const lists = JSON.parse(unescapeTsv(answer)) as Record<string, string | number>[][]
  return lists.map((list) =>
    list.map((token) => {
      const [from, to, type] = Object.values(token)
      return { from: Number(from), to: Number(to), type: String(type) }
    })
  )
}

function unescapeTsv(text: string): string {
  return text
    .trim()
    .replaceAll(/\\(.)/g, (_, escaped: string) => ({ n: '\n', t: '\t' })[escaped] ?? escaped)
}

t.test(
  'the engine’s lexer finds the same quotes in what it is given, and no comment',
  async (t) => {
    const texts = fc
      .sample(fc.array(piece, { minLength: 1, maxLength: 14 }), 6_000)
      .map((pieces) => renderedOf(pieces.join('')))
      .filter((text) => text !== undefined)
    t.ok(texts.length > 500, `${texts.length} texts are accepted`)
    for (let at = 0; at < texts.length; at += 500) {
      const batch = texts.slice(at, at + 500)
      for (const [index, tokens] of (await engineTokens(batch)).entries()) {
        const text = batch[index] ?? ''
        const bytes = Buffer.from(text)
        const theirs = tokens
          .filter(({ type }) => /String|Quoted|HereDoc|Comment|Error/i.test(type))
          .map(({ from, to }) => bytes.subarray(from, to).toString())
        const ours = tokenize(text)
          .filter(({ kind }) => kind === 'string' || kind === 'quotedName')
          .map((token) => token.text)
        t.same(theirs, ours, JSON.stringify(text))
      }
    }
  }
)

function renderedOf(sql: string): string | undefined {
  try {
    return renderTokens(tokenize(sql)) || undefined
  } catch {
    return undefined
  }
}

t.test('what takes too much ends with an error: the process goes on', async (t) => {
  const costly: readonly string[] = [
    'SELECT count() FROM numbers(1000000000000)',
    'SELECT * FROM numbers(100000000)',
    "SELECT repeat('x', 1000000) FROM numbers(1000)",
    `SELECT toUInt8(number) AS ${'x'.repeat(1_000)} FROM numbers(1000000) FORMAT JSONEachRow`,
    "SELECT * FROM generateRandom('a String', 1, 1000000) LIMIT 100000",
    'SELECT groupArray(number) FROM numbers(1000000000)',
    'SELECT arrayJoin(range(100000000))',
    'SELECT sleepEachRow(1) FROM numbers(100)',
    'SELECT * FROM numbers(100000) AS a CROSS JOIN numbers(100000) AS b',
    'WITH RECURSIVE r AS (SELECT 1 AS x UNION ALL SELECT x + 1 FROM r) SELECT count() FROM r',
    `SELECT ${'('.repeat(50_000)}1${')'.repeat(50_000)}`,
    `SELECT ${'['.repeat(50_000)}1`,
    `SELECT ${'- '.repeat(50_000)}1`,
    `SELECT ${'NOT '.repeat(50_000)}1`,
    `SELECT 1${' + 1'.repeat(50_000)}`,
    `SELECT * FROM ${'(SELECT * FROM '.repeat(2_000)}numbers(1)${')'.repeat(2_000)}`,
    `SELECT ${"'".repeat(99_999)}`,
    `SELECT ${'/*'.repeat(50_000)}`,
    `SELECT ${'"'.repeat(99_999)}`,
    `${'SELECT 1 UNION ALL '.repeat(20_000)}SELECT 1`
  ]
  for (const statement of costly) {
    const answer = await ask(statement, { parameters: { max_execution_time: '1' } })
    t.ok(answer.code, `${statement.slice(0, 60)} → ${answer.text.slice(0, 100)}`)
  }
  t.equal((await ask('SELECT 1')).text, '1\n')
  t.same(readdirSync(traps.outDir), [])
})

t.test('fifteen seconds of statements made from attacks find nothing', async (t) => {
  const seed = Math.floor(Math.random() * 2 ** 30)
  const options = { url, traps, seed, forMs: 15_000, fingerprint: () => fingerprint(bare) }
  const { statements, outcomes, findings } = await fuzzGateway(options)
  t.same(findings, [])
  t.ok(statements > 100, `${statements} statements`)
  t.ok(outcomes['result'] !== undefined && outcomes['497'] !== undefined, 'both sides of the gate')
})

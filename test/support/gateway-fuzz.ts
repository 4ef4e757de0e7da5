// Statements for fuzzing the gate: attacks, pieces of attacks put together by a small grammar, and
// mutations of both at the seams that a lexer must see. From a seed, so that a finding can be repeated.

import { createRandom } from './garbage.ts'
import { askGateway } from './started-gateway.ts'
import { attacks, tellsSecret, type Traps } from './gateway-attacks.ts'

type Choose = <T>(values: readonly T[]) => T

type Targets = Pick<Traps, 'outDir' | 'secretPath' | 'address'>

const GAPS = [
  ' ',
  '\n',
  '\t',
  '/**/',
  "/* ' */",
  "-- '\n",
  '# x\n',
  '#!x\n',
  '// "\n',
  '\u00a0',
  '\u2003',
  '\ufeff',
  '\0',
  '\f',
  '\v',
  '\r',
  '',
  '/* /* */',
  '*/',
  '--',
  '/*',
  '$$',
  '\\',
  ';',
  '()',
  '.',
  ',',
  '\u0085',
  '\u200b'
]
const QUOTES = [
  "'",
  '"',
  '`',
  '$$',
  '$a$',
  '\u2018',
  '\u2019',
  '\u201c',
  '\u201d',
  "\\'",
  "''",
  '""',
  '``'
]
const HEADS = [
  'SELECT 1',
  "SELECT 'a'",
  'SELECT * FROM otel.agent_steps',
  'WITH 1 AS x SELECT x',
  'FROM system.one SELECT 1',
  '(SELECT 1)',
  'SHOW TABLES',
  'DESCRIBE otel.agent_steps',
  'EXISTS otel.agent_steps',
  'EXPLAIN SELECT 1',
  'EXPLAIN PLAN indexes = 1 SELECT 1',
  'SELECT 1 UNION ALL SELECT 2',
  'SHOW CREATE TABLE otel.agent_steps',
  'SELECT {p:Identifier}',
  'SELECT (SELECT 1)',
  'SELECT arrayMap(x -> x, [1])'
]
const TAILS = [
  'FORMAT CSV',
  'FORMAT JSON',
  'SETTINGS max_threads = 1',
  'SETTINGS readonly = 0',
  'LIMIT 1',
  ';',
  '; ;',
  'UNION ALL SELECT 2',
  "SETTINGS additional_table_filters = {'otel.agent_steps' : '1'}",
  ')',
  '(',
  'AS x',
  'FINAL',
  'WITH TIES',
  'PARALLEL WITH SELECT 1',
  'INTERSECT SELECT 1',
  'FORMAT Null',
  'INTO'
]

/** Words at which mutations change case, quotes or letters. */
const WORD = /[A-Za-z]{2,}/g

/** Look the same, are not. */
const LOOKALIKES: readonly (readonly [string, string])[] = [
  ['I', '\u0130'],
  ['i', '\u0131'],
  ['O', '\u039f'],
  ['o', '\u043e'],
  ['e', '\u0435'],
  ['s', '\u017f'],
  ['K', '\u212a'],
  ['f', '\uff46'],
  ["'", '\u2032'],
  ['(', '\uff08'],
  [';', '\u037e'],
  ['-', '\u2212']
]

export interface FuzzStatement {
  readonly sql: string
  readonly parameters: Readonly<Record<string, string>>
}

export function makeStatement(seed: number, traps: Targets): FuzzStatement {
  const random = createRandom(seed)
  const pick: Choose = (values) => {
    const value = values[Math.floor(random() * values.length)]
    if (value === undefined) throw new RangeError('nothing to pick from')
    return value
  }
  const known = attacks(traps)
  let sql = random() < 0.5 ? pick(known) : compose(pick, random, traps)
  const changes = Math.floor(random() * 4)
  for (let count = 0; count < changes; count += 1) sql = mutate(sql, pick, random)
  const parameters: Record<string, string> = { max_execution_time: '2' }
  if (random() < 0.2)
    parameters['param_p'] = pick(['file', 'system', 'a`b', 'x', "1', readonly='0", '\\'])
  if (random() < 0.1)
    parameters[pick(['readonly', 'max_threads', 'allow_ddl', 'limit'])] = pick([
      '0',
      '1',
      "'",
      '-1'
    ])
  if (random() < 0.1)
    parameters['default_format'] = pick(['Native', 'JSON', 'Template', "CSV' INTO OUTFILE 'x"])
  if (random() < 0.1) parameters['client_protocol_version'] = pick(['54460', '1', '999999999'])
  return { sql: sql.slice(0, 100_000), parameters }
}

function compose(pick: Choose, random: () => number, traps: Targets): string {
  const outfile = `INTO${pick(GAPS)} OUTFILE${pick(GAPS)}'${traps.outDir}/f${Math.floor(random() * 1e9)}'`
  const call = pick([
    `file('${traps.secretPath}')`,
    `url('http://${traps.address}/', CSV, 'a String')`,
    `remote('${traps.address}', system.one)`,
    'system.processes',
    `default.\`${traps.secretPath}\``
  ])
  const body = pick([
    pick(HEADS),
    `SELECT ${call}`,
    `SELECT * FROM ${call}`,
    `SELECT ${pick(QUOTES)} ${pick(QUOTES)}`,
    `SELECT ${pick(QUOTES)} ${call} ${pick(QUOTES)}`,
    `INSERT INTO otel.agent_feedback SELECT 1`,
    `CREATE TABLE otel.f${Math.floor(random() * 1e9)} (a Int8) ENGINE = Memory`
  ])
  const parts = [body]
  const count = Math.floor(random() * 4)
  for (let at = 0; at < count; at += 1) {
    parts.push(pick(GAPS), random() < 0.4 ? outfile : random() < 0.5 ? pick(TAILS) : pick(QUOTES))
  }
  if (random() < 0.2) parts.push(';', pick(HEADS), ' ', outfile)
  return parts.join(' ')
}

function mutate(sql: string, pick: Choose, random: () => number): string {
  const at = Math.floor(random() * (sql.length + 1))
  switch (Math.floor(random() * 8)) {
    case 0:
      return sql.slice(0, at) + pick(GAPS) + sql.slice(at)
    case 1:
      return sql.slice(0, at) + pick(QUOTES) + sql.slice(at)
    case 2:
      return sql.slice(0, at) + sql.slice(at + 1 + Math.floor(random() * 3))
    case 3:
      return sql.replaceAll(' ', () => (random() < 0.3 ? pick(GAPS) : ' '))
    case 4:
      return sql.replaceAll(WORD, (word) => (random() < 0.3 ? swapCase(word, random) : word))
    case 5:
      return sql.replaceAll(WORD, (word) =>
        random() < 0.15 ? pick(['"', '`']) + word + pick(['"', '`']) : word
      )
    case 6: {
      const [plain, other] = pick(LOOKALIKES)
      return sql.replaceAll(plain, other)
    }
    default:
      return pick(HEADS) + pick(GAPS) + sql
  }
}

function swapCase(word: string, random: () => number): string {
  return word.replaceAll(/[A-Za-z]/g, (letter) =>
    random() < 0.5 ? letter.toUpperCase() : letter.toLowerCase()
  )
}

const ERROR_FORM = /^Code: \d+\. DB::Exception: [^]*\([A-Z0-9_]+\) \(version [^]*\)\n$/

export interface FuzzReport {
  readonly statements: number
  /** Results and refusals by code → count. */
  readonly outcomes: Readonly<Record<string, number>>
  readonly findings: readonly string[]
}

export interface FuzzOptions {
  readonly url: string
  readonly traps: Traps
  readonly seed: number
  readonly forMs: number
  /** Schema and rows of everything, compared now and then. */
  readonly fingerprint: () => Promise<string>
}

const FINDINGS_MAX = 20
const FINGERPRINT_EVERY = 250

/** One after the other, so that a trap tells which statement went into it. */
export async function fuzzGateway(options: FuzzOptions): Promise<FuzzReport> {
  const { url, traps, forMs } = options
  const end = performance.now() + forMs
  const outcomes: Record<string, number> = {}
  const findings: string[] = []
  const before = await options.fingerprint()
  let statements = 0
  for (let seed = options.seed; performance.now() < end; seed += 1) {
    const { sql, parameters } = makeStatement(seed, traps)
    const find = (what: string): void => {
      findings.push(
        `seed ${seed}: ${what}: ${JSON.stringify({ sql: sql.slice(0, 500), parameters })}`
      )
    }
    const outcome = await send(url, { sql, parameters }, find)
    outcomes[outcome] = (outcomes[outcome] ?? 0) + 1
    statements += 1
    for (const sprung of traps.sprung()) find(sprung)
    if (statements % FINGERPRINT_EVERY === 0 && (await options.fingerprint()) !== before) {
      find(`something changed since ${FINGERPRINT_EVERY} statements`)
    }
    if (findings.length >= FINDINGS_MAX) break
  }
  if ((await options.fingerprint()) !== before) findings.push('something changed')
  return { statements, outcomes, findings }
}

async function send(
  url: string,
  { sql, parameters }: FuzzStatement,
  find: (what: string) => void
): Promise<string> {
  try {
    const answer = await askGateway(url, sql, { parameters, signal: AbortSignal.timeout(30_000) })
    if (tellsSecret(answer.text)) find('the secret was read')
    if (answer.code === undefined) {
      if (answer.status !== 200) find(`status ${answer.status} without a code`)
      return 'result'
    }
    if (answer.status < 400 || !ERROR_FORM.test(answer.text))
      find(`no error of the right form: ${answer.text.slice(0, 200)}`)
    if (answer.code === 1_002) find(`a defect: ${answer.text.slice(0, 200)}`)
    return String(answer.code)
  } catch (error) {
    find(`no answer: ${String(error)}`)
    return 'none'
  }
}

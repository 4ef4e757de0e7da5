// The gate as a table: what a statement becomes, and why others are refused. No engine; what the engine makes
// of statements is in test/integration/gateway-security.test.ts.

import * as fc from 'fast-check'
import t from 'tap'
import { examineStatement } from '../../collector/gateway/sql/examine-statement.ts'
import { quoteText, readMap, unquoteText } from '../../collector/gateway/sql/literals.ts'
import { readSetting, type SettingContext } from '../../collector/gateway/sql/settings.ts'
import { renderTokens, tokenize } from '../../collector/gateway/sql/tokenize.ts'
import { GATEWAY_LIMITS_DEFAULT } from '../../collector/gateway/limits.ts'
import { QueryError } from '../../collector/model/index.ts'

const OPTIONS = {
  parameters: new Map<string, string>(),
  refused: { tableFunctions: new Set(['newcall']), scalars: new Set(['newscalar']) }
}

function examined(sql: string, parameters: Record<string, string> = {}): string {
  return examineStatement(sql, { ...OPTIONS, parameters: new Map(Object.entries(parameters)) })
    .statement
}

function refusalOf(work: () => unknown): string {
  try {
    work()
  } catch (error) {
    if (error instanceof QueryError) return error.engineName
    throw error
  }
  return 'accepted'
}

const RENDERED: readonly (readonly [claim: string, sql: string, becomes: string])[] = [
  ['a plain statement stays as it is', 'SELECT a, b FROM t', 'SELECT a, b FROM t'],
  ['semicolons at the end go', 'SELECT 1 ; ;', 'SELECT 1'],
  ['a line comment becomes a line break', 'SELECT 1 -- x\n, 2', 'SELECT 1\n, 2'],
  ['two dashes begin a comment without a space', 'SELECT 1--1', 'SELECT 1'],
  ['two slashes begin a comment', 'SELECT 1 // x', 'SELECT 1'],
  ['a hash and a space begin a comment', 'SELECT 1 # x', 'SELECT 1'],
  ['a hash and an exclamation mark too', 'SELECT 1 #!x', 'SELECT 1'],
  ['a block comment becomes a space', 'SELECT/* ; INTO OUTFILE */1', 'SELECT 1'],
  ['a comment splits a word', 'SELECT a/**/b', 'SELECT a b'],
  ['comments do not nest', 'SELECT /* /* */ 1', 'SELECT 1'],
  ['a quote in a comment opens nothing', "SELECT 1 /* ' */, 'a'", "SELECT 1 , 'a'"],
  ['a comment in a string is text', "SELECT '/* -- # // */'", "SELECT '/* -- # // */'"],
  ['a semicolon in a string is text', "SELECT ';'", "SELECT ';'"],
  [
    'an escaped quote does not end a string',
    String.raw`SELECT 'it\'s', 1`,
    String.raw`SELECT 'it\'s', 1`
  ],
  ['a doubled quote does not either', "SELECT 'it''s;'", "SELECT 'it''s;'"],
  ['an escaped backslash does end it', String.raw`SELECT '\\', 1`, String.raw`SELECT '\\', 1`],
  ['text of any language is kept', "SELECT 'Größe ☃', `naïve`", "SELECT 'Größe ☃', `naïve`"],
  [
    'a lambda',
    'SELECT arrayMap((x, y) -> x[1].2 >= y::UInt8, a, b)',
    'SELECT arrayMap((x, y) -> x[1].2 >= y::UInt8, a, b)'
  ],
  ['a ternary', "SELECT a ? 'x' : 'y'", "SELECT a ? 'x' : 'y'"],
  ['a parameter is left to the engine', 'SELECT {x:UInt8}', 'SELECT {x:UInt8}']
]

for (const [claim, sql, becomes] of RENDERED) {
  t.test(claim, async (t) => {
    t.equal(examined(sql), becomes)
  })
}

t.test('FORMAT and SETTINGS are taken off the end, in either order', async (t) => {
  const endings = [
    'FORMAT JSON',
    'format JSON SETTINGS max_threads = 1',
    "SETTINGS max_threads=1, date_time_output_format = 'iso' FORMAT JSON;"
  ]
  for (const ending of endings) {
    const { statement, format } = examineStatement(`SELECT 1 ${ending}`, OPTIONS)
    t.equal(statement, 'SELECT 1')
    t.equal(format, 'JSON')
  }
  const { settings } = examineStatement(
    String.raw`SELECT 1 SETTINGS a = 1.5, b = 'it\'s', c = {'t' : ' x = \'y\' '}, d = true`,
    OPTIONS
  )
  t.same(Object.fromEntries(settings), {
    a: '1.5',
    b: "it's",
    c: String.raw`{'t' : ' x = \'y\' '}`,
    d: 'true'
  })
})

t.test('words that end a statement elsewhere are words here', async (t) => {
  for (const sql of ['SELECT settings FROM t', 'SELECT a AS format', "SELECT format('{}', a)"]) {
    t.equal(examined(sql), sql)
  }
})

t.test('a name that is a parameter is put in quotes where it stands', async (t) => {
  const sql = 'SELECT * FROM {d:Identifier}.{t : Identifier} WHERE 1'
  t.equal(examined(sql, { d: 'otel', t: 'a`b "c"' }), 'SELECT * FROM `otel`.`a``b "c"` WHERE 1')
})

const READING: readonly string[] = [
  'SELECT 1',
  'select 1',
  '(SELECT 1)',
  '((SELECT 1) UNION ALL (SELECT 2))',
  'WITH 1 AS x SELECT x',
  'FROM t SELECT a',
  'SHOW TABLES',
  'SHOW TABLES FROM otel',
  'SHOW FULL COLUMNS FROM t',
  'SHOW CREATE TABLE t',
  'SHOW INDEXES FROM t',
  'SHOW DATABASES',
  'DESC t',
  'DESCRIBE TABLE t',
  'EXISTS t',
  'EXPLAIN SELECT 1',
  'EXPLAIN AST SELECT 1',
  'EXPLAIN PLAN indexes = 1, actions = 1 SELECT 1',
  'EXPLAIN QUERY TREE WITH 1 AS x SELECT x',
  'EXPLAIN (SELECT 1)',
  'SELECT * FROM numbers(3)',
  "SELECT * FROM values('a Int8', 1)",
  'SELECT * FROM system.tables',
  'SELECT * FROM information_schema.tables',
  'SELECT * FROM `system`.`columns`',
  'SELECT url FROM t',
  'SELECT url, (1)',
  'SELECT a AS file FROM t',
  "SELECT SpanAttributes['url'] FROM t",
  'SELECT domain(url) FROM t',
  'SELECT t.system FROM t',
  'SELECT count() FROM t WHERE "into" = 1',
  'SELECT * APPLY(sum) FROM t',
  'SELECT null(1)'
]

t.test('statements that read pass', async (t) => {
  for (const sql of READING)
    t.equal(
      refusalOf(() => examined(sql)),
      'accepted',
      sql
    )
})

const REFUSED: readonly (readonly [name: string, statements: readonly string[]])[] = [
  [
    'SYNTAX_ERROR',
    [
      '',
      ' ; ',
      '-- only',
      'SELECT 1; SELECT 2',
      "SELECT '",
      'SELECT "',
      'SELECT `',
      'SELECT /* ',
      'SELECT $$a$$',
      'SELECT $a',
      'SELECT \\',
      'SELECT 1 #x',
      'SELECT 1\u00a0',
      'SELECT \u2018a\u2019',
      'SELECT 1\0',
      "SELECT '\0'",
      'SELECT "a\\"',
      'SELECT `a\\``',
      'SELEKT 1',
      '1',
      'SELECT 1 PARALLEL WITH SELECT 2',
      'SELECT é'
    ]
  ],
  [
    'READONLY',
    [
      'INSERT INTO t VALUES (1)',
      'CREATE TABLE t (a Int8)',
      'DROP TABLE t',
      'SET a = 1',
      'USE x',
      'KILL QUERY WHERE 1',
      'SYSTEM SHUTDOWN',
      'ATTACH TABLE t',
      'EXPLAIN DROP TABLE t',
      'EXPLAIN TABLE OVERRIDE x()',
      'EXPLAIN CURRENT TRANSACTION',
      'SHOW PROCESSLIST',
      'SHOW SETTINGS',
      'SHOW GRANTS',
      'SHOW CREATE USER x',
      'SHOW',
      'EXPLAIN',
      'SELECT * FROM (SELECT 1 SETTINGS a = 1)',
      'SELECT 1 SETTINGS `a` = 1',
      'SELECT 1 SETTINGS a = 1 UNION ALL SELECT 2'
    ]
  ],
  [
    'NOT_IMPLEMENTED',
    [
      "SELECT 1 INTO OUTFILE 'x'",
      "SELECT 1 into/**/outfile 'x'",
      'WITH 1 AS x INSERT INTO t SELECT x',
      'SELECT infile'
    ]
  ],
  [
    'ACCESS_DENIED',
    [
      "SELECT file('x')",
      "SELECT FILE ('x')",
      "SELECT `file`/**/('x')",
      'SELECT "file"(x)',
      'SELECT * APPLY file FROM t',
      'SELECT * APPLY((file)) FROM t',
      "SELECT * FROM url('x')",
      "SELECT * FROM s3Cluster('x')",
      'SELECT newCall(1)',
      'SELECT arrayMap(newScalar, [1])',
      "SELECT arrayMap(file, ['x'])",
      "SELECT arrayMap((`file`), ['x'])",
      "WITH file AS f SELECT arrayMap(f, ['x'])",
      "SELECT 1 AS a, arrayMap(x.file(y), ['x'])",
      'SELECT * FROM merge(x)',
      'SELECT * FROM system.processes',
      'SELECT * FROM "system" . `settings`',
      'SELECT * FROM system.Tables',
      'SELECT * FROM system.*',
      'SELECT * FROM default.t',
      'DESC "default"."/etc/passwd"'
    ]
  ],
  [
    'UNKNOWN_FORMAT',
    ['SELECT 1 FORMAT Template', 'SELECT 1 FORMAT CapnProto', 'SELECT 1 FORMAT json']
  ],
  ['UNKNOWN_QUERY_PARAMETER', ['SELECT {x:Identifier}']]
]

for (const [name, statements] of REFUSED) {
  t.test(`refused as ${name}`, async (t) => {
    for (const sql of statements)
      t.equal(
        refusalOf(() => examined(sql)),
        name,
        JSON.stringify(sql)
      )
  })
}

/** Pieces of SQL between which a lexer must decide. */
const piece = fc.constantFrom(
  "'",
  '"',
  '`',
  '\\',
  '--',
  '#',
  '/*',
  '*/',
  '//',
  '\n',
  ' ',
  ';',
  '$',
  'a',
  '1',
  '.',
  '(',
  ')',
  "''",
  "\\'",
  'é',
  '-'
)

t.test(
  'what was rendered is read again as the same tokens: nothing merges, nothing hides',
  async (t) => {
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
        let tokens: ReturnType<typeof tokenize>
        try {
          tokens = tokenize(pieces.join(''))
        } catch (error) {
          return error instanceof QueryError
        }
        const again = tokenize(renderTokens(tokens))
        const texts = tokens.map(({ text }) => text)
        t.same(
          again.map(({ text }) => text),
          texts
        )
        const rendered = renderTokens(tokens)
        const outside = rendered.replaceAll(
          /'(?:[^'\\]|\\[^]|'')*'|"(?:[^"]|"")*"|`(?:[^`]|``)*`/g,
          ' '
        )
        return !/--|\/\*|\/\/|#|\$|\\|[^\t\n -~]/.test(outside)
      }),
      { numRuns: 3_000 }
    )
  }
)

t.test('no text makes the gate do anything but accept or refuse', async (t) => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string({ unit: 'binary' }),
        fc.array(piece).map((all) => all.join(''))
      ),
      (text) => {
        refusalOf(() => examined(text))
        refusalOf(() => examined(`SELECT ${text}`))
      }
    ),
    { numRuns: 2_000 }
  )
  t.pass()
})

t.test('long statements cost time in proportion: no text is scanned again and again', async (t) => {
  const long = [
    "'".repeat(500_001),
    `'${'\\'.repeat(500_000)}`,
    '"'.repeat(500_001),
    '/*'.repeat(250_000),
    '-'.repeat(500_000),
    `'${"''".repeat(250_000)}`,
    'SETTINGS a = '.repeat(10_000),
    '{x:'.repeat(20_000),
    '('.repeat(100_000),
    'APPLY ('.repeat(20_000)
  ]
  for (const text of long) refusalOf(() => examined(`SELECT ${text}`))
  t.pass('all ended')
})

const CONTEXT: SettingContext = {
  limits: GATEWAY_LIMITS_DEFAULT,
  refused: { tableFunctions: new Set(), scalars: new Set() },
  settingNames: new Set([
    'max_threads',
    'max_execution_time',
    'readonly',
    'allow_ddl',
    'final',
    'do_not_merge_across_partitions_select_final',
    'limit',
    'additional_table_filters',
    'output_format_json_quote_64bit_integers',
    'output_format_schema',
    'session_timezone',
    'date_time_output_format'
  ])
}

const set = (name: string, value: string): string => {
  let chosen: string | undefined
  const refused = refusalOf(() => {
    chosen = readSetting(name, value, CONTEXT)
  })
  return refused === 'accepted' ? (chosen ?? 'left away') : refused
}

t.test('settings are taken, lowered, left away or refused', async (t) => {
  t.equal(set('max_threads', '1'), '1')
  t.equal(set('max_threads', '64'), '2')
  t.equal(set('max_threads', '0'), '2')
  t.equal(set('max_threads', '-1'), 'BAD_ARGUMENTS')
  t.equal(set('max_threads', "1', readonly = '0"), 'BAD_ARGUMENTS')
  t.equal(set('max_execution_time', '1e9'), 'BAD_ARGUMENTS')
  t.equal(set('final', '1'), '1')
  t.equal(set('final', 'yes'), 'BAD_ARGUMENTS')
  t.equal(set('do_not_merge_across_partitions_select_final', '1'), '1')
  t.equal(set('do_not_merge_across_partitions_select_final', '1, x'), 'BAD_ARGUMENTS')
  t.equal(set('limit', '10'), '10')
  t.equal(set('session_timezone', 'Europe/Berlin'), 'Europe/Berlin')
  t.equal(set('output_format_json_quote_64bit_integers', '1'), '1')
  t.equal(set('output_format_schema', 'x'), 'READONLY')
  t.equal(set('readonly', '1'), 'left away')
  t.equal(set('readonly', '0'), 'READONLY')
  t.equal(set('allow_ddl', '1'), 'READONLY')
  t.equal(set('wait_end_of_query', '1'), 'left away')
  t.equal(set('no_such', '1'), 'UNKNOWN_SETTING')
  t.equal(set('__proto__', '1'), 'UNKNOWN_SETTING')
})

const filter = (value: string): string | undefined =>
  readSetting('additional_table_filters', value, CONTEXT)

t.test('conditions of additional filters are examined and written anew', async (t) => {
  t.equal(
    filter(String.raw`{'otel.t' : ' a = \'v\' /* x */ ', 'u':'1'}`),
    String.raw`{'otel.t' : ' a = \'v\'', 'u' : '1'}`
  )
  t.equal(filter('{}'), '{}')
  const refused = [
    String.raw`{'t':'file(\'x\')'}`,
    `{'t':'1 IN (SELECT 1 FROM system.settings)'}`,
    `{'t':'1'}, readonly = 0`,
    `{'t':1}`,
    `'t'`,
    '',
    `{'t':'1' 'u':'2'}`,
    String.raw`{'t':'\x66ile(1)'}`
  ]
  for (const value of refused)
    t.not(
      refusalOf(() => filter(value)),
      'accepted',
      value
    )
})

t.test('a text survives being a literal', async (t) => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (text) => {
      t.equal(unquoteText(quoteText(text)), text)
      t.same(readMap(tokenize(`{${quoteText(text)}:''}`))?.length, 1)
    }),
    { numRuns: 300 }
  )
})

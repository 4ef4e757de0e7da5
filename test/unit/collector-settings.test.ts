import { readFile } from 'node:fs/promises'
import t from 'tap'
import { CollectorError } from '../../collector/model/index.ts'
import {
  CONFIGURATION_PATH,
  describeSettings,
  README_PATH,
  renewSettingsTable
} from '../../collector/settings-docs.ts'
import { readAnnotations, SETTINGS_SCHEMA } from '../../collector/settings-schema.ts'
import { readSettings } from '../../collector/settings.ts'
import { JUDGE_DEFAULTS } from '../../processors/judge/index.ts'

const KEY = 'c0ffee00c0ffee00c0ffee00'

function refusal(env: Record<string, string>): string {
  try {
    readSettings(env)
  } catch (error) {
    if (error instanceof CollectorError && error.code === 'SETTINGS_INVALID') return error.message
    throw error
  }
  return 'accepted'
}

t.test('an empty environment listens on this machine only and needs no server', async (t) => {
  const settings = readSettings({})
  t.match(settings, { host: '127.0.0.1', port: 4318, dataDir: './data', accessKeys: [] })
  t.equal(settings.clickhouseUrl, undefined)
})

t.test('every variable that is set reaches the setting of its name', async (t) => {
  const settings = readSettings({
    ONSET_HOST: '0.0.0.0',
    ONSET_PORT: '0',
    ONSET_GRPC_PORT: '14317',
    ONSET_CORS_ORIGINS: 'https://App.example.com,http://localhost:5173',
    ONSET_CLICKHOUSE_HTTP_PORT: 'off',
    ONSET_DATA_DIR: '/var/lib/onset',
    ONSET_BACKUP_DIR: '/backups',
    ONSET_CLICKHOUSE_URL: 'https://clickhouse:8443',
    ONSET_CLICKHOUSE_USER: 'onset',
    ONSET_CLICKHOUSE_PASSWORD: 'p',
    ONSET_CLICKHOUSE_CLUSTER: 'main',
    ONSET_CLICKHOUSE_DATABASE: 'traces',
    ONSET_API_KEYS: `read:${KEY}`,
    ONSET_LOG_LEVEL: 'silent',
    ONSET_BODY_BYTES_MAX: '1024',
    ONSET_INFLIGHT_BYTES_MAX: '2048',
    ONSET_RAW_TTL_DAYS: '1',
    ONSET_RUN_TTL_DAYS: '2',
    ONSET_AUDIT_TTL_DAYS: '6',
    ONSET_KEY_REQUESTS_PER_SECOND: '7',
    ONSET_KEY_BYTES_PER_SECOND: '8',
    ONSET_AUTHENTICATION_FAILURES_PER_MINUTE: '9',
    ONSET_DISK_BUDGET_BYTES: '0',
    ONSET_COMPLETION_SETTLE_MS: '3',
    ONSET_COMPLETION_QUIET_MS: '4',
    ONSET_MEMORY: 'off',
    ONSET_PATTERN_HALF_LIFE_DAYS: '7',
    ONSET_ALERT_RULES: 'alerts.yaml',
    ONSET_PUBLIC_URL: 'https://onset.example.com',
    ONSET_PRICES_FILE: '/etc/onset/prices.json',
    ONSET_RENORMALIZE_SHARE_PERCENT: '40',
    ONSET_JUDGE_BASE_URL: 'http://127.0.0.1:11434/v1',
    ONSET_JUDGE_API_KEY: 'k',
    ONSET_JUDGE_MODEL: 'org/model:7b',
    ONSET_JUDGE_SAMPLES: '1',
    ONSET_JUDGE_SUSPECTS: '4',
    ONSET_JUDGE_BELOW_CONFIDENCE: '.5',
    ONSET_JUDGE_TOKENS_PER_RUN: '5000',
    ONSET_JUDGE_TOKENS_PER_HOUR: '10',
    ONSET_JUDGE_TOKENS_PER_DAY: '11',
    ONSET_JUDGE_USD_PER_DAY: '2.5',
    ONSET_JUDGE_INPUT_USD_PER_MILLION: '0.25',
    ONSET_JUDGE_OUTPUT_USD_PER_MILLION: '2',
    ONSET_JUDGE_TIMEOUT_MS: '1000',
    ONSET_SHUTDOWN_MS: '5'
  })
  const { accessKeys, ...values } = settings
  t.strictSame(values, {
    host: '0.0.0.0',
    port: 0,
    grpc: { port: 14_317, isChosen: true },
    corsOrigins: ['https://app.example.com', 'http://localhost:5173'],
    clickhouseHttp: undefined,
    dataDir: '/var/lib/onset',
    backupDir: '/backups',
    clickhouseUrl: 'https://clickhouse:8443',
    clickhouseUser: 'onset',
    clickhousePassword: 'p',
    clickhouseCluster: 'main',
    clickhouseDatabase: 'traces',
    logLevel: 'silent',
    bodyBytesMax: 1024,
    inflightBytesMax: 2048,
    rawTtlDays: 1,
    runTtlDays: 2,
    auditTtlDays: 6,
    keyRequestsPerSecond: 7,
    keyBytesPerSecond: 8,
    authenticationFailuresPerMinute: 9,
    diskBudgetBytes: 0,
    completionSettleMs: 3,
    completionQuietMs: 4,
    memory: false,
    patternHalfLifeDays: 7,
    alertRulesPath: 'alerts.yaml',
    publicUrl: 'https://onset.example.com',
    pricesPath: '/etc/onset/prices.json',
    renormalizeSharePercent: 40,
    judge: {
      endpoint: { baseUrl: 'http://127.0.0.1:11434/v1', apiKey: 'k', model: 'org/model:7b' },
      limits: {
        samples: 1,
        suspects: 4,
        belowConfidence: 0.5,
        tokensPerRun: 5_000,
        tokensPerHour: 10,
        tokensPerDay: 11,
        usdPerDay: 2.5,
        requestTimeoutMs: 1_000
      },
      prices: { input: 0.25, output: 2 }
    },
    shutdownMs: 5
  })
  t.equal(accessKeys.length, 1)
})

t.test('without an endpoint there is no judge, and half of one is refused', async (t) => {
  t.equal(readSettings({}).judge.endpoint, undefined)
  const url = 'http://127.0.0.1:1/v1'
  t.match(refusal({ ONSET_JUDGE_BASE_URL: url }), /ONSET_JUDGE_MODEL is not/)
  t.match(refusal({ ONSET_JUDGE_MODEL: 'm' }), /ONSET_JUDGE_BASE_URL is not/)
  t.match(refusal({ ONSET_JUDGE_API_KEY: 'secret' }), /^ONSET_JUDGE_API_KEY is set(?!.*secret)/)
  t.match(refusal({ ONSET_JUDGE_BASE_URL: 'http://user:p@host/v1' }), /ONSET_JUDGE_BASE_URL/)
  t.match(refusal({ ONSET_JUDGE_INPUT_USD_PER_MILLION: '1' }), /set both or none/)
  t.match(refusal({ ONSET_JUDGE_USD_PER_DAY: '1' }), /no prices/)
})

t.test('the defaults of the judge are those of its room', async (t) => {
  t.same(readSettings({}).judge.limits, JUDGE_DEFAULTS)
})

t.test('a disk budget is bytes, for the embedded engine', async (t) => {
  t.equal(readSettings({ ONSET_DISK_BUDGET_BYTES: '5000000000' }).diskBudgetBytes, 5e9)
})

t.test('an empty variable counts as unset', async (t) => {
  t.equal(readSettings({ ONSET_PORT: '', ONSET_CLICKHOUSE_URL: '' }).port, 4318)
})

t.test('the port of the ClickHouse interface is chosen, by default, or none', async (t) => {
  const read = (port: string): unknown =>
    readSettings({ ONSET_CLICKHOUSE_HTTP_PORT: port }).clickhouseHttp
  t.strictSame(read(''), { port: 8123, isChosen: false })
  t.strictSame(read('8123'), { port: 8123, isChosen: true })
  t.strictSame(read('0'), { port: 0, isChosen: true })
  t.equal(read('off'), undefined)
  const server = readSettings({ ONSET_CLICKHOUSE_URL: 'http://clickhouse:8123' })
  t.equal(server.clickhouseHttp, undefined, 'a server answers its clients itself')
})

t.test('the port of OTLP/gRPC is chosen, by default, or none', async (t) => {
  t.strictSame(readSettings({}).grpc, { port: 4317, isChosen: false })
  t.strictSame(readSettings({ ONSET_GRPC_PORT: '0' }).grpc, { port: 0, isChosen: true })
  t.equal(readSettings({ ONSET_GRPC_PORT: 'off' }).grpc, undefined)
})

t.test('variables of other programs and of the agent side are left alone', async (t) => {
  t.equal(
    refusal({ PATH: '/bin', OTEL_SERVICE_NAME: 'x', ONSET_URL: 'x', ONSET_API_KEY: 'x' }),
    'accepted'
  )
})

const REFUSED: readonly [claim: string, env: Record<string, string>, says: RegExp][] = [
  ['a typo', { ONSET_PROT: '1' }, /^ONSET_PROT is no setting; ONSET_PORT may be meant$/],
  ['a word nothing resembles', { ONSET_FLUX: '1' }, /^ONSET_FLUX is no setting; docs\/config/],
  ['a port that is no number', { ONSET_PORT: '4318x' }, /^ONSET_PORT is "4318x"; a port from 0/],
  ['a fraction', { ONSET_RAW_TTL_DAYS: '1.5' }, /^ONSET_RAW_TTL_DAYS is "1\.5"; a number of days/],
  ['hexadecimal', { ONSET_PORT: '0x10de' }, /^ONSET_PORT is "0x10de"/],
  ['a port out of range', { ONSET_PORT: '65536' }, /^ONSET_PORT is "65536"/],
  [
    'a port of the ClickHouse interface out of range',
    { ONSET_CLICKHOUSE_HTTP_PORT: '65536' },
    /^ONSET_CLICKHOUSE_HTTP_PORT is "65536"; a port .* or `off` is right/
  ],
  [
    'the ClickHouse interface of a store that is a server',
    { ONSET_CLICKHOUSE_HTTP_PORT: '8123', ONSET_CLICKHOUSE_URL: 'http://clickhouse:8123' },
    /^ONSET_CLICKHOUSE_HTTP_PORT is set, but the server/
  ],
  [
    'a disk budget for the disk of a server',
    { ONSET_DISK_BUDGET_BYTES: '1', ONSET_CLICKHOUSE_URL: 'http://clickhouse:8123' },
    /^ONSET_DISK_BUDGET_BYTES is set, but the disk of the server/
  ],
  ['an origin with a path', { ONSET_CORS_ORIGINS: 'https://a.example/x' }, /ONSET_CORS_ORIGINS is/],
  ['an origin for all', { ONSET_CORS_ORIGINS: '*' }, /without paths is right/],
  ['an unknown level', { ONSET_LOG_LEVEL: 'loud' }, /"loud"; one of trace, debug, .* is right$/],
  ['a database name with a quote', { ONSET_CLICKHOUSE_DATABASE: 'a"b' }, /DATABASE is "a\\"b"/],
  ['an address of another protocol', { ONSET_CLICKHOUSE_URL: 'tcp://h:9000' }, /^ONSET_CLICKHOUSE/],
  ['an address that does not parse', { ONSET_CLICKHOUSE_URL: 'http://h:99999' }, /no address/],
  [
    'a user of no server',
    { ONSET_CLICKHOUSE_USER: 'u' },
    /^ONSET_CLICKHOUSE_USER is set, but .*URL/
  ],
  ['less in flight than two bodies', { ONSET_INFLIGHT_BYTES_MAX: '67108864' }, /^ONSET_INFLIGHT_B/],
  ['a short key', { ONSET_API_KEYS: 'read:short' }, /^ONSET_API_KEYS entry 1 is no key/],
  ['an unknown scope', { ONSET_API_KEYS: `${KEY},write:${KEY}` }, /^ONSET_API_KEYS entry 2 has/]
]

for (const [claim, env, says] of REFUSED) {
  t.test(`${claim} is refused with the variable and what would be right`, async (t) => {
    t.match(refusal(env), says)
  })
}

t.test('each problem has a line', async (t) => {
  const lines = refusal({ ONSET_PORT: 'x', ONSET_LOG_LEVEL: 'y', ONSET_HSOT: 'z' }).split('\n')
  t.equal(lines.length, 3)
})

t.test('no secret is ever part of a refusal', async (t) => {
  const secret = 'correct horse battery staple'
  for (const [name, schema] of Object.entries(SETTINGS_SCHEMA.properties)) {
    if (!readAnnotations(schema).secret) continue
    t.notMatch(refusal({ [name]: secret, ONSET_PORT: 'x' }), secret, name)
  }
})

t.test('a long value is shown in part', async (t) => {
  t.ok(refusal({ ONSET_PORT: '9'.repeat(10_000) }).length < 300)
})

t.test('every setting says what it is for, and what is right', async (t) => {
  for (const [name, schema] of Object.entries(SETTINGS_SCHEMA.properties)) {
    const { description, expects } = readAnnotations(schema)
    t.ok(description.length > 10, name)
    t.ok(expects.length > 5, name)
  }
})

t.test('docs/configuration.md is what `npm run docs` makes', async (t) => {
  t.equal(await readFile(CONFIGURATION_PATH, 'utf8'), describeSettings())
})

t.test('the table of settings in the README is what `npm run docs` makes', async (t) => {
  const readme = await readFile(README_PATH, 'utf8')
  t.match(readme, '| `ONSET_PORT` | `4318` |')
  t.equal(readme, renewSettingsTable(readme))
  t.not(
    renewSettingsTable(readme.replace('| `4318` |', '| `1` |')),
    readme.replace('| `4318` |', '| `1` |')
  )
})

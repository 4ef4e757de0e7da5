// Settings come from the environment and are checked once, at start: a process that holds acknowledged
// data must not find out later that it was told nonsense. Every refusal names the variable, its value
// unless that is a secret, and what would be right.

import { Value } from 'typebox/value'
import { parseAccessKeys, type AccessKey } from './access/index.ts'
import { findJudgeConflict, toJudgeSettings, type JudgeSettings } from './judge-settings.ts'
import { CollectorError } from './model/index.ts'
import { convertScalars } from './scalars.ts'
import {
  FOREIGN_VARIABLES,
  readAnnotations,
  SETTINGS_SCHEMA,
  type LOG_LEVELS,
  type SettingVariables
} from './settings-schema.ts'

export interface Settings {
  readonly host: string
  readonly port: number
  /** Undefined: no OTLP/gRPC. */
  readonly grpc: ChosenPort | undefined
  /** Whose pages may send telemetry; none when empty. */
  readonly corsOrigins: readonly string[]
  /** Undefined: no ClickHouse interface, because it is switched off or a server has its own. */
  readonly clickhouseHttp: ChosenPort | undefined
  readonly dataDir: string
  /** Undefined: a folder in `dataDir`. */
  readonly backupDir: string | undefined
  /** Undefined: the embedded engine in `dataDir`. */
  readonly clickhouseUrl: string | undefined
  readonly clickhouseUser: string | undefined
  readonly clickhousePassword: string | undefined
  readonly clickhouseCluster: string | undefined
  readonly clickhouseDatabase: string
  /** Empty: those that were made at run time, or whoever reaches the loopback port may do everything. */
  readonly accessKeys: readonly AccessKey[]
  readonly logLevel: (typeof LOG_LEVELS)[number]
  readonly bodyBytesMax: number
  readonly inflightBytesMax: number
  readonly rawTtlDays: number
  readonly runTtlDays: number
  readonly auditTtlDays: number
  /** Of one key to ingest; zero is no bound. */
  readonly keyRequestsPerSecond: number
  readonly keyBytesPerSecond: number
  /** From one network address. */
  readonly authenticationFailuresPerMinute: number
  /** Of the embedded engine; zero is no bound. */
  readonly diskBudgetBytes: number
  readonly completionSettleMs: number
  readonly completionQuietMs: number
  /** Whether runs are remembered and compared. */
  readonly memory: boolean
  readonly patternHalfLifeDays: number
  /** Undefined: no alerts. */
  readonly alertRulesPath: string | undefined
  readonly publicUrl: string | undefined
  /** Undefined: the table of prices that comes with Onset, alone. */
  readonly pricesPath: string | undefined
  /** 1..100 */
  readonly renormalizeSharePercent: number
  readonly judge: JudgeSettings
  readonly shutdownMs: number
}

export interface ChosenPort {
  readonly port: number
  /** False for the default, which another program may rightly have. */
  readonly isChosen: boolean
}

/** A value longer than this is not shown whole in a refusal. */
const SHOWN_VALUE_CHARS_MAX = 80

/** A body is held as it came and as it was decompressed. */
const BODY_COPIES_IN_FLIGHT = 2

/** A name further away than this is another word, not a slip. */
const TYPO_EDITS_MAX = 3

const PREFIX = 'ONSET_'
const HTTP_PORT = 'ONSET_CLICKHOUSE_HTTP_PORT'
const GRPC_PORT = 'ONSET_GRPC_PORT'

/**
 * An empty variable counts as unset, as in https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/.
 *
 * @throws CollectorError SETTINGS_INVALID with one line for each problem.
 */
export function readSettings(env: Readonly<Record<string, string | undefined>>): Settings {
  const variables: Record<string, string> = {}
  for (const [name, value] of Object.entries(env)) {
    if (name.startsWith(PREFIX) && value !== undefined && value !== '') variables[name] = value
  }
  const unknown = Object.keys(variables).filter((name) => !isKnown(name))
  const { checked, problems } = checkVariables(variables)
  problems.push(...unknown.map(describeUnknown))
  if (checked === undefined || problems.length > 0) throw invalid(problems.join('\n'))
  const settings = toSettings(checked, {
    grpc: GRPC_PORT in variables,
    clickhouseHttp: HTTP_PORT in variables
  })
  const conflict = findConflict(settings) ?? findJudgeConflict(checked)
  if (conflict !== undefined) throw invalid(conflict)
  return settings
}

function isKnown(name: string): boolean {
  return Object.hasOwn(SETTINGS_SCHEMA.properties, name) || isForeign(name)
}

function isForeign(name: string): boolean {
  return FOREIGN_VARIABLES.some((foreign) => foreign === name)
}

interface Checked {
  readonly checked: SettingVariables | undefined
  readonly problems: string[]
}

function checkVariables(variables: Readonly<Record<string, string>>): Checked {
  const given: Record<string, unknown> = {}
  for (const [name, schema] of Object.entries(SETTINGS_SCHEMA.properties)) {
    const value = variables[name] ?? readAnnotations(schema).default
    if (value !== undefined) given[name] = value
  }
  const values: unknown = convertScalars(SETTINGS_SCHEMA.properties, given)
  if (Value.Check(SETTINGS_SCHEMA, values)) return { checked: values, problems: [] }
  const names = new Set<string>()
  for (const error of Value.Errors(SETTINGS_SCHEMA, values)) {
    names.add(error.instancePath.slice(1))
  }
  const problems = [...names].map((name) => describeBadValue(name, variables[name] ?? ''))
  return { checked: undefined, problems }
}

function describeBadValue(name: string, value: string): string {
  const schema = Object.entries(SETTINGS_SCHEMA.properties).find(([known]) => known === name)?.[1]
  const { expects, secret } = readAnnotations(schema ?? {})
  const shown = secret
    ? 'has a value that cannot be used'
    : `is ${JSON.stringify(value.slice(0, SHOWN_VALUE_CHARS_MAX))}`
  return `${name} ${shown}; ${expects} is right`
}

function describeUnknown(name: string): string {
  const known = Object.keys(SETTINGS_SCHEMA.properties)
  const [nearest] = known
    .map((candidate) => ({ candidate, edits: countEdits(name, candidate) }))
    .filter(({ edits }) => edits <= TYPO_EDITS_MAX)
    .toSorted((a, b) => a.edits - b.edits)
  const advice =
    nearest === undefined
      ? 'docs/configuration.md lists the settings'
      : `${nearest.candidate} may be meant`
  return `${name.slice(0, SHOWN_VALUE_CHARS_MAX)} is no setting; ${advice}`
}

/** Ports that were set and are not only the default. */
interface ChosenPorts {
  readonly grpc: boolean
  readonly clickhouseHttp: boolean
}

function toSettings(variables: SettingVariables, chosen: ChosenPorts): Settings {
  return {
    host: variables.ONSET_HOST,
    port: variables.ONSET_PORT,
    grpc: toGrpc(variables, chosen.grpc),
    corsOrigins: toOrigins(variables.ONSET_CORS_ORIGINS),
    clickhouseHttp: toClickhouseHttp(variables, chosen.clickhouseHttp),
    dataDir: variables.ONSET_DATA_DIR,
    backupDir: variables.ONSET_BACKUP_DIR,
    clickhouseUrl: variables.ONSET_CLICKHOUSE_URL,
    clickhouseUser: variables.ONSET_CLICKHOUSE_USER,
    clickhousePassword: variables.ONSET_CLICKHOUSE_PASSWORD,
    clickhouseCluster: variables.ONSET_CLICKHOUSE_CLUSTER,
    clickhouseDatabase: variables.ONSET_CLICKHOUSE_DATABASE,
    accessKeys:
      variables.ONSET_API_KEYS === undefined ? [] : parseAccessKeys(variables.ONSET_API_KEYS),
    logLevel: variables.ONSET_LOG_LEVEL,
    bodyBytesMax: variables.ONSET_BODY_BYTES_MAX,
    inflightBytesMax: variables.ONSET_INFLIGHT_BYTES_MAX,
    rawTtlDays: variables.ONSET_RAW_TTL_DAYS,
    runTtlDays: variables.ONSET_RUN_TTL_DAYS,
    auditTtlDays: variables.ONSET_AUDIT_TTL_DAYS,
    keyRequestsPerSecond: variables.ONSET_KEY_REQUESTS_PER_SECOND,
    keyBytesPerSecond: variables.ONSET_KEY_BYTES_PER_SECOND,
    authenticationFailuresPerMinute: variables.ONSET_AUTHENTICATION_FAILURES_PER_MINUTE,
    diskBudgetBytes: variables.ONSET_DISK_BUDGET_BYTES,
    completionSettleMs: variables.ONSET_COMPLETION_SETTLE_MS,
    completionQuietMs: variables.ONSET_COMPLETION_QUIET_MS,
    memory: variables.ONSET_MEMORY === 'on',
    patternHalfLifeDays: variables.ONSET_PATTERN_HALF_LIFE_DAYS,
    alertRulesPath: variables.ONSET_ALERT_RULES,
    publicUrl: variables.ONSET_PUBLIC_URL,
    pricesPath: variables.ONSET_PRICES_FILE,
    renormalizeSharePercent: variables.ONSET_RENORMALIZE_SHARE_PERCENT,
    judge: toJudgeSettings(variables),
    shutdownMs: variables.ONSET_SHUTDOWN_MS
  }
}

/** As browsers write them: without the default port, in lower case. */
function toOrigins(list: string | undefined): readonly string[] {
  return list?.split(',').map((origin) => new URL(origin).origin) ?? []
}

function toGrpc(variables: SettingVariables, isChosen: boolean): ChosenPort | undefined {
  const port = variables[GRPC_PORT]
  return port === 'off' ? undefined : { port: Number(port), isChosen }
}

function toClickhouseHttp(variables: SettingVariables, isChosen: boolean): ChosenPort | undefined {
  const port = variables[HTTP_PORT]
  const isServers = variables.ONSET_CLICKHOUSE_URL !== undefined && !isChosen
  return port === 'off' || isServers ? undefined : { port: Number(port), isChosen }
}

/** What each value allows alone and two values do not allow together. */
function findConflict(settings: Settings): string | undefined {
  if (settings.inflightBytesMax < BODY_COPIES_IN_FLIGHT * settings.bodyBytesMax) {
    return (
      `ONSET_INFLIGHT_BYTES_MAX is ${settings.inflightBytesMax}; at least twice ONSET_BODY_BYTES_MAX (${settings.bodyBytesMax}) is right, ` +
      'because a compressed body is counted before and after decompression'
    )
  }
  return findServerConflict(settings)
}

function findServerConflict(settings: Settings): string | undefined {
  const { clickhouseUrl } = settings
  if (clickhouseUrl !== undefined) {
    if (!URL.canParse(clickhouseUrl)) {
      return 'ONSET_CLICKHOUSE_URL is no address; one as http://clickhouse:8123 is right'
    }
    if (settings.diskBudgetBytes > 0) {
      return "ONSET_DISK_BUDGET_BYTES is set, but the disk of the server of ONSET_CLICKHOUSE_URL is the server's; leave one of them away"
    }
    return settings.clickhouseHttp === undefined
      ? undefined
      : `${HTTP_PORT} is set, but the server of ONSET_CLICKHOUSE_URL has this interface itself; leave one of them away`
  }
  const meant = [
    settings.clickhouseUser === undefined ? [] : ['ONSET_CLICKHOUSE_USER'],
    settings.clickhousePassword === undefined ? [] : ['ONSET_CLICKHOUSE_PASSWORD'],
    settings.clickhouseCluster === undefined ? [] : ['ONSET_CLICKHOUSE_CLUSTER']
  ].flat()
  if (meant.length === 0) return undefined
  return `${meant.join(', ')} is set, but ONSET_CLICKHOUSE_URL is not: there is no server it could be for`
}

/** Levenshtein distance (https://en.wikipedia.org/wiki/Levenshtein_distance), one row at a time. */
function countEdits(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, at) => at)
  for (let i = 1; i <= Math.min(from.length, SHOWN_VALUE_CHARS_MAX); i += 1) {
    const next = [i]
    for (let j = 1; j <= to.length; j += 1) {
      const replaced = (row[j - 1] ?? 0) + (from[i - 1] === to[j - 1] ? 0 : 1)
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1))
    }
    row = next
  }
  return row[to.length] ?? to.length
}

function invalid(message: string): CollectorError {
  return new CollectorError('SETTINGS_INVALID', message, { retryable: false })
}

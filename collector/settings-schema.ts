// Every setting of the collector, once: name, kind, bounds, unit, default and what it is for. Read by
// settings.ts, shown by docs/configuration.md (`npm run docs`).

import { Type, type Static } from 'typebox'
import { JUDGE_SETTINGS } from './judge-settings.ts'
import { MEMORY_SETTINGS } from './memory-settings.ts'

const MEBIBYTE = 1_048_576
const GIBIBYTE = 1_024 * MEBIBYTE

/** Ten years: the partitions of a longer time to live were never tried. */
const TTL_DAYS_MAX = 3_650

/** A day. What waits longer is kept open by the cap on a run's age, not by these. */
const DELAY_MS_MAX = 86_400_000

/** More than any one disk. */
const DISK_BUDGET_BYTES_MAX = 1_024 * 1_024 * GIBIBYTE

export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const

/** `expects` completes "… is right" in the refusal of a bad value. */
export const SETTINGS_SCHEMA = Type.Object({
  ONSET_HOST: Type.String({
    default: '127.0.0.1',
    minLength: 1,
    maxLength: 253,
    pattern: '^[^\\s/]+$',
    expects: 'an address or host name of this machine, as 127.0.0.1 or 0.0.0.0',
    description:
      'Address to listen on. Any but a loopback address needs a key, of `ONSET_API_KEYS` or made by `onset keys create` before: without keys everybody who reaches the port could read and write.'
  }),
  ONSET_PORT: Type.Integer({
    default: 4_318,
    minimum: 0,
    maximum: 65_535,
    expects: 'a port from 0 (any free one) to 65535',
    description:
      'Port of OTLP/HTTP, the REST API, `/metrics`, `/livez` and `/readyz`. 0 takes a free one, which the log names.'
  }),
  ONSET_GRPC_PORT: Type.String({
    default: '4317',
    pattern:
      '^(?:off|[0-9]{1,4}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5])$',
    expects: 'a port from 0 (any free one) to 65535, or `off`',
    description:
      'Port of OTLP/gRPC. When the default port is taken, Onset starts without it. See [otlp.md](otlp.md#grpc).'
  }),
  ONSET_CORS_ORIGINS: Type.Optional(
    Type.String({
      pattern: '^https?://[^\\s,/]+(?:,https?://[^\\s,/]+)*$',
      maxLength: 4_096,
      expects: 'a list as `https://app.example.com,http://localhost:5173`, without paths',
      description:
        'Origins, separated by commas, whose pages may send to the OTLP paths from a browser. None unless set; there is no sign for all. See [otlp.md](otlp.md#browsers).'
    })
  ),
  ONSET_CLICKHOUSE_HTTP_PORT: Type.String({
    default: '8123',
    pattern:
      '^(?:off|[0-9]{1,4}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5])$',
    expects: 'a port from 0 (any free one) to 65535, or `off`',
    description:
      'Port of the read-only ClickHouse HTTP interface over the embedded engine, for Grafana and other clients of ClickHouse. When the default port is taken, Onset starts without it. See `docs/clickhouse-interface.md`.'
  }),
  ONSET_DATA_DIR: Type.String({
    default: './data',
    minLength: 1,
    expects: 'a folder this user may write',
    description:
      'Folder of the embedded ClickHouse. Not used when `ONSET_CLICKHOUSE_URL` is set. One process at a time.'
  }),
  ONSET_BACKUP_DIR: Type.Optional(
    Type.String({
      minLength: 1,
      expects: 'a folder this user may write',
      description:
        'Folder into which `onset backup` has the embedded ClickHouse write; `backups` in `ONSET_DATA_DIR` unless set. Better on another disk.'
    })
  ),
  ONSET_CLICKHOUSE_URL: Type.Optional(
    Type.String({
      pattern: '^https?://[^\\s]+$',
      secret: true,
      expects: 'an address as `http://user:password@clickhouse:8123`',
      description:
        'HTTP interface of a ClickHouse server, which then is the store instead of the embedded engine.'
    })
  ),
  ONSET_CLICKHOUSE_USER: Type.Optional(
    Type.String({
      minLength: 1,
      expects: 'the name of a ClickHouse user',
      description: 'User of that server, when the URL does not name one.'
    })
  ),
  ONSET_CLICKHOUSE_PASSWORD: Type.Optional(
    Type.String({
      secret: true,
      expects: 'the password of that user',
      description: 'Password of that user, when the URL does not hold it.'
    })
  ),
  ONSET_CLICKHOUSE_CLUSTER: Type.Optional(
    Type.String({
      pattern: '^[A-Za-z0-9_.-]{1,64}$',
      expects: 'a name of letters, digits, dots, dashes and underscores',
      description: 'Cluster of one shard of that server, on which the tables are then replicated.'
    })
  ),
  ONSET_CLICKHOUSE_DATABASE: Type.String({
    default: 'otel',
    pattern: '^[A-Za-z_][A-Za-z0-9_]{0,63}$',
    expects: 'a name of letters, digits and underscores that does not begin with a digit',
    description: 'Database of all tables, embedded or on a server. Made when it is missing.'
  }),
  ONSET_API_KEYS: Type.Optional(
    Type.String({
      secret: true,
      expects: 'a list as `ingest:KEY,read:KEY`',
      description:
        'Bearer keys, separated by commas, each as `scope:key`; one without a scope is an admin key. `ingest` sends spans, outcomes and feedback, `read` reads runs and `/metrics`, `admin` may do everything. At least 16 characters each, as `openssl rand -hex 16` makes them. `onset keys create` makes keys without a restart (docs/authentication.md). Without any keys only this machine is answered.'
    })
  ),
  ONSET_LOG_LEVEL: Type.Enum(LOG_LEVELS, {
    type: 'string',
    default: 'info',
    expects: `one of ${LOG_LEVELS.join(', ')}`,
    description: 'Least severe level that is logged, as JSON lines on standard error.'
  }),
  ONSET_BODY_BYTES_MAX: Type.Integer({
    default: 64 * MEBIBYTE,
    minimum: 1_024,
    maximum: 256 * MEBIBYTE,
    unit: 'bytes',
    expects: 'a number of bytes from 1024 to 268435456',
    description:
      'Largest OTLP request, compressed and decompressed. The default is what the OTLP specification recommends; a larger request answers 413.'
  }),
  ONSET_INFLIGHT_BYTES_MAX: Type.Integer({
    default: 256 * MEBIBYTE,
    minimum: 1_024,
    maximum: 64 * GIBIBYTE,
    unit: 'bytes',
    expects: 'a number of bytes from 1024 to 68719476736',
    description:
      'Bytes of requests being decoded and written at one time. Beyond it senders are told to wait (429). At least twice `ONSET_BODY_BYTES_MAX`.'
  }),
  ONSET_RAW_TTL_DAYS: Type.Integer({
    default: 30,
    minimum: 1,
    maximum: TTL_DAYS_MAX,
    unit: 'days',
    expects: `a number of days from 1 to ${TTL_DAYS_MAX}`,
    description: 'How long raw spans, log records and points of metrics are kept.'
  }),
  ONSET_RUN_TTL_DAYS: Type.Integer({
    default: 365,
    minimum: 1,
    maximum: TTL_DAYS_MAX,
    unit: 'days',
    expects: `a number of days from 1 to ${TTL_DAYS_MAX}`,
    description: 'How long runs, stages, steps, onsets and feedback are kept.'
  }),
  ONSET_AUDIT_TTL_DAYS: Type.Integer({
    default: 365,
    minimum: 1,
    maximum: TTL_DAYS_MAX,
    unit: 'days',
    expects: `a number of days from 1 to ${TTL_DAYS_MAX}`,
    description: 'How long the audit trail is kept: who made and revoked keys and judged runs.'
  }),
  ONSET_KEY_REQUESTS_PER_SECOND: Type.Integer({
    default: 0,
    minimum: 0,
    maximum: 1_000_000,
    expects: 'a number of requests from 0 (no bound) to 1000000',
    description:
      'Requests that one key may send to ingest in a second, on average over ten; beyond it senders are told to wait (429). 0 is no bound. Each collector counts for itself.'
  }),
  ONSET_KEY_BYTES_PER_SECOND: Type.Integer({
    default: 0,
    minimum: 0,
    maximum: 64 * GIBIBYTE,
    unit: 'bytes',
    expects: 'a number of bytes from 0 (no bound) to 68719476736',
    description:
      'Bytes, as sent, that one key may send to ingest in a second, on average over ten; beyond it senders are told to wait (429). 0 is no bound. Each collector counts for itself.'
  }),
  ONSET_AUTHENTICATION_FAILURES_PER_MINUTE: Type.Integer({
    default: 10,
    minimum: 1,
    maximum: 6_000,
    expects: 'a number of failures from 1 to 6000',
    description:
      'Keys that nobody has, from one network address in a minute, on average over two; beyond it the address is told to wait (429), apart from keys that worked from it before.'
  }),
  ONSET_DISK_BUDGET_BYTES: Type.Integer({
    default: 0,
    minimum: 0,
    maximum: DISK_BUDGET_BYTES_MAX,
    unit: 'bytes',
    expects: `a number of bytes from 0 (no bound) to ${DISK_BUDGET_BYTES_MAX}`,
    description:
      'What the tables of the embedded ClickHouse may take on disk. Looked at each minute; a warning at four fifths; beyond it the oldest days of raw spans are dropped, then of log records and metrics, then the oldest weeks of steps, never the newest. See [deploying.md](deploying.md#retention-and-disk).'
  }),
  ONSET_COMPLETION_SETTLE_MS: Type.Integer({
    default: 5_000,
    minimum: 0,
    maximum: DELAY_MS_MAX,
    unit: 'milliseconds',
    expects: `a number of milliseconds from 0 to ${DELAY_MS_MAX}`,
    description:
      'Wait after the explicit end of a run for spans that are still on their way; 2 s at most when its root has ended and no parent is missing.'
  }),
  ONSET_COMPLETION_QUIET_MS: Type.Integer({
    default: 120_000,
    minimum: 0,
    maximum: DELAY_MS_MAX,
    unit: 'milliseconds',
    expects: `a number of milliseconds from 0 to ${DELAY_MS_MAX}`,
    description: 'A run without an end is taken as complete when nothing new came for this long.'
  }),
  ...MEMORY_SETTINGS,
  ONSET_ALERT_RULES: Type.Optional(
    Type.String({
      minLength: 1,
      expects: 'the path of a file as deploy/alerts.example.yaml',
      description:
        'File of alert rules: which localized failures are told to whom. Without it nobody is told. Read at start; [alerting.md](alerting.md) explains it.'
    })
  ),
  ONSET_PUBLIC_URL: Type.Optional(
    Type.String({
      pattern: '^https?://[^\\s@]+$',
      maxLength: 500,
      expects: 'an address as https://onset.example.com',
      description:
        'Where people reach this Onset, for links to runs in alerts. Without it alerts have no links.'
    })
  ),
  ONSET_PRICES_FILE: Type.Optional(
    Type.String({
      expects: 'the path of a file of prices',
      description:
        'JSON file of prices of models that comes before the one that Onset brings. Read at start; [dialects.md](dialects.md#prices) explains it.'
    })
  ),
  ONSET_RENORMALIZE_SHARE_PERCENT: Type.Integer({
    default: 25,
    minimum: 1,
    maximum: 100,
    unit: 'percent',
    expects: 'a number of percent from 1 to 100',
    description:
      'Share of the time that a re-normalization (`onset renormalize`) may be at work, so that ingest does not notice it.'
  }),
  ...JUDGE_SETTINGS,
  ONSET_SHUTDOWN_MS: Type.Integer({
    default: 10_000,
    minimum: 0,
    maximum: 600_000,
    unit: 'milliseconds',
    expects: 'a number of milliseconds from 0 to 600000',
    description:
      'On SIGTERM, time for requests in flight to end before their connections are cut. Keep it well below the grace period of the service manager.'
  })
})

/** The variables as checked, before they become {@link Settings} of settings.ts. */
export type SettingVariables = Static<typeof SETTINGS_SCHEMA>

/** Read by the agent's side and by the tests; the collector leaves them alone. */
export const FOREIGN_VARIABLES = ['ONSET_URL', 'ONSET_API_KEY', 'ONSET_DATA'] as const

export interface Annotations {
  readonly default: string | undefined
  readonly unit: string | undefined
  readonly description: string
  /** Completes "… is right". */
  readonly expects: string
  /** The value never appears in a message. */
  readonly secret: boolean
}

/** The keywords of a setting that TypeBox keeps but does not type. */
export function readAnnotations(schema: object): Annotations {
  const keywords = new Map<string, unknown>(Object.entries(schema))
  const text = (name: string): string | undefined => {
    const value = keywords.get(name)
    return typeof value === 'string' || typeof value === 'number' ? `${value}` : undefined
  }
  return {
    default: text('default'),
    unit: text('unit'),
    description: text('description') ?? '',
    expects: text('expects') ?? '',
    secret: keywords.get('secret') === true
  }
}

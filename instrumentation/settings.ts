// The settings of the agent's side: OpenTelemetry's standard variables and a few of our own. A wrong value
// never stops an agent: the default is used, and what was wrong is said in a line.

import { homedir } from 'node:os'
import { basename, extname, join } from 'node:path'
import type { Attributes } from '@opentelemetry/api'
import type { CaptureMode, Destination, SpanLimits } from './telemetry/index.ts'

export type Environment = Readonly<Record<string, string | undefined>>

export interface Settings {
  readonly isDisabled: boolean
  readonly destination: Destination
  readonly resource: Attributes
  readonly limits: SpanLimits
  readonly capture: CaptureMode
  readonly redactPatterns: readonly string[]
  readonly allowedVariables: readonly string[]
  readonly spoolDir: string
  readonly spoolBytesMax: number
  readonly uploadDelayMs: number
  readonly batchSpansMax: number
  /** Undefined leaves it to where the process runs. */
  readonly exitWaitMs: number | undefined
  readonly agent: string
  readonly task: string | undefined
  readonly session: string | undefined
  readonly runMode: 'process' | 'none'
  readonly traceparent: string | undefined
  readonly tracestate: string | undefined
  /** What was wrong with a value, a sentence each. */
  readonly complaints: readonly string[]
}

const DEFAULT_ENDPOINT = 'http://127.0.0.1:4318'
const TRACES_PATH = 'v1/traces'

/** OpenTelemetry's default. */
const EXPORT_TIMEOUT_MS = 10_000

/** A run should be seen while it goes on; OpenTelemetry's 5 s are for servers. */
const UPLOAD_DELAY_MS = 1_000

/** A span with a conversation has 4 to 40 KB: with OpenTelemetry's 512 a request passes the 4 MiB of many proxies. */
const BATCH_SPANS_MAX = 128

/** OpenTelemetry's 128 cut conversations that are flattened into an attribute for each field of a message. */
const ATTRIBUTES_MAX = 1_024

/** Hours of an agent's work with its destination down. */
const SPOOL_BYTES_MAX = 256 * 1024 * 1024

/** Room for the largest request and what is under way beside it. */
const SPOOL_BYTES_MIN = 8 * 1024 * 1024

/** A task is a sentence or a page; longer arguments are data. */
const TASK_CHARS_MAX = 8_192

/** Values of variables that say nothing about anybody. */
const ALLOWED_VARIABLES = ['CI', 'LANG', 'NODE_ENV', 'PATH', 'PWD', 'SHELL', 'TERM', 'TZ']

export function readSettings(env: Environment, argv: readonly string[]): Settings {
  const reader = new Reader(env)
  return {
    isDisabled: reader.flag('OTEL_SDK_DISABLED') || reader.text('OTEL_TRACES_EXPORTER') === 'none',
    destination: readDestination(reader),
    limits: readLimits(reader),
    capture: readCapture(reader),
    redactPatterns: readPatterns(reader),
    allowedVariables: [...ALLOWED_VARIABLES, ...reader.list('ONSET_ENV_ALLOW')],
    ...readSpool(reader),
    ...readRun(reader, argv),
    complaints: reader.complaints
  }
}

function readSpool(
  reader: Reader
): Pick<Settings, 'spoolDir' | 'spoolBytesMax' | 'uploadDelayMs' | 'batchSpansMax' | 'exitWaitMs'> {
  return {
    spoolDir: reader.text('ONSET_SPOOL_DIR') ?? defaultSpoolDir(reader),
    spoolBytesMax: reader.number('ONSET_SPOOL_BYTES_MAX', SPOOL_BYTES_MIN) ?? SPOOL_BYTES_MAX,
    uploadDelayMs: reader.number('OTEL_BSP_SCHEDULE_DELAY', 0) ?? UPLOAD_DELAY_MS,
    batchSpansMax: reader.number('OTEL_BSP_MAX_EXPORT_BATCH_SIZE', 1) ?? BATCH_SPANS_MAX,
    exitWaitMs: reader.number('ONSET_EXIT_WAIT_MS', 0)
  }
}

function readRun(
  reader: Reader,
  argv: readonly string[]
): Pick<
  Settings,
  'resource' | 'agent' | 'task' | 'session' | 'runMode' | 'traceparent' | 'tracestate'
> {
  const resource = reader.pairs('OTEL_RESOURCE_ATTRIBUTES')
  const serviceName = reader.text('OTEL_SERVICE_NAME') ?? resource['service.name']
  const agent = reader.text('ONSET_AGENT') ?? serviceName ?? programName(argv)
  return {
    resource: { ...resource, 'service.name': serviceName ?? agent },
    agent,
    task: (reader.text('ONSET_TASK') ?? taskOf(argv))?.slice(0, TASK_CHARS_MAX),
    session: reader.text('ONSET_SESSION'),
    runMode: reader.choice('ONSET_RUN', ['process', 'none']) ?? 'process',
    traceparent: reader.text('TRACEPARENT'),
    tracestate: reader.text('TRACESTATE')
  }
}

function readDestination(reader: Reader): Destination {
  const traces = reader.url('OTEL_EXPORTER_OTLP_TRACES_ENDPOINT')
  const base = reader.url('OTEL_EXPORTER_OTLP_ENDPOINT')
  const own = reader.url('ONSET_URL')
  const url = traces ?? tracesOf(base ?? own ?? new URL(DEFAULT_ENDPOINT))
  const key = reader.text('ONSET_API_KEY')
  // The key of an Onset is for that Onset, not for whatever else the standard variables name.
  const isOnset = (traces === undefined && base === undefined) || url.host === own?.host
  return {
    url,
    headers: readHeaders(reader, isOnset ? key : undefined),
    protocol: readProtocol(reader),
    compression:
      reader.signal('COMPRESSION', (name) => reader.choice(name, ['gzip', 'none'])) ??
      (isLoopback(url) ? 'none' : 'gzip'),
    timeoutMs: reader.signal('TIMEOUT', (name) => reader.number(name, 1)) ?? EXPORT_TIMEOUT_MS
  }
}

/** Names in lower case; a header that the standard variables set stands before the key. */
function readHeaders(reader: Reader, key: string | undefined): Destination['headers'] {
  const pairs = {
    ...reader.pairs('OTEL_EXPORTER_OTLP_HEADERS'),
    ...reader.pairs('OTEL_EXPORTER_OTLP_TRACES_HEADERS')
  }
  const headers = Object.fromEntries(
    Object.entries(pairs).map(([name, value]) => [name.toLowerCase(), value])
  )
  return key === undefined ? headers : { authorization: `Bearer ${key}`, ...headers }
}

/** Within a machine bytes cost less than their compression, which both ends would pay for. */
function isLoopback({ hostname }: URL): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(?:\.\d{1,3}){3}$/.test(hostname)
}

function readProtocol(reader: Reader): Destination['protocol'] {
  const choices = ['http/protobuf', 'http/json'] as const
  return reader.signal('PROTOCOL', (name) => reader.choice(name, choices)) ?? 'http/protobuf'
}

/** https://opentelemetry.io/docs/specs/otel/protocol/exporter/#endpoint-urls-for-otlphttp */
function tracesOf(base: URL): URL {
  const url = new URL(base)
  url.pathname = `${url.pathname.replace(/\/$/, '')}/${TRACES_PATH}`
  return url
}

function readLimits(reader: Reader): SpanLimits {
  const valueLength =
    reader.number('OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT', 0) ??
    reader.number('OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT', 0)
  const limits = {
    attributeCountLimit:
      reader.number('OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT', 0) ??
      reader.number('OTEL_ATTRIBUTE_COUNT_LIMIT', 0) ??
      ATTRIBUTES_MAX,
    attributeValueLengthLimit: valueLength,
    eventCountLimit: reader.number('OTEL_SPAN_EVENT_COUNT_LIMIT', 0),
    linkCountLimit: reader.number('OTEL_SPAN_LINK_COUNT_LIMIT', 0),
    attributePerEventCountLimit: reader.number('OTEL_EVENT_ATTRIBUTE_COUNT_LIMIT', 0),
    attributePerLinkCountLimit: reader.number('OTEL_LINK_ATTRIBUTE_COUNT_LIMIT', 0)
  }
  return Object.fromEntries(Object.entries(limits).filter(([, value]) => value !== undefined))
}

/** Ours first; else OpenTelemetry's switch; else all, masked: without its content a run cannot be explained. */
function readCapture(reader: Reader): CaptureMode {
  const own = reader.choice('ONSET_CAPTURE', ['full', 'hash', 'off'])
  if (own !== undefined) return own
  const standard = reader.text('OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT')?.toLowerCase()
  return standard === 'false' || standard === 'no_content' ? 'off' : 'full'
}

/** Regular expressions, one a line. */
function readPatterns(reader: Reader): readonly string[] {
  const lines = (reader.text('ONSET_REDACT') ?? '').split('\n').map((line) => line.trim())
  return lines.filter((source) => source !== '' && reader.isPattern('ONSET_REDACT', source))
}

/** State that outlives a process but is nobody's data: https://specifications.freedesktop.org/basedir/latest/ */
function defaultSpoolDir(reader: Reader): string {
  const state = reader.text('XDG_STATE_HOME') ?? join(homedir(), '.local', 'state')
  return join(state, 'onset', 'spool')
}

function programName(argv: readonly string[]): string {
  const entry = argv[1]
  if (entry === undefined) return 'node'
  const name = basename(entry, extname(entry))
  return name === '' ? 'node' : name
}

/** What follows the program and is not an option: many agents are asked on the command line. */
function taskOf(argv: readonly string[]): string | undefined {
  const words = argv.slice(2).filter((word) => !word.startsWith('-'))
  return words.length === 0 ? undefined : words.join(' ')
}

class Reader {
  readonly complaints: string[] = []
  readonly #env: Environment

  constructor(env: Environment) {
    this.#env = env
  }

  /** An empty variable is one that is not set. */
  text(name: string): string | undefined {
    const value = this.#env[name]?.trim()
    return value === '' ? undefined : value
  }

  flag(name: string): boolean {
    return this.text(name)?.toLowerCase() === 'true'
  }

  list(name: string): readonly string[] {
    return (this.text(name) ?? '')
      .split(',')
      .map((item) => item.trim())
      .filter((item) => item !== '')
  }

  number(name: string, min: number): number | undefined {
    const value = this.text(name)
    if (value === undefined) return undefined
    const number = Number(value)
    if (Number.isSafeInteger(number) && number >= min) return number
    return this.#complain(name, value, `a whole number of at least ${min}`)
  }

  choice<const T extends string>(name: string, choices: readonly T[]): T | undefined {
    const value = this.text(name)
    if (value === undefined) return undefined
    return (
      choices.find((choice) => choice === value) ??
      this.#complain(name, value, choices.join(' or '))
    )
  }

  url(name: string): URL | undefined {
    const value = this.text(name)
    if (value === undefined) return undefined
    const url = URL.canParse(value) ? new URL(value) : undefined
    if (url?.protocol === 'http:' || url?.protocol === 'https:') return url
    // Not the value: it may carry a password.
    return this.#complain(name, undefined, 'a URL with http or https')
  }

  /** `key1=value1,key2=value2`, percent-encoded. */
  pairs(name: string): Record<string, string> {
    const pairs: Record<string, string> = {}
    for (const item of this.list(name)) {
      const at = item.indexOf('=')
      if (at > 0) pairs[decode(item.slice(0, at).trim())] = decode(item.slice(at + 1).trim())
      else this.#complain(name, undefined, 'a list of key=value')
    }
    return pairs
  }

  /** The variable of the traces' exporter, else the one of all exporters. */
  signal<T>(suffix: string, read: (name: string) => T | undefined): T | undefined {
    return read(`OTEL_EXPORTER_OTLP_TRACES_${suffix}`) ?? read(`OTEL_EXPORTER_OTLP_${suffix}`)
  }

  isPattern(name: string, source: string): boolean {
    try {
      return new RegExp(source, 'g').source !== ''
    } catch {
      this.#complain(name, source, 'a regular expression a line')
      return false
    }
  }

  #complain(name: string, value: string | undefined, expected: string): undefined {
    const shown = value === undefined ? 'is wrong' : `is ${JSON.stringify(value)}`
    this.complaints.push(`${name} ${shown}; ${expected} is expected: the default is used`)
    return undefined
  }
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

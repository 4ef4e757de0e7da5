// What the API is given by whoever composes the process, and what all its routes answer with.

import type { Meter } from '@opentelemetry/api'
import type { FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import {
  ERROR_CODES,
  toRunId,
  type Actor,
  type AlertReader,
  type AlertStore,
  type AuditStore,
  type Backups,
  type FeedbackWriter,
  type KeyScope,
  type MemoryReader,
  type ManagedKey,
  type PrecisionReader,
  type RawSpanStore,
  type DecodedSpan,
  type Renormalization,
  type RunId,
  type UnixNano,
  type RunListener,
  type RunReader,
  type StepExporter
} from '../model/index.ts'

/** Makes and revokes keys; `around` is called with the key and does what it is given, between two records of it. */
export interface KeyAdmin {
  readonly configured: readonly { readonly keyId: string; readonly scopes: readonly KeyScope[] }[]
  list(): Promise<readonly ManagedKey[]>
  stateOf(key: ManagedKey): 'active' | 'expired' | 'revoked'
  create(
    request: {
      readonly name: string
      readonly scopes: readonly KeyScope[]
      readonly expiresInSeconds: number | undefined
      readonly createdBy: string
    },
    around: AroundKey
  ): Promise<{ readonly key: ManagedKey; readonly secret: string }>
  revoke(keyId: string, revokedBy: string, around: AroundKey): Promise<ManagedKey>
}

export type AroundKey = (key: ManagedKey, act: () => Promise<void>) => Promise<void>

/** Makes steps anew in the background, one request at a time. */
export interface RenormalizerAdmin {
  start(request: {
    readonly since?: UnixNano
    readonly until?: UnixNano
    readonly runId?: RunId
  }): Promise<Renormalization>
  list(): Promise<readonly Renormalization[]>
}

export interface ApiOptions {
  readonly store: RunReader &
    MemoryReader &
    FeedbackWriter &
    PrecisionReader &
    StepExporter &
    AuditStore &
    AlertReader &
    Pick<AlertStore, 'saveAlerts'> & { readonly backups?: Backups; readonly raw?: RawSpanStore }
  readonly keys: KeyAdmin
  /** The key that a request came with; `local` where there are none. */
  readonly actorOf: (request: FastifyRequest) => Actor
  /** The scope that a route, as registered, needs; undefined when it is for everybody. */
  readonly scopeOf: (method: string, route: string) => KeyScope | undefined
  /** Absent where no processors run; reports are then analyzed by whoever reads the store. */
  readonly listener: RunListener | undefined
  /**
   * Resolves when a new revision of the run is stored, or when it has no steps. Bounds by itself how many
   * may wait, and throws OVERLOADED beyond. Absent: `NO_PROCESSOR`.
   */
  readonly analyzeNow: ((runId: RunId) => Promise<unknown>) | undefined
  /** Takes secrets out of what is reported. */
  readonly maskText: (text: string) => string
  /** Absent where no processors run: nobody would analyze what it changes. */
  readonly renormalizer: RenormalizerAdmin | undefined
  /** In the order of the spans. */
  readonly explainSpans: (spans: readonly DecodedSpan[]) => readonly {
    readonly spanId: string
    readonly name: string
    readonly dialect: string
    readonly used: readonly string[]
    readonly fallbacks: readonly string[]
    readonly left: readonly string[]
    readonly coverage: number
  }[]
  readonly meter: Meter
  /** Milliseconds since 1970. */
  readonly now: () => number
}

/** Longer than any id that a producer was seen to make; a trace id has 32. */
const RUN_ID_CHARS_MAX = 256

export const RunParams = Type.Object({
  runId: Type.String({
    minLength: 1,
    maxLength: RUN_ID_CHARS_MAX,
    description: 'The trace id when the run is one trace.'
  })
})

const ErrorBody = Type.Object(
  {
    error: Type.Object({
      code: Type.Enum(ERROR_CODES, { type: 'string' }),
      message: Type.String({ description: 'What was wrong with which value, and what is right.' })
    })
  },
  { description: 'Refused; docs/errors.md explains each code.' }
)

/** For the `response` of every route. */
export const ERROR_RESPONSES = { '4xx': ErrorBody, '5xx': ErrorBody } as const

const TRACE_ID = /^[0-9a-f]{32}$/i

/** Trace ids are the same in any case; tools that print them in capitals are common. */
export function readRunId(text: string): RunId {
  return toRunId(TRACE_ID.test(text) ? text.toLowerCase() : text)
}

// Requests that nobody should send, by kind, from a seed: the stuff of which the garbage tests are made.
// Each says what the server may answer; anything else, or none, is a finding.

import { gzipSync } from 'node:zlib'
import { agentSpans } from './agent-spans.ts'
import { contentTypeOf, encodeTraceRequest, type SpanLiteral } from './otlp-request.ts'

export interface GarbageRequest {
  readonly kind: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer
  readonly path: string
  readonly mayAnswer: readonly number[]
}

type Random = () => number
type Maker = (random: Random, seed: number) => GarbageRequest

const PROTOBUF = 'application/x-protobuf'
const JSON_TYPE = 'application/json'
const BUSY = [429, 503]

/** Now and then a trace of this size; each costs seconds of everybody's time. */
const MOST_SPANS = 100_000
const MOST_SPANS_SHARE = 0.1
const MANY_SPANS = 2_000

/** xorshift32: reproducible from a seed, which is all that is asked of it. */
export function createRandom(seed: number): Random {
  let state = (seed * 2_654_435_761) >>> 0 || 1
  return () => {
    state ^= state << 13
    state >>>= 0
    state ^= state >>> 17
    state ^= state << 5
    state >>>= 0
    return state / 2 ** 32
  }
}

export function makeGarbage(seed: number): GarbageRequest {
  const random = createRandom(seed)
  const makers = Object.entries(MAKERS)
  const [, make] = makers[Math.floor(random() * makers.length)] ?? makers[0]!
  return make(random, seed)
}

const MAKERS: Readonly<Record<string, Maker>> = {
  randomBytes: (random) =>
    request('random bytes', randomBuffer(random, Math.floor(random() * 4096)), {
      mayAnswer: [200, 400]
    }),
  mutatedProtobuf: (random, seed) =>
    request(
      'mutated protobuf',
      mutate(random, encodeTraceRequest(agentSpans({ steps: 3, seed }), 'protobuf')),
      {
        mayAnswer: [200, 400]
      }
    ),
  mutatedJson: (random, seed) =>
    request(
      'mutated json',
      mutate(random, encodeTraceRequest(agentSpans({ steps: 3, seed }), 'json')),
      {
        type: JSON_TYPE,
        mayAnswer: [200, 400]
      }
    ),
  truncatedGzip: (random, seed) => {
    const whole = gzipSync(encodeTraceRequest(agentSpans({ steps: 3, seed }), 'protobuf'))
    const body = whole.subarray(0, Math.floor(random() * (whole.length - 1)))
    return request('truncated gzip', body, { encoding: 'gzip', mayAnswer: [200, 400] })
  },
  gzipBomb: () => request('gzip bomb', bomb(), { encoding: 'gzip', mayAnswer: [413] }),
  wrongTypes: (random) => {
    const values = [null, 1, 'x', [], {}, [[]], true, -1, 1e308, '\u0000', '\ud800']
    const any = (): unknown => values[Math.floor(random() * values.length)]
    const span = {
      traceId: any(),
      spanId: any(),
      name: any(),
      attributes: any(),
      events: any(),
      startTimeUnixNano: any(),
      status: any()
    }
    const body = {
      resourceSpans: [{ resource: any(), scopeSpans: [{ spans: [span, any()] }, any()] }, any()]
    }
    return request('wrong types', Buffer.from(JSON.stringify(body)), {
      type: JSON_TYPE,
      mayAnswer: [200, 400]
    })
  },
  hugeAttribute: (random, seed) => {
    const [root, ...rest] = agentSpans({ steps: 1, seed })
    const huge = {
      ...root!,
      attributes: {
        ...root!.attributes,
        huge: 'x'.repeat(1024 * 1024),
        '\n\nDROP TABLE otel.otel_traces': '\n\nDROP TABLE otel.otel_traces'
      }
    }
    const encoding = random() < 0.5 ? 'protobuf' : 'json'
    return request('huge attribute', encodeTraceRequest([huge, ...rest], encoding), {
      type: contentTypeOf(encoding),
      mayAnswer: [200]
    })
  },
  manySpans: (random, seed) => {
    const [root] = agentSpans({ steps: 1, seed })
    const base = {
      traceId: root!.traceId,
      name: 's',
      startTime: root!.startTime,
      endTime: root!.endTime
    }
    const count = random() < MOST_SPANS_SHARE ? MOST_SPANS : MANY_SPANS
    const spans = Array.from({ length: count }, (_, index) => ({
      ...base,
      spanId: (index + 1).toString(16).padStart(16, '0'),
      ...(index > 0
        ? {
            parentSpanId: Math.ceil(random() * index)
              .toString(16)
              .padStart(16, '0')
          }
        : {})
    })) as unknown as SpanLiteral[]
    return request('many spans', encodeTraceRequest(spans, 'protobuf'), { mayAnswer: [200] })
  },
  parentCycle: (random, seed) => {
    const spans = agentSpans({ steps: 5, seed })
    const cyclic = spans.map((span, index) => ({
      ...span,
      parentSpanId: spans[(index + 1 + Math.floor(random() * 3)) % spans.length]!.spanId
    }))
    return request('parent cycle', encodeTraceRequest(cyclic as SpanLiteral[], 'protobuf'), {
      mayAnswer: [200]
    })
  },
  wrongMediaType: (random) =>
    request('wrong media type', randomBuffer(random, 64), { type: 'text/plain', mayAnswer: [415] }),
  unknownPath: (random) =>
    request('unknown path', randomBuffer(random, 64), {
      path: `/v1/${Math.floor(random() * 1e9)}`,
      mayAnswer: [404, 415]
    }),
  deepNesting: (random) => {
    const depth = 100 + Math.floor(random() * 100_000)
    const value = `${'{"arrayValue":{"values":['.repeat(depth)}{"stringValue":"x"}${']}}'.repeat(depth)}`
    const body = `{"resourceSpans":[{"resource":{"attributes":[{"key":"k","value":${value}}]},"scopeSpans":[]}]}`
    return request('deep nesting', Buffer.from(body), { type: JSON_TYPE, mayAnswer: [200, 400] })
  },
  apiNoise: (random) => {
    const id = encodeURIComponent(randomBuffer(random, 20).toString('latin1'))
    return request('api noise', Buffer.from('{"outcome":[1],"source":{}}'), {
      type: JSON_TYPE,
      path: `/api/runs/${id}/outcome`,
      mayAnswer: [400, 404]
    })
  }
}

interface Details {
  readonly type?: string
  readonly encoding?: string
  readonly path?: string
  readonly mayAnswer: readonly number[]
}

function request(
  kind: string,
  body: Buffer,
  { type = PROTOBUF, encoding, path = '/v1/traces', mayAnswer }: Details
): GarbageRequest {
  const headers = {
    'content-type': type,
    ...(encoding === undefined ? {} : { 'content-encoding': encoding })
  }
  return { kind, headers, body, path, mayAnswer: [...mayAnswer, ...BUSY] }
}

function randomBuffer(random: Random, length: number): Buffer {
  return Buffer.from(Array.from({ length }, () => Math.floor(random() * 256)))
}

function mutate(random: Random, bytes: Buffer): Buffer {
  const mutated = Buffer.from(bytes)
  const changes = 1 + Math.floor(random() * 8)
  for (let change = 0; change < changes; change += 1) {
    mutated[Math.floor(random() * mutated.length)] = Math.floor(random() * 256)
  }
  return random() < 0.3 ? mutated.subarray(0, Math.floor(random() * mutated.length)) : mutated
}

let madeBomb: Buffer | undefined

/** 100 kB that unpack to 100 MiB, above the limit of 64 MiB. */
function bomb(): Buffer {
  madeBomb ??= gzipSync(Buffer.alloc(100 * 1024 * 1024), { level: 9 })
  return madeBomb
}

// Requests that went wrong: valid ones with bytes or JSON values changed, and bytes that never were a
// request. Deterministic per seed, so that a finding is its seed.

import { CollectorError, type DecodedSpan } from '../../collector/model/index.ts'
import { agentSpans } from './agent-spans.ts'
import { decode } from './decode.ts'
import { type Encoding, encodeTraceRequest, type SpanLiteral } from './otlp-request.ts'
import { BUILT_START } from './builders.ts'

export interface FuzzCase {
  readonly body: Buffer
  readonly encoding: Encoding
}

/** Decoding one of these small bodies takes under a millisecond; this is a hang, not a slow machine. */
const DECODE_MS_MAX = 5_000

/** A case of a seed. The first spans of an agent are the soil that all mutations grow on. */
export function makeFuzzCase(seed: number): FuzzCase {
  const random = createRandom(seed)
  const encoding: Encoding = random.chance(0.5) ? 'protobuf' : 'json'
  if (random.chance(0.05)) return { body: random.bytes(random.below(400)), encoding }
  const valid = encodeTraceRequest(makeSpans(random), encoding)
  if (encoding === 'json' && random.chance(0.5))
    return { body: mutateJson(valid, random), encoding }
  return { body: mutateBytes(valid, random), encoding }
}

/**
 * Decodes, and holds the answer against what the receiver promises.
 *
 * @returns what is wrong, or undefined
 */
export function findDefect({ body, encoding }: FuzzCase): string | undefined {
  const start = performance.now()
  try {
    const result = decode(body, encoding)
    const broken = result.spans.find((span) => !isSound(span))
    if (broken !== undefined) return `a span that breaks a promise: ${broken.spanId}`
    const counted = [...result.rejectedCounts.values()].reduce((sum, count) => sum + count, 0)
    if (counted + result.spans.length !== result.spanCount) return 'spans that nobody counted'
  } catch (error) {
    if (!(error instanceof CollectorError)) return `threw ${String(error)}`
    if (!/^(MALFORMED_REQUEST|REQUEST_TOO_LARGE)$/.test(error.code)) return `threw ${error.code}`
    if (error.retryable) return 'threw an error that asks for the same bytes again'
    if (error.message.length > 2_100) return 'threw an error as long as the body'
  }
  const took = performance.now() - start
  return took > DECODE_MS_MAX ? `took ${Math.round(took)} ms` : undefined
}

const STATUS_CODES = new Set(['unset', 'ok', 'error'])

function isSound(span: DecodedSpan): boolean {
  const texts = [span.name, span.traceState, span.statusMessage, span.scope.name]
  return (
    /^(?!0*$)[0-9a-f]{32}$/.test(span.traceId) &&
    /^(?!0*$)[0-9a-f]{16}$/.test(span.spanId) &&
    (span.parentSpanId === undefined || /^(?!0*$)[0-9a-f]{16}$/.test(span.parentSpanId)) &&
    span.parentSpanId !== span.spanId &&
    span.startTime > 0n &&
    span.endTime >= span.startTime &&
    span.events.every((event) => event.time > 0n) &&
    texts.every((text) => text.isWellFormed()) &&
    STATUS_CODES.has(span.statusCode) &&
    Object.getPrototypeOf(span.attributes) === null &&
    Object.getPrototypeOf(span.resource.attributes) === null
  )
}

export interface Random {
  below(bound: number): number
  chance(probability: number): boolean
  pick<T>(list: readonly T[]): T
  bytes(count: number): Buffer
}

/** xorshift32, https://www.jstatsoft.org/article/view/v008i14 */
export function createRandom(seed: number): Random {
  let state = (Math.imul(seed + 1, 0x9e3779b1) ^ 0x2545f491) >>> 0 || 1
  const next = (): number => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return (state >>> 0) / 0x1_0000_0000
  }
  for (let warmup = 0; warmup < 8; warmup += 1) next()
  const below = (bound: number): number => Math.floor(next() * bound)
  return {
    below,
    chance: (probability) => next() < probability,
    pick: <T>(list: readonly T[]): T => list[below(list.length)] as T,
    bytes: (count) => Buffer.from(Array.from({ length: count }, () => below(256)))
  }
}

function makeSpans(random: Random): readonly SpanLiteral[] {
  const [root = {}, ...spans] = agentSpans({ seed: random.below(50), steps: 2, textChars: 40 })
  const link = { traceId: '1'.repeat(32), spanId: '2'.repeat(16), attributes: { a: 1.5 } }
  const nested = {
    list: [1, 'a', { b: [true, new Uint8Array([1])] }],
    big: 2n ** 60n,
    nothing: undefined
  }
  const rich: SpanLiteral = {
    ...root,
    attributes: { ...root.attributes, nested, double: 0.1 },
    events: [{ name: 'e', time: BUILT_START, attributes: { k: 'v' } }],
    links: [link],
    statusCode: 'error',
    statusMessage: 'm',
    traceState: 'a=b'
  }
  const odd = spans.map((span) => (random.chance(0.2) ? { ...span, ...random.pick(ODD) } : span))
  return [rich, ...odd]
}

/** What a sender may get wrong without breaking the encoding. */
const ODD: readonly SpanLiteral[] = [
  { traceId: '' },
  { traceId: '0'.repeat(32) },
  { traceId: 'ab'.repeat(100) },
  { spanId: 'ab' },
  { parentSpanId: 'abcdef' },
  { parentSpanId: '0'.repeat(16) },
  { startTime: 0n },
  { startTime: 2n ** 64n - 1n },
  { endTime: 0n },
  { endTime: 2n ** 63n },
  { name: 'n'.repeat(1_500) },
  { events: [{ name: '', time: 0n }] },
  { links: [{ traceId: '', spanId: '' }] },
  { attributes: { '': undefined, big: 2n ** 63n - 1n } }
]

/** Bytes that mean something on the wire: ends of varints, lengths, group tags, quotes and brackets. */
const TELLING_BYTES = [
  0x00, 0x01, 0x02, 0x0a, 0x12, 0x1b, 0x22, 0x5b, 0x5d, 0x7b, 0x7d, 0x7f, 0x80, 0xff
]

export function mutateBytes(valid: Buffer, random: Random): Buffer {
  let body = Buffer.from(valid)
  // Changes in place leave the lengths right, so that what is inside is reached.
  const kinds = random.chance(0.5) ? 2 : 7
  for (let count = random.below(4); count > 0; count -= 1) {
    const at = random.below(body.length + 1)
    const end = Math.min(body.length, at + 1 + random.below(20))
    switch (random.below(kinds)) {
      case 0:
        if (at < body.length) body[at] = random.pick(TELLING_BYTES)
        break
      case 1:
        if (at < body.length) body[at] = (body[at] ?? 0) ^ (1 << random.below(8))
        break
      case 2:
        body = body.subarray(0, at)
        break
      case 3:
        body = Buffer.concat([
          body.subarray(0, at),
          random.bytes(1 + random.below(12)),
          body.subarray(at)
        ])
        break
      case 4:
        body = Buffer.concat([body.subarray(0, at), body.subarray(end)])
        break
      case 5:
        body = Buffer.concat([body.subarray(0, end), body.subarray(at)])
        break
      default: {
        const other = random.below(valid.length)
        const piece = valid.subarray(other, other + random.below(60))
        body = Buffer.concat([body.subarray(0, at), piece, body.subarray(end)])
      }
    }
  }
  return body
}

const STRANGE_VALUES: readonly unknown[] = [
  null,
  true,
  0,
  -1,
  1.5,
  1e300,
  2 ** 60,
  '',
  'x',
  '-1',
  '1e5',
  '99999999999999999999999',
  'NaN',
  '\ud800',
  [],
  {},
  [[]],
  [null],
  { values: [{}] },
  { arrayValue: { values: [{ kvlistValue: {} }] } }
]

export function mutateJson(valid: Buffer, random: Random): Buffer {
  const request: unknown = JSON.parse(valid.toString())
  for (let count = 1 + random.below(3); count > 0; count -= 1) mutateSomewhere(request, random)
  return Buffer.from(JSON.stringify(request))
}

const KNOWN_KEYS = ['__proto__', 'value', 'values', 'spans', 'intValue', 'key', 'attributes']

/** Walks down at random and changes, removes or renames what it meets there. */
function mutateSomewhere(node: unknown, random: Random): void {
  if (typeof node !== 'object' || node === null) return
  const holder = node as Record<string, unknown>
  const keys = Object.keys(holder)
  if (keys.length === 0) return
  const key = random.pick(keys)
  if (random.chance(0.75)) {
    mutateSomewhere(holder[key], random)
    return
  }
  const value = holder[key]
  switch (random.below(3)) {
    case 0:
      holder[key] = structuredClone(random.pick(STRANGE_VALUES))
      break
    case 1:
      delete holder[key]
      break
    default:
      // Not by assignment: `__proto__` would change the prototype instead.
      Object.defineProperty(holder, random.pick(KNOWN_KEYS), {
        value,
        enumerable: true,
        writable: true,
        configurable: true
      })
  }
}

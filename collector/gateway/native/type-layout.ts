// How many bytes the values of a column type take in ClickHouse's Native format, read off the type's name.
// Formats: https://clickhouse.com/docs/interfaces/formats/Native

import { refusal } from '../sql/refusal.ts'

export type TypeLayout =
  | { readonly kind: 'fixed'; readonly bytes: number }
  | { readonly kind: 'text' }
  | { readonly kind: 'json' }
  | { readonly kind: 'nullable'; readonly of: TypeLayout }
  | { readonly kind: 'dictionary'; readonly of: TypeLayout }
  | { readonly kind: 'array'; readonly of: TypeLayout }
  | { readonly kind: 'tuple'; readonly of: readonly TypeLayout[] }

const FIXED_BYTES: ReadonlyMap<string, number> = new Map(
  Object.entries({
    1: 'Bool Enum8 Int8 Nothing UInt8',
    2: 'BFloat16 Date Enum16 Int16 UInt16',
    4: 'Date32 DateTime Decimal32 Float32 IPv4 Int32 Time UInt32',
    8: 'DateTime64 Decimal64 Float64 Int64 Time64 UInt64',
    16: 'Decimal128 IPv6 Int128 UInt128 UUID',
    32: 'Decimal256 Int256 UInt256'
  }).flatMap(([bytes, names]) => names.split(' ').map((name) => [name, Number(bytes)] as const))
)

/** `Decimal(38, 9)` takes the least of these that holds its digits. */
const DECIMAL_BYTES: readonly (readonly [digits: number, bytes: number])[] = [
  [9, 4],
  [18, 8],
  [38, 16],
  [76, 32]
]

const FLOAT64: TypeLayout = { kind: 'fixed', bytes: 8 }
const POINT: TypeLayout = { kind: 'tuple', of: [FLOAT64, FLOAT64] }
const RING: TypeLayout = { kind: 'array', of: POINT }
const POLYGON: TypeLayout = { kind: 'array', of: RING }

const NAMED: ReadonlyMap<string, TypeLayout> = new Map<string, TypeLayout>([
  ['String', { kind: 'text' }],
  ['JSON', { kind: 'json' }],
  ['Point', POINT],
  ['Ring', RING],
  ['LineString', RING],
  ['Polygon', POLYGON],
  ['MultiLineString', POLYGON],
  ['MultiPolygon', { kind: 'array', of: POLYGON }]
])

/** The engine itself nests no deeper than its parser's depth of 1,000; real types are below 10. */
const DEPTH_MAX = 100

/** @throws QueryError NOT_IMPLEMENTED for a type whose layout is not known here. */
export function readTypeLayout(type: string, depth = 0): TypeLayout {
  const [, name = '', inside] = /^(\w+)(?:\(([^]*)\))?$/.exec(type.trim()) ?? []
  if (depth > DEPTH_MAX) throw unknownType(type)
  const bytes = FIXED_BYTES.get(name) ?? (name.startsWith('Interval') ? 8 : undefined)
  if (bytes !== undefined) return { kind: 'fixed', bytes }
  const named = NAMED.get(name)
  if (named !== undefined) return named
  if (inside === undefined) throw unknownType(type)
  return readParametric(type, { name, parameters: splitParameters(inside), depth: depth + 1 })
}

interface Parametric {
  readonly name: string
  readonly parameters: readonly string[]
  readonly depth: number
}

function readParametric(type: string, { name, parameters, depth }: Parametric): TypeLayout {
  const [first = ''] = parameters
  const layoutOf = (text: string): TypeLayout => readTypeLayout(text, depth)
  const tuple = (): TypeLayout => ({
    kind: 'tuple',
    of: parameters.map((element) => layoutOf(withoutName(element)))
  })
  const layouts: ReadonlyMap<string, () => TypeLayout> = new Map<string, () => TypeLayout>([
    ['FixedString', () => ({ kind: 'fixed', bytes: Number(first) })],
    ['Decimal', () => ({ kind: 'fixed', bytes: decimalBytes(Number(first)) })],
    ['Nullable', () => ({ kind: 'nullable', of: layoutOf(first) })],
    // Its keys are plain: the first of them stands for NULL.
    ['LowCardinality', () => ({ kind: 'dictionary', of: layoutOf(withoutNullable(first)) })],
    ['Array', () => ({ kind: 'array', of: layoutOf(first) })],
    ['Map', () => ({ kind: 'array', of: { kind: 'tuple', of: parameters.map(layoutOf) } })],
    ['Tuple', tuple],
    ['Nested', () => ({ kind: 'array', of: tuple() })],
    ['SimpleAggregateFunction', () => layoutOf(parameters.slice(1).join(','))]
  ])
  const layout = layouts.get(name)
  if (layout === undefined) throw unknownType(type)
  return layout()
}

function withoutNullable(type: string): string {
  return /^Nullable\(([^]*)\)$/.exec(type)?.[1] ?? type
}

function decimalBytes(digits: number): number {
  return DECIMAL_BYTES.find(([most]) => digits <= most)?.[1] ?? 32
}

/** Of `a UInt8`, `` `a b` UInt8 `` and `UInt8`: the type. */
function withoutName(element: string): string {
  return /^(?:`(?:[^`\\]|\\[^])*`|[A-Za-z_][\w.]*)\s+([^]+)$/.exec(element)?.[1] ?? element
}

/** At the commas that stand in no parenthesis and no quotes. */
function splitParameters(text: string): readonly string[] {
  if (text.trim() === '') return []
  const parts: string[] = []
  let depth = 0
  let from = 0
  for (const { 0: piece, index } of text.matchAll(
    /'(?:[^'\\]|\\[^])*'|`(?:[^`\\]|\\[^])*`|[(),]/g
  )) {
    if (piece === '(') depth += 1
    if (piece === ')') depth -= 1
    if (piece !== ',' || depth > 0) continue
    parts.push(text.slice(from, index).trim())
    from = index + 1
  }
  parts.push(text.slice(from).trim())
  return parts
}

function unknownType(type: string): Error {
  return refusal(
    'NOT_IMPLEMENTED',
    `A column of the type ${type.slice(0, 200)} cannot be sent in the format Native; select toString(…) of it`
  )
}

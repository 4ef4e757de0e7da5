// CityHash128 as of version 1.0.2, which ClickHouse puts before each compressed block and which later versions of
// CityHash do not compute (https://clickhouse.com/docs/native-protocol/hash). Written from the published algorithm of
// Geoff Pike and Jyrki Alakuijala (https://github.com/google/cityhash, MIT License); held against blocks that the
// engine wrote. Every operation is cut to 64 bits where it is made: only so does V8 keep it in a register.

export type Hash128 = readonly [low: bigint, high: bigint]

const K0 = 0xc3a5c85c97cb3127n
const K1 = 0xb492b66fbe98f273n
const K2 = 0x9ae16a3b2f90404fn
const K3 = 0xc949d7c7509e6557n
const K_MUL = 0x9ddfea08eb382d69n

/** Two rounds of the long form. */
const CHUNK_BYTES = 128
const TAIL_BYTES = 32

/** `bytes` has eight bytes at least; a block's header alone has nine. */
export function cityHash128(bytes: Uint8Array): Hash128 {
  const { length } = bytes
  const view = new DataView(bytes.buffer, bytes.byteOffset, length)
  if (length < 16) {
    const seed = [word(view, 0) ^ times(BigInt(length), K0), word(view, length - 8) ^ K1] as const
    return hashShort(new DataView(bytes.buffer, bytes.byteOffset, 0), seed)
  }
  const rest = new DataView(bytes.buffer, bytes.byteOffset + 16, length - 16)
  const seed = [word(view, 0) ^ K3, word(view, 8)] as const
  return rest.byteLength < CHUNK_BYTES ? hashShort(rest, seed) : hashLong(rest, seed)
}

interface State {
  x: bigint
  y: bigint
  z: bigint
  v: Hash128
  w: Hash128
}

function hashLong(view: DataView, [first, second]: Hash128): Hash128 {
  const { byteLength } = view
  const v0 = plus(times(rotate(second ^ K1, 49n), K1), word(view, 0))
  const z = times(BigInt(byteLength), K1)
  const state: State = {
    x: first,
    y: second,
    z,
    v: [v0, plus(times(rotate(v0, 42n), K1), word(view, 8))],
    w: [
      plus(times(rotate(plus(second, z), 35n), K1), first),
      times(rotate(plus(first, word(view, 88)), 53n), K1)
    ]
  }
  const chunked = byteLength - (byteLength % CHUNK_BYTES)
  for (let at = 0; at < chunked; at += CHUNK_BYTES / 2) mixRound(state, view, at)
  state.y = plus(state.y, plus(times(rotate(state.w[0], 37n), K0), state.z))
  state.x = plus(state.x, times(rotate(plus(state.v[0], state.z), 49n), K0))
  mixTail(state, view, byteLength - chunked)
  const { v, w } = state
  const x = mixPair(state.x, v[0])
  const y = mixPair(state.y, w[0])
  return [plus(mixPair(plus(x, v[1]), w[1]), y), mixPair(plus(x, w[1]), plus(y, v[1]))]
}

function mixRound(state: State, view: DataView, at: number): void {
  const { v, w, z: zBefore } = state
  const sum = plus(plus(state.x, state.y), plus(v[0], word(view, at + 16)))
  const x = times(rotate(sum, 37n), K1) ^ w[1]
  const y = times(rotate(plus(plus(state.y, v[1]), word(view, at + 48)), 42n), K1) ^ v[0]
  const z = rotate(zBefore ^ w[0], 33n)
  state.v = mixWords(view, at, [times(v[1], K1), plus(x, w[0])])
  state.w = mixWords(view, at + 32, [plus(z, w[1]), y])
  state.x = z
  state.y = y
  state.z = x
}

/** From the end, 32 bytes at a time; the last of them may begin before the tail. */
function mixTail(state: State, view: DataView, tailBytes: number): void {
  for (let done = TAIL_BYTES; done < tailBytes + TAIL_BYTES; done += TAIL_BYTES) {
    const at = view.byteLength - done
    const { v, w } = state
    state.y = plus(times(rotate(minus(state.y, state.x), 42n), K0), v[1])
    const w0 = plus(w[0], word(view, at + 16))
    state.x = plus(times(rotate(state.x, 49n), K0), w0)
    state.w = [plus(w0, v[0]), w[1]]
    state.v = mixWords(view, at, v)
  }
}

function mixWords(view: DataView, at: number, [first, second]: Hash128): Hash128 {
  const z = word(view, at + 24)
  const a = plus(first, word(view, at))
  const b = rotate(plus(plus(second, a), z), 21n)
  const sum = plus(a, plus(word(view, at + 8), word(view, at + 16)))
  return [plus(sum, z), plus(plus(b, rotate(sum, 44n)), a)]
}

/** Up to 127 bytes. */
function hashShort(view: DataView, [first, second]: Hash128): Hash128 {
  const { byteLength: length } = view
  let a = first
  let b = second
  let c: bigint
  let d: bigint
  if (length <= 16) {
    a = times(shiftMix(times(a, K1)), K1)
    c = plus(times(b, K1), hashUpTo16(view))
    d = shiftMix(plus(a, length >= 8 ? word(view, 0) : c))
  } else {
    c = mixPair(plus(word(view, length - 8), K1), a)
    d = mixPair(plus(b, BigInt(length)), plus(c, word(view, length - 16)))
    a = plus(a, d)
    for (let at = 0; at < length - 16; at += 16) {
      a = times(a ^ times(shiftMix(times(word(view, at), K1)), K1), K1)
      b ^= a
      c = times(c ^ times(shiftMix(times(word(view, at + 8), K1)), K1), K1)
      d ^= c
    }
  }
  a = mixPair(a, c)
  b = mixPair(d, b)
  return [a ^ b, mixPair(b, a)]
}

function hashUpTo16(view: DataView): bigint {
  const { byteLength: length } = view
  const size = BigInt(length)
  if (length > 8) {
    const last = word(view, length - 8)
    return mixPair(word(view, 0), rotate(plus(last, size), size)) ^ last
  }
  if (length >= 4) {
    const [head, last] = [view.getUint32(0, true), view.getUint32(length - 4, true)]
    return mixPair(plus(size, BigInt(head) << 3n), BigInt(last))
  }
  if (length === 0) return K2
  const y = view.getUint8(0) + 256 * view.getUint8(Math.floor(length / 2))
  const z = length + 4 * view.getUint8(length - 1)
  return times(shiftMix(times(BigInt(y), K2) ^ times(BigInt(z), K3)), K2)
}

function mixPair(first: bigint, second: bigint): bigint {
  const a = times(first ^ second, K_MUL)
  const b = times(second ^ shiftMix(a), K_MUL)
  return times(shiftMix(b), K_MUL)
}

function shiftMix(value: bigint): bigint {
  return value ^ (value >> 47n)
}

/** To the right. */
function rotate(value: bigint, bits: bigint): bigint {
  return BigInt.asUintN(64, (value >> bits) | (value << (64n - bits)))
}

function plus(first: bigint, second: bigint): bigint {
  return BigInt.asUintN(64, first + second)
}

function minus(first: bigint, second: bigint): bigint {
  return BigInt.asUintN(64, first - second)
}

function times(first: bigint, second: bigint): bigint {
  return BigInt.asUintN(64, first * second)
}

function word(view: DataView, at: number): bigint {
  return view.getBigUint64(at, true)
}

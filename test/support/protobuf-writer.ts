// Writes protobuf field by field, right or wrong: tests need requests that no serializer would make.

export const VARINT = 0
export const I64 = 1
export const LEN = 2
export const I32 = 5

/** A varint of up to 64 bits; negative numbers as proto3 writes them, in ten bytes. */
export function varint(value: number | bigint): Buffer {
  if (value >= 0 && value < 0x80) return Buffer.of(Number(value))
  let rest = BigInt.asUintN(64, BigInt(value))
  const bytes: number[] = []
  while (rest >= 0x80n) {
    bytes.push(Number(rest & 0x7fn) | 0x80)
    rest >>= 7n
  }
  return Buffer.from([...bytes, Number(rest)])
}

export function tag(field: number, wireType: number): Buffer {
  return varint((BigInt(field) << 3n) | BigInt(wireType))
}

/** A length-delimited field: bytes, a string, or a message made of the parts. */
export function lenField(field: number, ...parts: readonly (Uint8Array | string)[]): Buffer {
  const payload = Buffer.concat(parts.map((part) => Buffer.from(part)))
  return Buffer.concat([tag(field, LEN), varint(payload.length), payload])
}

export function varintField(field: number, value: number | bigint): Buffer {
  return Buffer.concat([tag(field, VARINT), varint(value)])
}

export function fixed64Field(field: number, value: bigint): Buffer {
  const payload = Buffer.alloc(8)
  payload.writeBigUInt64LE(BigInt.asUintN(64, value))
  return Buffer.concat([tag(field, I64), payload])
}

export function doubleField(field: number, value: number): Buffer {
  const payload = Buffer.alloc(8)
  payload.writeDoubleLE(value)
  return Buffer.concat([tag(field, I64), payload])
}

export function fixed32Field(field: number, value: number): Buffer {
  const payload = Buffer.alloc(4)
  payload.writeUInt32LE(value)
  return Buffer.concat([tag(field, I32), payload])
}

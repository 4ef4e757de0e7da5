// The fields of a small protobuf message by number: enough to read the answers of a receiver.

/** A varint as a number, a length-delimited field as bytes; of a repeated one the last. */
export function fieldsOf(message: Buffer): Map<number, number | Buffer> {
  const fields = new Map<number, number | Buffer>()
  let at = 0
  const varint = (): number => {
    let value = 0
    for (let scale = 1; ; scale *= 0x80) {
      const byte = message.readUInt8(at)
      at += 1
      value += (byte & 0x7f) * scale
      if (byte < 0x80) return value
    }
  }
  while (at < message.length) {
    const tag = varint()
    const value = varint()
    if (tag % 8 === 0) fields.set(tag >> 3, value)
    else if (tag % 8 === 2) {
      fields.set(tag >> 3, message.subarray(at, at + value))
      at += value
    } else throw new Error(`wire type ${tag % 8} is not in an answer`)
  }
  return fields
}

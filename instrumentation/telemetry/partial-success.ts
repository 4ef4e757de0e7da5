// What the destination says of a request that it took only in part.
// https://opentelemetry.io/docs/specs/otlp/#partial-success-1

export interface PartialSuccess {
  readonly rejectedSpans: number
  readonly message: string
}

/** Characters of a stranger's words that go on an agent's terminal. */
const MESSAGE_CHARS_MAX = 200

/** Undefined when all was taken; an answer that is no OTLP tells nothing. */
export function readPartialSuccess(
  body: Buffer,
  contentType: string | undefined
): PartialSuccess | undefined {
  if (body.length === 0) return undefined
  try {
    const read = contentType?.startsWith('application/json') === true ? fromJson : fromProtobuf
    const { rejectedSpans, message } = read(body)
    if (!Number.isSafeInteger(rejectedSpans) || rejectedSpans <= 0) return undefined
    return { rejectedSpans, message: printable(message) }
  } catch {
    return undefined
  }
}

function printable(message: string): string {
  return message.slice(0, MESSAGE_CHARS_MAX).replaceAll(/[\p{C}\p{Zl}\p{Zp}]/gu, ' ')
}

function fromJson(body: Buffer): PartialSuccess {
  const partial = memberOf(JSON.parse(body.toString('utf8')), 'partialSuccess')
  const message = memberOf(partial, 'errorMessage')
  return {
    rejectedSpans: Number(memberOf(partial, 'rejectedSpans') ?? 0),
    message: typeof message === 'string' ? message : ''
  }
}

function memberOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined
}

/** Field 1 is the partial success; in it 1 is the count and 2 the message. */
function fromProtobuf(body: Buffer): PartialSuccess {
  const partial = fieldsOf(body).get(1)
  const fields = Buffer.isBuffer(partial) ? fieldsOf(partial) : new Map<number, Buffer | number>()
  const message = fields.get(2)
  return {
    rejectedSpans: Number(fields.get(1) ?? 0),
    message: Buffer.isBuffer(message) ? message.toString('utf8') : ''
  }
}

/** @throws RangeError on what is no protobuf. */
function fieldsOf(body: Buffer): ReadonlyMap<number, Buffer | number> {
  const fields = new Map<number, Buffer | number>()
  let at = 0
  const varint = (): number => {
    let value = 0
    for (let scale = 1; ; scale *= 128) {
      const byte = body.readUInt8(at)
      at += 1
      value += (byte & 127) * scale
      if (byte < 128) return value
    }
  }
  while (at < body.length) {
    const tag = varint()
    const field = Math.floor(tag / 8)
    const wireType = tag % 8
    if (wireType === 0) fields.set(field, varint())
    else if (wireType === 2) {
      const length = varint()
      fields.set(field, body.subarray(at, at + length))
      at += length
    } else throw new RangeError(`wire type ${wireType} is not used here`)
  }
  return fields
}

import t from 'tap'
import { WireError, WireReader } from '../../collector/receiver/decode/wire-reader.ts'
import {
  doubleField,
  fixed32Field,
  fixed64Field,
  lenField,
  tag,
  varint,
  varintField
} from '../support/protobuf-writer.ts'

function readerOf(...parts: readonly Uint8Array[]): WireReader {
  return new WireReader(Buffer.concat(parts))
}

const INTEGERS: readonly (number | bigint)[] = [
  0,
  1,
  127,
  128,
  300,
  2 ** 28 - 1,
  2 ** 28,
  2 ** 32 - 1,
  2 ** 32,
  2 ** 35,
  Number.MAX_SAFE_INTEGER,
  2n ** 53n,
  2n ** 63n - 1n,
  -1,
  -300,
  Number.MIN_SAFE_INTEGER,
  -(2n ** 53n),
  -(2n ** 63n)
]

t.test('an int64 is read exactly, as a number when that is possible', async (t) => {
  for (const integer of INTEGERS) t.equal(readerOf(varint(integer)).int64(), integer)
})

t.test('a varint padded with empty groups has the value without them', async (t) => {
  t.equal(readerOf(Buffer.from([0x85, 0x80, 0x80, 0x00])).int64(), 5)
  t.equal(readerOf(Buffer.from([0x85, 0x80, 0x00])).uint32(), 5)
})

t.test('a uint32 keeps the lower bits of a longer varint, as proto3 has it', async (t) => {
  t.equal(readerOf(varint(2n ** 32n + 7n)).uint32(), 7)
  t.equal(readerOf(varint(-1)).uint32(), 2 ** 32 - 1)
})

t.test('any bit set makes a bool true', async (t) => {
  t.equal(readerOf(varint(0)).bool(), false)
  t.equal(readerOf(varint(1)).bool(), true)
  t.equal(readerOf(varint(2n ** 40n)).bool(), true)
})

t.test('a fixed64 keeps all of its 64 bits', async (t) => {
  const reader = readerOf(fixed64Field(1, 2n ** 64n - 1n))
  reader.tag()
  t.equal(reader.fixed64(), 2n ** 64n - 1n)
})

t.test('bytes that are not UTF-8 become U+FFFD', async (t) => {
  t.equal(readerOf(Buffer.from([4, 0x61, 0xff, 0xc3, 0x62])).string(), 'a\uFFFD\uFFFDb')
  t.equal(readerOf(Buffer.from([3, 0xed, 0xa0, 0x80])).string(), '\uFFFD\uFFFD\uFFFD')
})

t.test('bytes are a copy, and plain', async (t) => {
  const body = Buffer.from([2, 7, 8])
  const bytes = new WireReader(body).bytes()
  body.fill(0)
  t.same([...bytes], [7, 8])
  t.equal(bytes.constructor, Uint8Array)
  t.equal(bytes.buffer.byteLength, 2)
})

t.test('every known wire type is passed over whole', async (t) => {
  const reader = readerOf(
    varintField(100, 2n ** 63n),
    fixed64Field(101, 1n),
    lenField(102, 'x'.repeat(300)),
    fixed32Field(103, 1),
    doubleField(104, 1.5),
    varintField(1, 9)
  )
  for (let field = 0; field < 5; field += 1) reader.skip(reader.tag())
  reader.tag()
  t.equal(reader.int64(), 9)
  t.equal(reader.hasMore(), false)
})

t.test('a nested message ends where its length says, for every read within it', async (t) => {
  const inner = Buffer.from([0x80])
  const reads: Record<string, (reader: WireReader) => unknown> = {
    tag: (reader) => reader.tag(),
    int64: (reader) => reader.int64(),
    string: (reader) => reader.string(),
    enter: (reader) => reader.enter(),
    fixed64: (reader) => reader.fixed64(),
    fixed32: (reader) => reader.fixed32(),
    double: (reader) => reader.double(),
    skip: (reader) => reader.skip((1 << 3) | 2)
  }
  for (const [name, read] of Object.entries(reads)) {
    const reader = readerOf(varint(inner.length), inner, Buffer.alloc(16))
    reader.enter()
    t.throws(() => read(reader), WireError, name)
  }
})

t.test('leaving a nested message passes over what was not read of it', async (t) => {
  const reader = readerOf(lenField(1, 'abc'), varintField(2, 5))
  reader.tag()
  const outer = reader.enter()
  reader.leave(outer)
  t.equal(reader.tag() >>> 3, 2)
})

const BROKEN: readonly (readonly [string, Uint8Array, RegExp])[] = [
  ['a varint without end', Buffer.alloc(10, 0x80), /ends within a varint|more than 10 bytes/],
  ['a varint of eleven bytes', Buffer.alloc(20, 0xff), /more than 10 bytes/]
]

t.test('a varint that does not end is refused', async (t) => {
  for (const [name, bytes, message] of BROKEN) {
    t.throws(() => new WireReader(bytes).int64(), { message }, name)
  }
})

t.test('a tag or length of more than 32 bits is refused', async (t) => {
  t.throws(() => readerOf(varint(2n ** 32n)).tag(), { message: /tag of more than 32 bits/ })
  t.throws(() => readerOf(varint(2n ** 40n)).string(), { message: /length of more than 32 bits/ })
  t.throws(() => readerOf(varint(-1)).string(), { message: /length of more than 32 bits/ })
})

t.test('a length beyond the message is refused and says how much there is', async (t) => {
  t.throws(() => readerOf(varint(4_000_000_000), Buffer.from('abc')).string(), {
    message: 'a field of 4000000000 bytes where its message has 3 left',
    offset: 5
  })
})

t.test('groups, unknown wire types and field 0 are refused', async (t) => {
  for (const wireType of [3, 4, 6, 7]) {
    const reader = readerOf(tag(5, wireType), Buffer.alloc(9))
    t.throws(() => reader.skip(reader.tag()), { message: new RegExp(`wire type ${wireType}`) })
  }
  const reader = readerOf(tag(0, 0), Buffer.alloc(9))
  t.throws(() => reader.skip(reader.tag()), { message: /field number 0/ })
})

t.test('ids are lower-case hex; of a longer one no more is kept than shows it', async (t) => {
  t.equal(readerOf(Buffer.from([2, 0xab, 0x0c])).hex(), 'ab0c')
  const reader = readerOf(varint(1_000_000), Buffer.alloc(1_000_000, 0xff))
  t.equal(reader.hex().length, 128)
  t.equal(reader.hasMore(), false)
})

t.test('a view into a larger buffer is read from its own start', async (t) => {
  const whole = Buffer.concat([Buffer.alloc(13, 0xff), fixed64Field(1, 42n), Buffer.alloc(5, 0xff)])
  const reader = new WireReader(whole.subarray(13, 22))
  reader.tag()
  t.equal(reader.fixed64(), 42n)
  t.equal(reader.hasMore(), false)
})

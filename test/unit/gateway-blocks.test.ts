// ClickHouse's compressed blocks as bytes. That the checksum is the engine's own is shown with the real
// engine in test/integration/gateway-blocks.test.ts.

import { zstdCompressSync } from 'node:zlib'
import * as fc from 'fast-check'
import t from 'tap'
import { cityHash128 } from '../../collector/gateway/blocks/city-hash.ts'
import { decodeFrames, encodeFrames } from '../../collector/gateway/blocks/frames.ts'

const ROOM_BYTES = 10_000_000

/** What an error is held against; tap's types know only the fields of Node's errors. */
function coded(engineCode: number): Error {
  return { engineCode } as unknown as Error
}

function aFrame(method: number, packed: Uint8Array, plainBytes: number): Buffer {
  const frame = Buffer.alloc(25 + packed.length)
  frame.writeUInt8(method, 16)
  frame.writeUInt32LE(9 + packed.length, 17)
  frame.writeUInt32LE(plainBytes, 21)
  frame.set(packed, 25)
  const [low, high] = cityHash128(frame.subarray(16))
  frame.writeBigUInt64LE(low, 0)
  frame.writeBigUInt64LE(high, 8)
  return frame
}

t.test('what is put into blocks comes out of them', async (t) => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 3_000 }), async (bytes) => {
      const back = await decodeFrames(await encodeFrames(bytes), ROOM_BYTES)
      return back.equals(bytes)
    }),
    { numRuns: 200 }
  )
  t.equal((await encodeFrames(new Uint8Array(0))).length, 0)
})

t.test('more than 1 MiB becomes several blocks, each with LZ4', async (t) => {
  const bytes = Buffer.alloc(2_500_000, 'a row of a result, ')
  const frames = await encodeFrames(bytes)
  t.equal(frames.readUInt8(16), 0x82)
  t.equal(frames.readUInt32LE(21), 1_048_576)
  t.ok(frames.length < 50_000)
  t.ok((await decodeFrames(frames, ROOM_BYTES)).equals(bytes))
})

t.test('blocks of the methods NONE and ZSTD are read, next to each other', async (t) => {
  const plain = Buffer.from('SELECT 1')
  const frames = Buffer.concat([
    aFrame(0x02, plain, plain.length),
    aFrame(0x90, zstdCompressSync(plain), plain.length),
    aFrame(0x02, Buffer.alloc(0), 0)
  ])
  t.equal((await decodeFrames(frames, ROOM_BYTES)).toString(), 'SELECT 1SELECT 1')
})

t.test('one flipped bit anywhere is noticed', async (t) => {
  const frames = await encodeFrames(Buffer.from('SELECT sum(number) FROM numbers(10)'))
  for (let at = 0; at < frames.length; at += 1) {
    const flipped = Buffer.from(frames)
    flipped[at] = (flipped[at] ?? 0) ^ 1
    await t.rejects(decodeFrames(flipped, ROOM_BYTES), `byte ${at}`)
  }
})

t.test('what is no block is refused with a code, whatever its checksum says', async (t) => {
  const plain = Buffer.from('SELECT 1')
  const lz4 = (await encodeFrames(plain)).subarray(25)
  await t.rejects(decodeFrames(plain, ROOM_BYTES), coded(271))
  await t.rejects(decodeFrames((await encodeFrames(plain)).subarray(0, -1), ROOM_BYTES), coded(271))
  await t.rejects(decodeFrames(aFrame(0x02, plain, 9), ROOM_BYTES), coded(271))
  await t.rejects(decodeFrames(aFrame(0x82, lz4, 7), ROOM_BYTES), coded(271))
  await t.rejects(decodeFrames(aFrame(0x82, Buffer.from([0xff, 0xff]), 8), ROOM_BYTES), coded(271))
  await t.rejects(decodeFrames(aFrame(0x90, zstdCompressSync(plain), 7), ROOM_BYTES), coded(271))
  await t.rejects(decodeFrames(aFrame(0x91, plain, 8), ROOM_BYTES), coded(89))
  const wrong = aFrame(0x02, plain, 8)
  wrong.writeUInt8(1, 3)
  await t.rejects(decodeFrames(wrong, ROOM_BYTES), coded(40))
})

t.test('a block that says it is huge takes no memory', async (t) => {
  const bomb = aFrame(0x82, Buffer.from([0]), 0xffff_fff0)
  await t.rejects(decodeFrames(bomb, 1_048_576), coded(229))
  const many = Buffer.concat(Array.from({ length: 3 }, () => aFrame(0x02, Buffer.alloc(400), 400)))
  await t.rejects(decodeFrames(many, 1_000), coded(229))
})

t.test('bytes of anybody end in a result or in a refusal', async (t) => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(0x02, 0x82, 0x90),
      fc.uint8Array({ maxLength: 200 }),
      fc.nat({ max: 5_000 }),
      async (method, packed, plainBytes) => {
        try {
          return (
            (await decodeFrames(aFrame(method, packed, plainBytes), 4_096)).length === plainBytes
          )
        } catch (error) {
          return error instanceof Error && 'engineCode' in error
        }
      }
    ),
    { numRuns: 500 }
  )
  t.pass()
})

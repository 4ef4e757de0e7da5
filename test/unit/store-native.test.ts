// The bytes of blocks: texts, numbers and growth against Node's own encoders, and how blocks become inserts.

import * as fc from 'fast-check'
import t from 'tap'
import {
  gatherInserts,
  INSERT_BYTES_MAX,
  splitByPartitions
} from '../../collector/store/write/gather-blocks.ts'
import { ByteWriter } from '../../collector/store/write/native/byte-writer.ts'
import { INSERT_PARTITIONS_MAX } from '../../collector/store/write/split-inserts.ts'
import { varint } from '../support/protobuf-writer.ts'

function written(out: ByteWriter): Buffer {
  const copy = Buffer.alloc(out.length)
  out.copyTo(copy)
  return copy
}

t.test('a text is its length in UTF-8 and its UTF-8, whatever it is made of', (t) => {
  const someString = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 200 }),
    fc.string({ unit: 'grapheme', maxLength: 100 }),
    fc.string({ unit: fc.constantFrom('\ud83d', '\ude00', 'a', 'é', '…', '\0') })
  )
  fc.assert(
    fc.property(fc.array(someString), (texts) => {
      const out = new ByteWriter(1)
      for (const text of texts) out.text(text)
      const expected = texts.flatMap((text) => {
        const bytes = Buffer.from(text)
        return [varint(bytes.length), bytes]
      })
      t.ok(written(out).equals(Buffer.concat(expected)))
      t.equal(out.length, Buffer.concat(expected).length)
    })
  )
  t.end()
})

t.test('texts around the lengths where the encoding changes', (t) => {
  for (const unit of ['a', 'é', '…', '😀']) {
    for (const length of [0, 1, 31, 32, 33, 42, 43, 63, 64, 65, 127, 128, 16_383, 16_384, 70_000]) {
      const text = unit.repeat(length)
      const out = new ByteWriter(16)
      out.text(text)
      const bytes = Buffer.from(text)
      t.ok(written(out).equals(Buffer.concat([varint(bytes.length), bytes])), `${length} ${unit}`)
    }
  }
  t.end()
})

t.test('numbers are little endian, to their last bit', (t) => {
  fc.assert(
    fc.property(
      fc.maxSafeNat(),
      fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
      fc.double(),
      fc.nat({ max: 0xffff_ffff }),
      (whole, big, fraction, small) => {
        const out = new ByteWriter(1)
        out.uint64(whole)
        out.int64(big)
        out.float64(fraction)
        out.uint32(small)
        out.byte(7)
        const expected = Buffer.alloc(29)
        expected.writeBigUInt64LE(BigInt(whole), 0)
        expected.writeBigInt64LE(big, 8)
        expected.writeDoubleLE(fraction, 16)
        expected.writeUInt32LE(small, 24)
        expected[28] = 7
        t.ok(written(out).equals(expected))
      }
    )
  )
  t.end()
})

t.test('a writer used again begins anew, and what it gave away stays', (t) => {
  const out = new ByteWriter(8)
  out.text('x'.repeat(100))
  const first = written(out)
  out.clear(16)
  out.text('abc')
  out.again(0, 4)
  t.equal(written(out).toString('latin1'), '\x03abc\x03abc')
  t.equal(first.toString('latin1'), `d${'x'.repeat(100)}`)
  t.end()
})

const blockOf = (rows: number, bytes: number, ...partitions: number[]) => ({
  rows,
  bytes: Buffer.alloc(bytes),
  partitions: new Set(partitions)
})

t.test('blocks go into one insert until rows, bytes or partitions are too many', (t) => {
  t.strictSame(gatherInserts([]), [])
  const few = [blockOf(10, 10, 1), blockOf(10, 10, 2)]
  t.strictSame(gatherInserts(few), [few])
  t.equal(gatherInserts([blockOf(40_000, 1, 1), blockOf(40_000, 1, 1)]).length, 2)
  const half = INSERT_BYTES_MAX / 2 + 1
  t.equal(gatherInserts([blockOf(1, half, 1), blockOf(1, half, 1)]).length, 2)
  t.equal(gatherInserts([blockOf(1, INSERT_BYTES_MAX + 1, 1)]).length, 1)
  const days = Array.from({ length: 120 }, (_, day) => blockOf(1, 1, day))
  t.strictSame(
    gatherInserts(days).map((insert) => insert.length),
    [INSERT_PARTITIONS_MAX, INSERT_PARTITIONS_MAX, 120 - 2 * INSERT_PARTITIONS_MAX]
  )
  t.end()
})

t.test('rows of few days keep their order; of many they are gathered by day, none lost', (t) => {
  fc.assert(
    fc.property(fc.array(fc.nat({ max: 200 }), { maxLength: 500 }), (days) => {
      const rows = days.map((day, at) => ({ day, at }))
      const groups = splitByPartitions(rows, (row) => row.day)
      t.ok(groups.every(({ partitions }) => partitions.size <= INSERT_PARTITIONS_MAX))
      for (const { rows: held, partitions } of groups) {
        t.strictSame(new Set(held.map((row) => row.day)), new Set(partitions))
      }
      const all = groups.flatMap((group) => group.rows)
      t.strictSame(
        all.toSorted((a, b) => a.at - b.at),
        rows
      )
      if (new Set(days).size <= INSERT_PARTITIONS_MAX) t.strictSame(all, rows)
    }),
    { numRuns: 30 }
  )
  t.end()
})

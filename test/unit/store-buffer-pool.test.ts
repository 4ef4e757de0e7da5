import t from 'tap'
import { BufferPool } from '../../collector/store/write/native/buffer-pool.ts'

const MEBIBYTE = 1_048_576

t.test('what was given back is taken again when it fits', async (t) => {
  const pool = new BufferPool(64 * MEBIBYTE)
  const first = pool.take(3_000_000)
  t.equal(first.length, 3_000_000)
  pool.give(first)
  const second = pool.take(2_900_000)
  t.equal(second.length, 2_900_000)
  t.equal(second.buffer, first.buffer)
})

t.test('two that are in use never share memory', async (t) => {
  const pool = new BufferPool(64 * MEBIBYTE)
  pool.give(pool.take(MEBIBYTE))
  const taken = Array.from({ length: 4 }, () => pool.take(MEBIBYTE))
  t.equal(new Set(taken.map(({ buffer }) => buffer)).size, 4)
})

t.test('much larger memory is kept for what needs it', async (t) => {
  const pool = new BufferPool(64 * MEBIBYTE)
  const large = pool.take(8 * MEBIBYTE)
  pool.give(large)
  t.not(pool.take(MEBIBYTE).buffer, large.buffer)
  t.equal(pool.take(8 * MEBIBYTE).buffer, large.buffer)
})

t.test('no more is kept than was allowed, and the newest stays', async (t) => {
  const pool = new BufferPool(2 * MEBIBYTE)
  const [old, middle, last] = [pool.take(MEBIBYTE), pool.take(MEBIBYTE), pool.take(MEBIBYTE)]
  for (const buffer of [old, middle, last]) pool.give(buffer)
  const again = [pool.take(MEBIBYTE), pool.take(MEBIBYTE), pool.take(MEBIBYTE)]
  t.strictSame(
    again.slice(0, 2).map(({ buffer }) => buffer === middle.buffer || buffer === last.buffer),
    [true, true]
  )
  t.not(again[2]?.buffer, old.buffer)
  const none = new BufferPool(0)
  const given = none.take(MEBIBYTE)
  none.give(given)
  t.not(none.take(MEBIBYTE).buffer, given.buffer)
})

t.test('small ones are of their own', async (t) => {
  const pool = new BufferPool(64 * MEBIBYTE)
  const small = pool.take(10)
  t.equal(small.length, 10)
  pool.give(small)
  t.not(pool.take(10).buffer, small.buffer)
  t.equal(pool.take(0).length, 0)
})

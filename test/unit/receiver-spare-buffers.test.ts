import t from 'tap'
import { ByteCollector } from '../../collector/receiver/http/byte-collector.ts'
import { SpareBuffers } from '../../collector/receiver/http/spare-buffers.ts'

const MEBIBYTE = 1_048_576

function collect(spares: SpareBuffers, value: number, bytes: number): ByteCollector {
  const collector = new ByteCollector(spares)
  for (let left = bytes; left > 0; left -= 50_000) {
    collector.append(Buffer.alloc(Math.min(left, 50_000), value))
  }
  return collector
}

t.test('a body has all of its bytes, in memory that another one left', async (t) => {
  const spares = new SpareBuffers()
  const first = collect(spares, 1, 3 * MEBIBYTE)
  t.ok(first.finish().equals(Buffer.alloc(3 * MEBIBYTE, 1)))
  const { buffer } = first.finish()
  first.release()
  t.equal(first.length, 0)
  const second = collect(spares, 2, 3 * MEBIBYTE)
  t.ok(second.finish().equals(Buffer.alloc(3 * MEBIBYTE, 2)))
  t.equal(second.finish().buffer, buffer)
})

t.test('bodies that are read at the same time never share memory', async (t) => {
  const spares = new SpareBuffers()
  collect(spares, 1, MEBIBYTE).release()
  const bodies = [2, 3, 4].map((value) => collect(spares, value, MEBIBYTE))
  for (const [at, body] of bodies.entries())
    t.ok(body.finish().equals(Buffer.alloc(MEBIBYTE, at + 2)))
})

t.test('what is kept is bounded, and small ones are not', async (t) => {
  const spares = new SpareBuffers()
  const small = spares.take(100)
  spares.give(small)
  t.not(spares.take(100).buffer, small.buffer)
  const large = Array.from({ length: 5 }, () => spares.take(16 * MEBIBYTE))
  for (const buffer of large) spares.give(buffer)
  const again = Array.from({ length: 5 }, () => spares.take(16 * MEBIBYTE))
  t.equal(again.filter((buffer) => large.includes(buffer)).length, 4)
})

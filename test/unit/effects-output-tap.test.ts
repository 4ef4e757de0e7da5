// What is kept of an output is held against the whole of it, however it is cut into chunks; and a file's diff
// against the texts it was made from.

import { createHash } from 'node:crypto'
import * as fc from 'fast-check'
import t from 'tap'
import { OutputTap } from '../../instrumentation/effects/commands/output-tap.ts'
import { unifiedDiff } from '../../instrumentation/effects/files/text-diff.ts'
import { SECRET_CHARS_MAX } from '../../instrumentation/effects/limits.ts'

const LIMITS = { outputHeadBytes: 40, outputTailBytes: 60, hashedBytesMax: 1_000_000 }
const same = (text: string): string => text

t.test('count, hash, head and tail are those of the whole, however it is cut', (t) => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 0, max: 9000 }), { maxLength: 40 }),
      fc.integer({ min: 32, max: 120 }),
      (lengths, seed) => {
        const chunks = lengths.map((length, at) =>
          Buffer.from(Array.from({ length }, (_, byte) => 32 + ((byte * 7 + at * seed) % 90)))
        )
        const whole = Buffer.concat(chunks)
        const tap = new OutputTap(LIMITS)
        for (const chunk of chunks) {
          tap.push(chunk)
          // A reader may reuse the memory it was given.
          chunk.fill(0)
        }
        const text = tap.text(same)
        const isWhole = whole.length <= 100
        return (
          tap.bytes === whole.length &&
          tap.sha256() === createHash('sha256').update(whole).digest('hex') &&
          (isWhole
            ? text === whole.toString()
            : text.startsWith(whole.toString().slice(0, 40)) &&
              text.endsWith(whole.toString().slice(-60)) &&
              text.includes(`[${whole.length - 100} bytes left out]`))
        )
      }
    ),
    { numRuns: 150 }
  )
  t.end()
})

t.test('characters that chunks and cuts go through stay whole', (t) => {
  const tap = new OutputTap(LIMITS)
  const bytes = Buffer.from('€😀'.repeat(5000))
  for (let at = 0; at < bytes.length; at += 5) tap.push(Buffer.from(bytes.subarray(at, at + 5)))
  t.notMatch(tap.text(same), /�/)
  t.end()
})

t.test('a secret on either cut is masked', (t) => {
  const secret = `sk-${'a'.repeat(60)}`
  const mask = (text: string): string => text.replaceAll(/sk-a{20,}/g, '[masked]')
  for (const pad of [10, 35, 39]) {
    const tap = new OutputTap(LIMITS)
    tap.push(
      Buffer.from(`${'x'.repeat(pad)}${secret}${'y'.repeat(SECRET_CHARS_MAX * 3)}${secret}z`)
    )
    t.notMatch(tap.text(mask), /aaaa/)
  }
  t.end()
})

t.test('above the bound there is a size and no hash', (t) => {
  const tap = new OutputTap({ ...LIMITS, hashedBytesMax: 10 })
  tap.push(Buffer.alloc(11, 97))
  t.equal(tap.sha256(), undefined)
  t.equal(tap.bytes, 11)
  t.end()
})

t.test('a diff, applied, makes the one text from the other', (t) => {
  const line = fc.constantFrom('a', 'b', 'c', '', 'd d')
  fc.assert(
    fc.property(fc.array(line), fc.array(line), (old, now) => {
      const before = old.join('\n')
      const after = now.join('\n')
      const hunk = unifiedDiff('f', before, after).split('\n').slice(3)
      const sideOf = (other: string): string[] =>
        hunk.filter((entry) => !entry.startsWith(other)).map((entry) => entry.slice(1))
      const start = /^@@ -(\d+)/.exec(unifiedDiff('f', before, after).split('\n')[2] ?? '')?.[1]
      const lines = before === '' ? [] : before.split('\n')
      const at = Math.max(0, Number(start) - 1)
      const made = lines.toSpliced(at, sideOf('+').length, ...sideOf('-'))
      return made.join('\n') === after
    })
  )
  t.end()
})

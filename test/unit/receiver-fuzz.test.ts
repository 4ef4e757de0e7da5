// A few seconds of what test/fuzz/receiver.ts does for as long as it is told.

import t from 'tap'
import { CollectorError } from '../../collector/model/index.ts'
import { decode } from '../support/decode.ts'
import { findDefect, type FuzzCase, makeFuzzCase } from '../support/receiver-fuzz.ts'

const ROUNDS = 6_000

t.test(
  'no mutated request crashes the decoder, hangs it, or gets a span past its promises',
  async (t) => {
    for (let seed = 0; seed < ROUNDS; seed += 1) {
      const defect = findDefect(makeFuzzCase(seed))
      if (defect !== undefined) t.fail(`seed ${seed}: ${defect}`)
    }
    t.pass(`${ROUNDS} rounds`)
  }
)

t.test('the mutations reach what they are for: kept, rejected and refused spans', async (t) => {
  const seen = { kept: 0, rejected: 0, refused: 0 }
  for (let seed = 0; seed < 600; seed += 1) {
    const { body, encoding } = makeFuzzCase(seed)
    try {
      const { spans, rejected } = decode(body, encoding)
      if (spans.length > 0) seen.kept += 1
      if (rejected.length > 0) seen.rejected += 1
    } catch (error) {
      if (error instanceof CollectorError) seen.refused += 1
    }
  }
  t.ok(seen.kept > 50 && seen.rejected > 10 && seen.refused > 50, JSON.stringify(seen))
})

t.test('a request cut at any byte is survived', async (t) => {
  const { body } = wholeCase('protobuf')
  for (let end = 0; end < body.length; end += 1) {
    const defect = findDefect({ body: body.subarray(0, end), encoding: 'protobuf' })
    if (defect !== undefined) t.fail(`cut at ${end}: ${defect}`)
  }
  t.pass(`${body.length} cuts`)
})

function wholeCase(encoding: FuzzCase['encoding']): FuzzCase {
  for (let seed = 0; ; seed += 1) {
    const fuzzCase = makeFuzzCase(seed)
    if (fuzzCase.encoding === encoding && fuzzCase.body.length > 2_000) return fuzzCase
  }
}

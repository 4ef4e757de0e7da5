// Method: arbitrary spans, see test/support/arbitrary-spans.ts, through sanitizers and dialects as in the
// pipeline. Nothing throws, nothing is rejected, each span gives one bounded step, and sanitizing a second
// time changes nothing.

import assert from 'node:assert/strict'
import * as fc from 'fast-check'
import t from 'tap'
import { normalizeSpans, sanitizeSpans } from '../../collector/normalizer/index.ts'
import { arbitrarySpan, assertBounded } from '../support/arbitrary-spans.ts'

t.test('any spans give one bounded step each, sanitized once and for all', async () => {
  fc.assert(
    fc.property(fc.array(arbitrarySpan, { maxLength: 4 }), (spans) => {
      const sanitized = sanitizeSpans(spans)
      assert.equal(sanitizeSpans(sanitized), sanitized)
      const { steps, rejected, fallbacks } = normalizeSpans(sanitized)
      assert.equal(steps.length, spans.length)
      assert.deepEqual([...rejected, ...fallbacks], [])
      for (const step of steps) assertBounded(step)
    }),
    { numRuns: 1_000, interruptAfterTimeLimit: 60_000 }
  )
})

// Signatures and alignments: alike for like runs, total on any.

import * as fc from 'fast-check'
import t from 'tap'
import { localizeOnset } from '../../processors/localizer/index.ts'
import {
  align,
  findDivergence,
  nearestSuccess,
  normalizeLine,
  patternOf
} from '../../processors/memory/index.ts'
import { toRunId } from '../../collector/model/index.ts'
import { agentRun, failing, ran, viewed, wrote } from '../support/agent-runs.ts'
import { anOnset } from '../support/builders.ts'

const keys = fc.array(fc.constantFrom('a', 'b', 'c', 'd'), { maxLength: 40 })

t.test('a sequence aligned with itself leaves no key alone', async (t) => {
  fc.assert(
    fc.property(keys, (some) => {
      const aligned = align(some, some, 0)
      return some.every((_, at) => aligned?.get(at) === at)
    })
  )
  t.pass()
})

t.test('an alignment pairs equal keys in order, and as many as can be', async (t) => {
  // The longest common subsequence by the table that everybody knows.
  fc.assert(
    fc.property(keys, keys, (some, others) => {
      const aligned = align(some, others, 80)
      if (aligned === undefined) return false
      let last = -1
      for (const [at, other] of aligned) {
        if (some[at] !== others[other] || other <= last) return false
        last = other
      }
      return aligned.size === longestCommon(some, others)
    }),
    { numRuns: 500 }
  )
  t.pass()
})

t.test('an alignment that needs more edits than allowed is none', async (t) => {
  t.equal(align(['a', 'b'], ['c', 'd'], 3), undefined)
  t.equal(align(['a', 'b'], ['c', 'd'], 4)?.size, 0)
})

const GOOD = 'export const parse = (text) => Number(text) * 60'
const BAD = 'export const parse = (text) => Number(text) * 3600'
const success = agentRun([
  viewed('src/a.js', 'x'),
  wrote('src/a.js', GOOD),
  ran('node --test', 'ok')
])
const failed = agentRun(
  [viewed('src/a.js', 'x'), wrote('src/a.js', BAD), ran('node --test', 'not ok 1')],
  { checks: [failing('parses minutes', 'expected 60')] }
)

t.test('a run diverges from a success at the change that the other did not make', async (t) => {
  const runId = toRunId('success')
  const found = findDivergence(failed.steps, { runId, steps: success.steps })
  t.match(found, { stepIndex: 2, successRunId: 'success', successStepIndex: 2 })
  const step = failed.steps[1]
  t.ok([step?.action, step?.arguments].some((text) => text?.includes(found?.quote ?? 'none')))
})

t.test('a run diverges from itself nowhere, and from an empty one neither', async (t) => {
  const runId = toRunId('success')
  t.equal(findDivergence(failed.steps, { runId, steps: failed.steps }), undefined)
  t.equal(findDivergence(failed.steps, { runId, steps: [] }), undefined)
  t.equal(findDivergence([], { runId, steps: success.steps }), undefined)
})

t.test('the same failure has the same pattern, whatever the run', async (t) => {
  const onsets = [anOnset({ stepIndex: 2, symptomStepIndex: 3 })]
  const one = patternOf(failed, onsets)
  t.match(one?.pattern.patternId, /^[0-9a-f]{32}$/)
  const run = { ...failed.run, runId: toRunId('another') }
  t.same(patternOf({ ...failed, run }, onsets)?.pattern, one?.pattern)
  const other = patternOf(failed, [anOnset({ stepIndex: 2, category: 'budget_exhausted' })])
  t.not(other?.pattern.patternId, one?.pattern.patternId)
  t.equal(patternOf(success, localizeOnset(success).onsets), undefined, 'a success has none')
})

t.test('an error line loses what differs from run to run', async (t) => {
  t.equal(
    normalizeLine("ENOENT: no such file, open '/tmp/a1/x.js' at line 12"),
    normalizeLine("ENOENT: no such file, open '/tmp/b2/y.js' at line 7")
  )
  t.not(normalizeLine('connection refused'), normalizeLine('no such file'))
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 600 }), (text) => {
      const line = normalizeLine(text)
      return line.length <= 160 && line.isWellFormed() && !line.includes('\n')
    })
  )
})

t.test('the nearest success is of the same task, else of nearly the same words', async (t) => {
  const words = 'write a parser of durations that reads hours and minutes and seconds as numbers'
  const runs = [
    { runId: toRunId('far'), task: 'bake a cake' },
    { runId: toRunId('near'), task: `${words} twice` },
    { runId: toRunId('same'), task: ` ${words.toUpperCase()}\n` }
  ]
  t.equal(nearestSuccess(words, runs)?.runId, 'same')
  t.equal(nearestSuccess(words, runs.slice(0, 2))?.runId, 'near')
  t.equal(nearestSuccess(words, runs.slice(0, 1)), undefined)
  t.equal(nearestSuccess('', [{ runId: toRunId('empty'), task: '' }]), undefined)
})

function longestCommon(some: readonly string[], others: readonly string[]): number {
  let row = others.map(() => 0)
  for (const key of some) {
    const next: number[] = []
    others.forEach((other, at) => {
      const diagonal = at === 0 ? 0 : (row[at - 1] ?? 0)
      next.push(key === other ? diagonal + 1 : Math.max(row[at] ?? 0, next[at - 1] ?? 0))
    })
    row = next
  }
  return row.at(-1) ?? 0
}

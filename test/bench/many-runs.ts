// What many short runs cost from steps to onsets: classified, assembled and localized, one after the other.
// Processor time, so that a busy machine does not show. Prints, asserts nothing.
//   node test/bench/many-runs.ts [runs] [steps]

import { classifyStep } from '@onset/collector/effects'
import { assembleRun } from '@onset/processors/assembler'
import { localizeOnset } from '@onset/processors/localizer'
import type { OutcomeReport } from '../../collector/model/index.ts'
import { BUILT_START } from '../support/builders.ts'
import { aLongRun } from '../support/long-run.ts'

const RUNS_DEFAULT = 1_000
const STEPS_DEFAULT = 30

/** A model call and the tool call it asks for make one numbered step; the first span is the frame. */
const SPANS_PER_STEP = 2

const [runs = RUNS_DEFAULT, steps = STEPS_DEFAULT] = process.argv.slice(2).map(Number)
const spans = aLongRun(steps * SPANS_PER_STEP + 1)
const reports: readonly OutcomeReport[] = [
  {
    outcome: 'error',
    source: 'ci',
    checks: [{ name: 'test_totals', status: 'failed', message: 'expected 7, got 6' }],
    output: 'E   AssertionError: expected 7, got 6\nFAILED test_totals',
    reportedAt: BUILT_START
  }
]

let numbered = 0
let onsets = 0
const before = process.cpuUsage()
for (let run = 0; run < runs; run += 1) {
  const classified = spans.map((step) => ({ ...step, effects: classifyStep(step) }))
  const tree = assembleRun(classified, { outcomeReports: reports })
  if (tree === undefined) continue
  numbered += tree.steps.length
  onsets += localizeOnset(tree).onsets.length > 0 ? 1 : 0
}
const { user, system } = process.cpuUsage(before)
const seconds = (user + system) / 1_000_000
process.stdout.write(
  `${runs} runs of ${Math.round(numbered / runs)} steps: ${seconds.toFixed(2)} s, ` +
    `${((1_000 * seconds) / numbered).toFixed(3)} ms a step, ${onsets} with an onset\n`
)

// The localizer on the real labelled runs, which are not part of the project: ONSET_DATA names their
// folder. Random trees break patterns; real runs have lengths, encodings and cut texts nobody invents.

import { existsSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { classifyStep } from '@onset/collector/effects'
import { assembleRun } from '@onset/processors/assembler'
import { localizeOnset } from '@onset/processors/localizer'
import { QUOTE_CHARS_MAX, type RunTree } from '../../collector/model/index.ts'
import { readDataset } from '../../processors/evaluation/datasets/dataset.ts'

const folder = process.env['ONSET_DATA']
const FILES = [
  'onsets/dev.jsonl.gz',
  'who-and-when/algorithm-generated.jsonl.gz',
  'who-and-when/hand-crafted.dev.jsonl.gz',
  'agentrx-tau/dev.jsonl.gz'
]

for (const file of FILES) {
  const path = folder === undefined ? undefined : join(folder, file)
  const skip =
    path === undefined || !existsSync(path)
      ? 'set ONSET_DATA to the folder of the labelled runs'
      : false

  t.test(`${file}: evidence is verbatim, solved runs are silent`, { skip }, async (t) => {
    const { runs } = await readDataset(path ?? '')
    let quotes = 0
    for (const run of runs) {
      const steps = run.steps.map((step) => ({ ...step, effects: classifyStep(step) }))
      const tree = assembleRun(steps, { outcomeReports: run.outcomeReports })
      if (tree === undefined) throw new Error(`${run.id} has no steps`)
      const { onsets } = localizeOnset(tree)
      if (run.label.verdict === 'solved') t.same(onsets, [], `${run.id} is solved`)
      for (const { stepIndex, quote, detector } of onsets.flatMap((onset) => onset.evidence)) {
        quotes += 1
        if (!isVerbatim(tree, stepIndex, quote)) t.fail(`${run.id}: ${detector} at ${stepIndex}`)
      }
    }
    t.ok(quotes > runs.length / 2, `${quotes} quotes were compared`)
  })
}

function isVerbatim({ steps }: RunTree, stepIndex: number, quote: string): boolean {
  const step = steps[stepIndex - 1]
  if (step === undefined || quote.length > QUOTE_CHARS_MAX) return false
  return [step.action, step.arguments, step.thought, step.observation].some((text) =>
    text.includes(quote)
  )
}

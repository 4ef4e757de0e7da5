// Learns the localizer's shipped weights from labelled runs and prints `processors/localizer/weights.ts`;
// with --write it replaces the file and the version. Run it as
//   node test/bench/fit-localizer.ts <dataset.jsonl.gz> [--write]
// Figures on the runs it learned from are in-sample; `onset eval` prints cross-validated ones.

import { createHash } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { classifyStep } from '@onset/collector/effects'
import { assembleRun } from '@onset/processors/assembler'
import { FEATURES, fitWeights, type LabelledOnset, type Weights } from '@onset/processors/localizer'
import { readDataset } from '../../processors/evaluation/datasets/dataset.ts'
import type { LabelledRun } from '../../processors/evaluation/labelled-run.ts'

const ROOM = new URL('../../processors/localizer/', import.meta.url)
const DIGITS = 3
const HASH_CHARS = 8

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { write: { type: 'boolean', default: false } }
  })
  const [path] = positionals
  if (path === undefined) throw new Error('which dataset? Give the path of a .jsonl.gz file')
  const dataset = await readDataset(path)
  const labelled = dataset.runs.flatMap((run) => toLabelled(run))
  const tasks = new Set(dataset.runs.filter((run) => run.label.onset !== undefined).map(taskOf))
  const source = `${dataset.name}: ${labelled.length} failed runs with a labelled onset, ${tasks.size} tasks`
  const weights = roundWeights(fitWeights(labelled))
  const text = renderWeights(weights, source)
  if (!values.write) {
    process.stdout.write(text)
    return
  }
  await writeFile(new URL('weights.ts', ROOM), text)
  await updateVersion(weights)
}

function toLabelled(run: LabelledRun): LabelledOnset[] {
  const { onset } = run.label
  const steps = run.steps.map((step) => ({ ...step, effects: classifyStep(step) }))
  const tree = assembleRun(steps, { outcomeReports: run.outcomeReports })
  if (onset === undefined || tree === undefined) return []
  return [
    {
      tree,
      onsetStepIndex: onset.stepIndex,
      acceptableStepIndexes: onset.acceptable,
      incorrectStepIndexes: onset.incorrect ?? []
    }
  ]
}

function taskOf(run: LabelledRun): string {
  return run.task
}

function roundWeights(weights: Weights): Weights {
  return {
    onset: weights.onset.map((weight) => round(weight)),
    incorrect: weights.incorrect.map((weight) => round(weight)),
    incorrectBias: round(weights.incorrectBias),
    reliability: weights.reliability.map(({ probabilityFrom, rightShare }) => ({
      probabilityFrom: round(probabilityFrom),
      rightShare: round(rightShare)
    }))
  }
}

/** Adding 0 turns -0 into 0. */
function round(value: number): number {
  return Number(value.toFixed(DIGITS)) + 0
}

function renderWeights(weights: Weights, source: string): string {
  const rows = FEATURES.map(
    ({ name }, at) => `  ['${name}', ${weights.onset[at] ?? 0}, ${weights.incorrect[at] ?? 0}]`
  )
  const bins = weights.reliability.map(
    ({ probabilityFrom, rightShare }) => `  [${probabilityFrom}, ${rightShare}]`
  )
  return `// Written by test/bench/fit-localizer.ts; do not edit by hand.
// Fitted on ${source}.
// L2-regularized softmax (onset) and logistic (incorrect), signs held to what each feature means. Figures
// on those runs are in-sample; docs/localization.md has the cross-validated ones.

import { FEATURES } from './features.ts'
import type { Weights } from './rank.ts'

/** Feature, its weight for being the onset, its weight for being a wrong change. */
const FEATURE_WEIGHTS: readonly (readonly [string, number, number])[] = [
${rows.join(',\n')}
]

const INCORRECT_BIAS = ${weights.incorrectBias}

/**
 * From this probability on, this share of suspects was the onset or defensible as it, measured on folds
 * of other tasks.
 */
const RELIABILITY: readonly (readonly [number, number])[] = [
${bins.join(',\n')}
]

const byName = new Map(FEATURE_WEIGHTS.map(([name, ...weights]) => [name, weights]))

export const WEIGHTS: Weights = {
  onset: FEATURES.map(({ name }) => byName.get(name)?.[0] ?? 0),
  incorrect: FEATURES.map(({ name }) => byName.get(name)?.[1] ?? 0),
  incorrectBias: INCORRECT_BIAS,
  reliability: RELIABILITY.map(([probabilityFrom, rightShare]) => ({ probabilityFrom, rightShare }))
}
`
}

async function updateVersion(weights: Weights): Promise<void> {
  const hash = createHash('sha256')
    .update(JSON.stringify(weights))
    .digest('hex')
    .slice(0, HASH_CHARS)
  const file = new URL('version.ts', ROOM)
  const text = await readFile(file, 'utf8')
  await writeFile(file, text.replace(/\+[0-9a-f]+'/, `+${hash}'`))
  process.stdout.write(`weights and version +${hash} written\n`)
}

await main()

// What can be had from the text of talking agents' failed runs without a model: how well each feature tells
// the onset from the other steps of its run, what the shipped weights reach, and what weights reach that are
// learned on the very set (cross-validated, whole runs held out). Then where detectors point in failed and in
// successful runs. Prints the tables of docs/localization.md.
//   node test/bench/localizer-talk.ts <dataset.jsonl.gz>...

import { classifyStep } from '@onset/collector/effects'
import { assembleRun } from '@onset/processors/assembler'
import { DETECTORS, FEATURES, WEIGHTS } from '@onset/processors/localizer'
import { readDataset } from '../../processors/evaluation/datasets/dataset.ts'
import { assignFolds } from '../../processors/evaluation/folds.ts'
import type { LabelledRun } from '../../processors/evaluation/labelled-run.ts'
import { readSigns, tabulate, type RunSigns } from '../../processors/localizer/features.ts'
import { fitModels, type FitExample } from '../../processors/localizer/fit.ts'
import { rankWith, type Models } from '../../processors/localizer/rank.ts'
import { readRunFacts, type RunFacts } from '../../processors/localizer/run-facts.ts'
import { readTalk } from '../../processors/localizer/talk.ts'

interface Signed {
  readonly run: LabelledRun
  readonly signs: RunSigns
  /** Only of runs with a labelled onset. */
  readonly example: FitExample | undefined
}

const FOLD_SEEDS = [1, 2, 3, 4, 5]
/** A feature that tells no more than this from chance is not printed. */
const AUC_MARGIN_MIN = 0.04

async function main(paths: readonly string[]): Promise<void> {
  if (paths.length === 0) throw new Error('which dataset? Give paths of .jsonl.gz files')
  for (const path of paths) {
    const dataset = await readDataset(path)
    const signed = dataset.runs.flatMap((run) => sign(run))
    const examples = signed.flatMap(({ example }) => example ?? [])
    print(`\n${dataset.name}: ${examples.length} failed runs with a labelled onset`)
    printFeatures(examples)
    print(
      `weights as shipped: ${percent(
        hits(examples, () => WEIGHTS),
        examples.length
      )}`
    )
    const learned = FOLD_SEEDS.map((seed) => hits(examples, learner(examples, seed)))
    const mean = learned.reduce((sum, each) => sum + each, 0) / learned.length
    print(`weights learned on this set, cross-validated: ${percent(mean, examples.length)}`)
    printDetectors(signed)
    printSigns(signed)
  }
}

function sign(run: LabelledRun): Signed[] {
  const steps = run.steps.map((step) => ({ ...step, effects: classifyStep(step) }))
  const tree = assembleRun(steps, { outcomeReports: run.outcomeReports })
  if (tree === undefined) return []
  const signs = readSigns(readRunFacts(tree))
  const { onset } = run.label
  if (onset === undefined) return [{ run, signs, example: undefined }]
  const label = {
    tree,
    onsetStepIndex: onset.stepIndex,
    acceptableStepIndexes: onset.acceptable,
    incorrectStepIndexes: onset.incorrect ?? []
  }
  const example = { table: tabulate(signs), count: signs.facts.lastAt + 1, label }
  return [{ run, signs, example }]
}

/** Share of the other steps of the run that have less of it than the onset; ties count half. */
function printFeatures(examples: readonly FitExample[]): void {
  for (const [column, { name }] of FEATURES.entries()) {
    let sum = 0
    for (const { table, count, label } of examples) {
      const values = table.rows.slice(0, count).map((row) => row[column] ?? 0)
      const own = values[label.onsetStepIndex - 1] ?? 0
      const less = values.filter((value) => value < own).length
      const same = values.filter((value) => value === own).length - 1
      sum += values.length < 2 ? 0.5 : (less + same / 2) / (values.length - 1)
    }
    const auc = sum / examples.length
    if (Math.abs(auc - 0.5) >= AUC_MARGIN_MIN) print(`  ${name.padEnd(24)} AUC ${auc.toFixed(2)}`)
  }
}

function hits(examples: readonly FitExample[], modelsFor: (at: number) => Models): number {
  return examples.filter(({ table, count, label }, at) => {
    const [suspect] = rankWith(modelsFor(at), table, count)
    return suspect !== undefined && suspect.at + 1 === label.onsetStepIndex
  }).length
}

function learner(examples: readonly FitExample[], seed: number): (at: number) => Models {
  const folds = assignFolds(
    examples.map((_, at) => `run ${at}`),
    seed
  )
  const models = new Map<number, Models>()
  return (at) => {
    const fold = folds[at] ?? 0
    const known = models.get(fold)
    if (known !== undefined) return known
    const fitted = fitModels(examples.filter((_, other) => folds[other] !== fold))
    models.set(fold, fitted)
    return fitted
  }
}

function printDetectors(signed: readonly Signed[]): void {
  const solved = signed.filter(({ run }) => run.label.verdict === 'solved')
  for (const { name } of DETECTORS) {
    const firing = signed.flatMap(({ run, signs }) => {
      const found = signs.findings.find(({ detector }) => detector.name === name)?.found ?? []
      const { onset } = run.label
      const steps = found.map(({ at }) => at + 1)
      return onset === undefined || steps.length === 0 ? [] : [{ onset, steps }]
    })
    const inSolved = solved.filter(({ signs }) =>
      signs.findings.some(({ detector, found }) => detector.name === name && found.length > 0)
    )
    if (firing.length + inSolved.length === 0) continue
    const first = firing.filter(({ onset, steps }) => steps[0] === onset.stepIndex).length
    const any = firing.filter(({ onset, steps }) => steps.includes(onset.stepIndex)).length
    print(
      `  ${name.padEnd(24)} fires in ${firing.length}, first finding ${first}, any finding ${any}, ` +
        `in ${inSolved.length} of ${solved.length} solved`
    )
  }
}

/** Signs that were tried as detectors; each gives the 0-based steps that have it. */
const SIGNS: readonly { readonly name: string; readonly find: (facts: RunFacts) => number[] }[] = [
  {
    name: 'number nobody had said',
    find: ({ steps, tree }) =>
      readTalk(steps, tree.run.task).freshNumbers.flatMap((share, at) => (share > 0 ? [at] : []))
  },
  { name: 'argument nobody had said', find: (facts) => findInventedArguments(facts) },
  {
    name: 'same call again',
    find: ({ steps }) => {
      const calls = steps.filter(({ act }) => act !== 'say')
      const first = new Map(calls.toReversed().map(({ actionId, at }) => [actionId, at]))
      return calls.filter(({ actionId, at }) => first.get(actionId) !== at).map(({ at }) => at)
    }
  }
]

const VALUE = /[\w#-]*\d[\w#-]*/g
/** These calls work values out. */
const THINKS = /think|calculat/i

function findInventedArguments({ steps, tree }: RunFacts): number[] {
  const known = new Set(tree.run.task.toLowerCase().match(VALUE))
  return steps.flatMap(({ act, at, step }) => {
    const said = `${step.action}\n${step.arguments}`.toLowerCase().match(VALUE) ?? []
    const invented = said.some((value) => value.length > 1 && !known.has(value))
    for (const value of said) known.add(value)
    for (const value of step.observation.toLowerCase().match(VALUE) ?? []) known.add(value)
    return invented && act !== 'say' && !THINKS.test(step.tool ?? '') ? [at] : []
  })
}

function printSigns(signed: readonly Signed[]): void {
  const solved = signed.filter(({ run }) => run.label.verdict === 'solved')
  for (const { name, find } of SIGNS) {
    const firing = signed.flatMap(({ run, signs }) => {
      const [first] = find(signs.facts)
      return run.label.onset === undefined || first === undefined
        ? []
        : [{ isOnset: first + 1 === run.label.onset.stepIndex }]
    })
    const hit = firing.filter(({ isOnset }) => isOnset).length
    const inSolved = solved.filter(({ signs }) => find(signs.facts).length > 0).length
    print(
      `  sign: ${name}: in ${firing.length} failed, first ${hit}, in ${inSolved} of ${solved.length} solved`
    )
  }
}

function percent(count: number, of: number): string {
  return `${((100 * count) / of).toFixed(1)} % exact`
}

function print(line: string): void {
  process.stdout.write(`${line}\n`)
}

await main(process.argv.slice(2))

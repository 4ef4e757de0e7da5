// What each detector and each feature of the localizer is worth on labelled runs: where detectors point,
// and what cross-validated ranking loses without a feature. Prints the tables of docs/localization.md.
//   node test/bench/localizer-signals.ts <dataset.jsonl.gz>

import { classifyStep } from '@onset/collector/effects'
import { assembleRun } from '@onset/processors/assembler'
import { DETECTORS, FEATURES } from '@onset/processors/localizer'
import type { RunTree } from '../../collector/model/index.ts'
import { readDataset } from '../../processors/evaluation/datasets/dataset.ts'
import type { LabelledRun, OnsetLabel } from '../../processors/evaluation/labelled-run.ts'
import { readSigns, tabulate, type RunSigns } from '../../processors/localizer/features.ts'
import { fitModels, type FitExample } from '../../processors/localizer/fit.ts'
import { rankWith } from '../../processors/localizer/rank.ts'
import { readRunFacts } from '../../processors/localizer/run-facts.ts'

interface Signed {
  readonly run: LabelledRun
  readonly tree: RunTree
  readonly signs: RunSigns
}

interface Example extends FitExample {
  readonly task: string
  readonly onset: OnsetLabel
}

async function main(path: string | undefined): Promise<void> {
  if (path === undefined) throw new Error('which dataset? Give the path of a .jsonl.gz file')
  const dataset = await readDataset(path)
  const signed = dataset.runs.flatMap((run) => sign(run))
  printDetectors(signed)
  printAblation(signed.flatMap((one) => toExample(one)))
  const blind = signed.flatMap((one) => toExample(blindfold(one)))
  print(`| without checks and output of the verifier | ${score(blind, ALL)} |`)
}

/** The same run when nobody but the agent checked it: that it failed is all that is known. */
function blindfold({ run, tree }: Signed): Signed {
  const unchecked = { ...tree.run, checks: [], verifierOutput: '' }
  const blindTree: RunTree = { ...tree, run: { ...unchecked, outcomeSource: 'root_span' } }
  return { run, tree: blindTree, signs: readSigns(readRunFacts(blindTree)) }
}

const ALL: ReadonlySet<string> = new Set(FEATURES.map(({ name }) => name))

function sign(run: LabelledRun): Signed[] {
  const steps = run.steps.map((step) => ({ ...step, effects: classifyStep(step) }))
  const tree = assembleRun(steps, { outcomeReports: run.outcomeReports })
  return tree === undefined ? [] : [{ run, tree, signs: readSigns(readRunFacts(tree)) }]
}

/** First finding of each run, because that is what a reader looks at. */
function printDetectors(signed: readonly Signed[]): void {
  print(
    '| detector | role | runs | onset | onset or acceptable | wrong change | tasks | solved runs |'
  )
  print('|---|---|---|---|---|---|---|---|')
  const solved = signed.filter(({ run }) => run.label.verdict === 'solved')
  for (const { name, role } of DETECTORS) {
    const hits = signed.flatMap((one) => {
      const { onset } = one.run.label
      const at = firstFinding(one, name)
      return onset === undefined || at === undefined ? [] : [{ onset, at, task: one.run.task }]
    })
    const count = (hit: (onset: OnsetLabel, at: number) => boolean) =>
      hits.filter(({ onset, at }) => hit(onset, at)).length
    const cells = [
      name,
      role,
      hits.length,
      count((onset, at) => at === onset.stepIndex),
      count((onset, at) => at === onset.stepIndex || onset.acceptable.includes(at)),
      count((onset, at) => (onset.incorrect ?? []).includes(at)),
      new Set(hits.map(({ task }) => task)).size,
      `${solved.filter((one) => firstFinding(one, name) !== undefined).length} of ${solved.length}`
    ]
    print(`| ${cells.join(' | ')} |`)
  }
}

function firstFinding({ signs }: Signed, name: string): number | undefined {
  const at = signs.findings.find(({ detector }) => detector.name === name)?.found[0]?.at
  return at === undefined ? undefined : at + 1
}

function toExample({ run, tree, signs }: Signed): Example[] {
  const { onset } = run.label
  if (onset === undefined) return []
  const label = {
    tree,
    onsetStepIndex: onset.stepIndex,
    acceptableStepIndexes: onset.acceptable,
    incorrectStepIndexes: onset.incorrect ?? []
  }
  return [{ table: tabulate(signs), count: signs.facts.lastAt + 1, label, task: run.task, onset }]
}

function printAblation(examples: readonly Example[]): void {
  print('\nLeave one task out; exact / exact or acceptable / top-3 of that, in percent.\n')
  print('| features | figures |')
  print('|---|---|')
  print(`| all ${ALL.size} | ${score(examples, ALL)} |`)
  for (const { name } of FEATURES) {
    print(
      `| without ${name} | ${score(examples, new Set([...ALL].filter((each) => each !== name)))} |`
    )
  }
  const detectors = new Set(['decisive', 'suspicious'])
  const plain = new Set([...ALL].filter((name) => !detectors.has(name)))
  print(`| without all that detectors say | ${score(examples, plain)} |`)
}

function score(examples: readonly Example[], kept: ReadonlySet<string>): string {
  const masked = examples.map((example) => ({ ...example, table: mask(example, kept) }))
  const hits = { exact: 0, acceptable: 0, topThree: 0 }
  for (const task of new Set(examples.map((example) => example.task))) {
    const models = fitModels(masked.filter((example) => example.task !== task))
    for (const { table, count, onset } of masked.filter((example) => example.task === task)) {
      const ranking = rankWith(models, table, count).map(({ at }) => at + 1)
      const right = (index: number | undefined) =>
        index === onset.stepIndex || (index !== undefined && onset.acceptable.includes(index))
      if (ranking[0] === onset.stepIndex) hits.exact += 1
      if (right(ranking[0])) hits.acceptable += 1
      if (ranking.slice(0, 3).some((index) => right(index))) hits.topThree += 1
    }
  }
  return Object.values(hits)
    .map((hit) => ((100 * hit) / examples.length).toFixed(1))
    .join(' / ')
}

function mask({ table }: Example, kept: ReadonlySet<string>): Example['table'] {
  const keeps = FEATURES.map(({ name }) => kept.has(name))
  return { rows: table.rows.map((row) => row.map((value, at) => (keeps[at] === true ? value : 0))) }
}

function print(line: string): void {
  process.stdout.write(`${line}\n`)
}

await main(process.argv[2])

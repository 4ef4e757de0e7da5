// What memory is worth on labelled runs, beside the same localizer without it. Prints the tables of docs/memory.md.
//   node test/bench/memory.ts <dataset.jsonl.gz>
// Patterns are prequential: a run is ranked with what was said of runs that ended before it and of other tasks,
// and is added only afterwards. Successes are of the same task and count whenever they ended: no label is in them.

import {
  toRunId,
  type Localization,
  type Onset,
  type RunTree
} from '../../collector/model/index.ts'
import { analyzeRuns } from '../../processors/evaluation/analyzed-run.ts'
import {
  crossValidatedMethod,
  tasksOf,
  toCases,
  type Case
} from '../../processors/evaluation/cases.ts'
import { readDataset } from '../../processors/evaluation/datasets/dataset.ts'
import { PRODUCTION } from '../../processors/evaluation/eval-command.ts'
import { findDivergence, nearestSuccess, patternOf } from '../../processors/memory/index.ts'

interface Scored {
  readonly task: string
  readonly exact: number
  readonly acceptable: number
}

/** What confirmed and refuted hits of a suspect's pattern move its logarithm by. */
const PATTERN_WEIGHTS = [0.5, 1, 2]
const DIVERGENCE_WEIGHTS = [0.5, 1, 2]
const DRAWS = 2_000

async function main(path: string | undefined): Promise<void> {
  if (path === undefined) throw new Error('which dataset? Give the path of a .jsonl.gz file')
  const dataset = await readDataset(path)
  const { runs } = await analyzeRuns(dataset.runs, PRODUCTION, {
    localize: PRODUCTION.localize,
    now: () => 0
  })
  const cases = toCases(runs)
  const { fitLocalizer } = PRODUCTION
  if (fitLocalizer === undefined) throw new Error('nothing to fit')
  const method = await crossValidatedMethod(cases, fitLocalizer, {
    name: 'cross-validated',
    seed: 1,
    repeats: 1
  })
  const answers = method.localizations[0] ?? []
  const plain = cases.map((one, at) => score(one, answers[at]?.onsets ?? []))
  print(
    `without memory, ${cases.length} runs of ${new Set(tasksOf(cases)).size} tasks: ${show(plain)}`
  )

  const successes = runs
    .filter(({ run }) => run.label.verdict === 'solved')
    .map(({ tree }) => ({ runId: tree.run.runId, task: tree.run.task.slice(0, 4_096), tree }))
  const divergences = cases.map(({ analyzed }) => divergedAt(analyzed.tree, successes))
  const compared = cases.flatMap((one, at) =>
    divergences[at] === undefined ? [] : [{ one, at, step: divergences[at] }]
  )
  const alone = compared.map(({ one, step }) => scoreStep(one, step))
  const same = compared.map(({ at }) => plain[at]).filter((each) => each !== undefined)
  const firstChange = compared.map(({ one }) =>
    scoreStep(one, one.analyzed.tree.steps.find((s) => s.effects.effect === 'change')?.index ?? 1)
  )
  print(`\nruns with a success of the same task: ${compared.length}`)
  print(`  first divergent change alone: ${show(alone)}`)
  print(`  first change alone:           ${show(firstChange)}`)
  print(`  localizer on the same runs:   ${show(same)}`)
  for (const weight of DIVERGENCE_WEIGHTS) {
    const boosted = cases.map((one, at) =>
      score(
        one,
        rerank(answers[at], (onset) => (onset.stepIndex === divergences[at] ? weight : 0))
      )
    )
    print(`all runs, divergence weight ${weight}: ${compare(plain, boosted)}`)
  }
  print('')
  for (const weight of PATTERN_WEIGHTS) {
    const { scored, known } = withPatterns(cases, answers, weight)
    print(
      `all runs, pattern weight ${weight} (${known} with a known pattern): ${compare(plain, scored)}`
    )
  }
}

function divergedAt(
  tree: RunTree,
  successes: readonly {
    readonly runId: ReturnType<typeof toRunId>
    readonly task: string
    readonly tree: RunTree
  }[]
): number | undefined {
  const others = successes.filter(({ runId }) => runId !== tree.run.runId)
  const nearest = nearestSuccess(tree.run.task, others)
  const success = others.find(({ runId }) => runId === nearest?.runId)
  if (success === undefined) return undefined
  return findDivergence(tree.steps, { runId: success.runId, steps: success.tree.steps })?.stepIndex
}

/** Two grains, since exact patterns of 69 runs of 27 tasks hardly return. */
function keysOf(tree: RunTree, onset: Onset): readonly string[] {
  const pattern = patternOf(tree, [onset])?.pattern
  if (pattern === undefined) return []
  const { patternId, tool, category, stage, family } = pattern
  return [patternId, JSON.stringify([tool, category, stage, family])]
}

function withPatterns(
  cases: readonly Case[],
  answers: readonly (Localization | undefined)[],
  weight: number
) {
  const order = cases
    .map((_, at) => at)
    .toSorted((a, b) => (endOf(cases[a]) < endOf(cases[b]) ? -1 : 1))
  const told: { readonly task: string; readonly key: string; readonly right: boolean }[] = []
  const scored: Scored[] = []
  let known = 0
  for (const at of order) {
    const one = cases[at]
    if (one === undefined) continue
    const { tree, run } = one.analyzed
    let isKnown = false
    const ranked = rerank(answers[at], (onset) => {
      const keys = keysOf(tree, onset)
      const hits = told.filter(({ key, task }) => task !== run.task && keys.includes(key))
      if (hits.length > 0) isKnown = true
      const confirmed = hits.filter(({ right }) => right).length
      return weight * Math.log((confirmed + 1) / (hits.length - confirmed + 1))
    })
    if (isKnown) known += 1
    scored[at] = score(one, ranked)
    // The feedback of a person: whether the step that was named is right.
    const [top] = answers[at]?.onsets ?? []
    if (top === undefined) continue
    const right = scoreStep(one, top.stepIndex).acceptable === 1
    for (const key of keysOf(tree, top)) told.push({ task: run.task, key, right })
  }
  return { scored, known }
}

function endOf(one: Case | undefined): bigint {
  return one?.analyzed.tree.run.endTime ?? 0n
}

function rerank(
  answer: Localization | undefined,
  bonus: (onset: Onset) => number
): readonly Onset[] {
  const onsets = (answer?.onsets ?? []).map((onset) => ({
    onset,
    score: Math.log(Math.max(onset.confidence, 1e-6)) + bonus(onset)
  }))
  return onsets.toSorted((a, b) => b.score - a.score).map(({ onset }) => onset)
}

function score(one: Case, onsets: readonly Onset[]): Scored {
  const [top] = onsets
  return scoreStep(one, top?.stepIndex)
}

function scoreStep({ analyzed, label }: Case, step: number | undefined): Scored {
  const at = step === undefined ? undefined : Math.min(step, analyzed.run.numbered.length)
  const exact = at === label.stepIndex
  const acceptable = exact || (at !== undefined && label.acceptable.includes(at))
  return { task: analyzed.run.task, exact: Number(exact), acceptable: Number(acceptable) }
}

function show(scored: readonly Scored[]): string {
  return `exact ${interval(scored, (one) => one.exact)}, exact or acceptable ${interval(scored, (one) => one.acceptable)}`
}

function compare(plain: readonly Scored[], other: readonly Scored[]): string {
  const differences = plain.map((one, at) => ({
    task: one.task,
    exact: (other[at]?.exact ?? 0) - one.exact,
    acceptable: (other[at]?.acceptable ?? 0) - one.acceptable
  }))
  return `${show(other)}; minus without: ${show(differences)}`
}

/** Mean with its 95 % interval over draws of whole tasks. */
function interval(scored: readonly Scored[], read: (one: Scored) => number): string {
  const groups = [...Map.groupBy(scored, ({ task }) => task).values()]
  let state = 1
  const random = (): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
  const means = Array.from({ length: DRAWS }, () => {
    const drawn = groups.flatMap(() => groups[Math.floor(random() * groups.length)] ?? [])
    return mean(drawn.map(read))
  }).toSorted((a, b) => a - b)
  const at = (share: number) => (100 * (means[Math.floor(share * DRAWS)] ?? 0)).toFixed(0)
  return `${(100 * mean(scored.map(read))).toFixed(1)} [${at(0.025)},${at(0.975)}]`
}

function mean(values: readonly number[]): number {
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length
}

function print(line: string): void {
  process.stdout.write(`${line}\n`)
}

await main(process.argv[2])

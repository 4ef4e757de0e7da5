// A dataset taken through production, run by run, with the time it took.

import type { Localization, Outcome, RunTree } from '@onset/collector/model'
import type { LabelledRun } from './labelled-run.ts'
import type { Localize, ProductionPath } from './production.ts'
import { assembleRunTree, classifySteps } from './production.ts'
import type { Speed } from './report/report.ts'

export interface AnalyzedRun {
  readonly run: LabelledRun
  readonly tree: RunTree
  /** Absent where nobody knows whether the run failed, or when only baselines were asked for. */
  readonly localization: Localization | undefined
  /** What the run tells of its outcome when nobody reported one; absent where nobody did. */
  readonly outcomeAlone: Outcome | undefined
}

export interface Analysis {
  readonly runs: readonly AnalyzedRun[]
  readonly speed: Speed
}

/** `localize` is left out to measure baselines only. */
export async function analyzeRuns(
  runs: readonly LabelledRun[],
  path: ProductionPath,
  options: { readonly localize: Localize | undefined; readonly now: () => number }
): Promise<Analysis> {
  const { localize, now } = options
  const analyzed: AnalyzedRun[] = []
  const spent = { classifyMs: 0, assembleMs: 0, localizeMs: 0 }
  let steps = 0
  for (const run of runs) {
    const started = now()
    const classified = classifySteps(path.classifyStep, run)
    const classifiedAt = now()
    const tree = assembleRunTree(path.assembleRun, run, classified)
    const assembledAt = now()
    const localized = localize !== undefined && run.label.verdict !== 'unknown'
    const localization = localized ? await localize(tree) : undefined
    spent.classifyMs += classifiedAt - started
    spent.assembleMs += assembledAt - classifiedAt
    spent.localizeMs += now() - assembledAt
    steps += tree.steps.length
    const outcomeAlone = readOutcomeAlone(path, run, classified)
    analyzed.push({ run, tree, localization, outcomeAlone })
  }
  return { runs: analyzed, speed: speedOf(runs.length, steps, spent) }
}

function readOutcomeAlone(
  path: ProductionPath,
  run: LabelledRun,
  steps: ReturnType<typeof classifySteps>
): Outcome | undefined {
  if (run.outcomeReports.length === 0) return undefined
  return path.assembleRun(steps, { outcomeReports: [] })?.run.outcome
}

function speedOf(
  runs: number,
  steps: number,
  spent: Pick<Speed, 'classifyMs' | 'assembleMs' | 'localizeMs'>
): Speed {
  const totalMs = spent.classifyMs + spent.assembleMs + spent.localizeMs
  return {
    runs,
    steps,
    ...spent,
    runsPerSecond: totalMs === 0 ? 0 : (runs * 1_000) / totalMs,
    msPerStep: steps === 0 ? 0 : totalMs / steps
  }
}

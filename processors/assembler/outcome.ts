// Whether the run did what it was asked, from the most trusted source that says so: a verifier's report,
// the producer's own declaration, evaluations, the last verification in the run, the root's status.
// What the agent claims is no source: a run that ends "done!" may have failed, and a tool error it
// recovered from does not make it fail.

import type { Check, Outcome, OutcomeReport, OutcomeSource } from '@onset/collector/model'
import { CHECKS_PER_RUN_MAX, cutText, VERIFIER_OUTPUT_CHARS_MAX } from '@onset/collector/model'

import type { NumberedStep } from './number-steps.ts'
import type { Roles } from './roles.ts'
import type { SpanForest, SpanNode } from './span-forest.ts'
import type { Verification } from './verification.ts'
import { readVerification } from './verification.ts'

export interface RunOutcome {
  readonly outcome: Outcome
  readonly outcomeSource: OutcomeSource
  readonly checks: readonly Check[]
  readonly verifierOutput: string
}

export interface OutcomeFacts {
  readonly forest: SpanForest
  readonly roles: Roles
  readonly numbered: readonly NumberedStep[]
  readonly reports: readonly OutcomeReport[]
}

export function readOutcome({ forest, roles, numbered, reports }: OutcomeFacts): RunOutcome {
  const latest = latestReports(reports)
  const root = findRoot(forest, roles)
  const judging = forest.filter((node) => node === root || roles.get(node)?.is === 'verdict')
  const evaluated = judging.flatMap(({ step }) => step.checks)
  const verification = readVerification(numbered)
  const said: readonly (readonly [OutcomeSource, Outcome])[] = [
    ['reported', worstOf(latest.map((report) => outcomeOf(report)))],
    ['declared', declaredOutcome(forest)],
    ['evaluation', outcomeOfChecks(evaluated)],
    ['verification', verification?.outcome ?? 'unknown'],
    ['root_span', root === undefined ? 'unknown' : rootOutcome(root)]
  ]
  const [outcomeSource, outcome] = said.find(([, known]) => known !== 'unknown') ?? NOTHING_SAID
  return { outcome, outcomeSource, ...readChecks(latest, evaluated, verification) }
}

const NOTHING_SAID: readonly [OutcomeSource, Outcome] = ['none', 'unknown']

/** The latest report of each source, by source name: the order of arrival must not matter. */
function latestReports(reports: readonly OutcomeReport[]): OutcomeReport[] {
  const bySource = new Map<string, OutcomeReport>()
  for (const report of reports) {
    const known = bySource.get(report.source)
    if (known === undefined || report.reportedAt >= known.reportedAt) {
      bySource.set(report.source, report)
    }
  }
  return [...bySource.values()].toSorted((one, other) => (one.source < other.source ? -1 : 1))
}

function outcomeOf(report: OutcomeReport): Outcome {
  return report.outcome === 'unknown' ? outcomeOfChecks(report.checks) : report.outcome
}

/** Sources that disagree: who found an error saw something that the others did not look at. */
const WORST_FIRST: readonly Outcome[] = ['error', 'ok', 'cancelled']

function worstOf(outcomes: readonly Outcome[]): Outcome {
  return WORST_FIRST.find((outcome) => outcomes.includes(outcome)) ?? 'unknown'
}

function outcomeOfChecks(checks: readonly Check[]): Outcome {
  if (checks.some((check) => isFailing(check))) return 'error'
  return checks.some((check) => check.status === 'passed') ? 'ok' : 'unknown'
}

function isFailing(check: Check): boolean {
  return check.status === 'failed' || check.status === 'error'
}

/**
 * That a call of a model ended says nothing about the task: a final "done!" does not make a run succeed,
 * and an agent without a frame of its own gives one such trace for each call.
 */
function rootOutcome({ step }: SpanForest[number]): Outcome {
  return step.kind === 'llm' && step.outcome === 'ok' ? 'unknown' : step.outcome
}

/** Of several declarations the outermost, then the last one ended, is the one about the whole run. */
function declaredOutcome(forest: SpanForest): Outcome {
  const declaring = forest.filter(
    ({ step }) => (step.declaredRunOutcome ?? 'unknown') !== 'unknown'
  )
  const [first] = declaring
  if (first === undefined) return 'unknown'
  const binding = declaring.reduce((best, node) => {
    if (node.depth !== best.depth) return node.depth < best.depth ? node : best
    return node.step.endTime >= best.step.endTime ? node : best
  }, first)
  return binding.step.declaredRunOutcome ?? 'unknown'
}

/**
 * The last top-level frame: its status and the evaluations on it are about the run. A top-level action
 * says nothing about the run unless it is all there is: producers without span trees put every action
 * at the top.
 */
export function findRoot(forest: SpanForest, roles: Roles): SpanNode | undefined {
  const frame = forest.findLast(
    (node) =>
      node.parent === undefined && (node.step.kind === 'agent' || roles.get(node)?.is === 'frame')
  )
  return frame ?? (forest.length === 1 ? forest[0] : undefined)
}

function readChecks(
  reports: readonly OutcomeReport[],
  evaluated: readonly Check[],
  verification: Verification | undefined
): Pick<RunOutcome, 'checks' | 'verifierOutput'> {
  const reported = reports.flatMap((report) => report.checks)
  const output = reports
    .map((report) => report.output)
    .filter((text) => text !== '')
    .join('\n')
  if (reported.length > 0 || output !== '') {
    return {
      checks: boundChecks(reported),
      verifierOutput: cutText(output, VERIFIER_OUTPUT_CHARS_MAX)
    }
  }
  return {
    checks: boundChecks(evaluated.length > 0 ? evaluated : (verification?.checks ?? [])),
    verifierOutput: cutText(verification?.output ?? '', VERIFIER_OUTPUT_CHARS_MAX)
  }
}

/** Failing checks come first when there are too many: they are what the localizer reads. */
function boundChecks(checks: readonly Check[]): readonly Check[] {
  if (checks.length <= CHECKS_PER_RUN_MAX) return checks
  const failing = checks.filter((check) => isFailing(check))
  const others = checks.filter((check) => !isFailing(check))
  return [...failing, ...others].slice(0, CHECKS_PER_RUN_MAX)
}

// From a run to its ranked onsets: what failed, what the detectors find, what the slice reaches, and two
// small linear models over that. Pure and total: the same run always gets the same answer, and no content
// of a run does more than be read.

import type { Localization, Onset, RunTree } from '@onset/collector/model'
import { ONSETS_PER_RUN_MAX } from '@onset/collector/model'

import { readReliability } from './calibrate.ts'
import { categorize } from './category.ts'
import type { Caveat } from './caveats.ts'
import { findCaveats } from './caveats.ts'
import { traceChain } from './chain.ts'
import { collectEvidence } from './evidence.ts'
import type { RunSigns } from './features.ts'
import { readSigns, tabulate } from './features.ts'
import { judge } from './gate.ts'
import { toRequirements } from './ledger.ts'
import type { RankedStep, Weights } from './rank.ts'
import { rankWith } from './rank.ts'
import type { RunFacts } from './run-facts.ts'
import { readRunFacts } from './run-facts.ts'
import type { IncorrectStep } from './step-set.ts'
import { chooseIncorrect, findUnuseful } from './step-set.ts'
import { summarize } from './summary.ts'
import { LOCALIZER_VERSION } from './version.ts'
import { measureWaste } from './waste.ts'
import { WEIGHTS } from './weights.ts'

export interface LocalizeOptions {
  /** The run is still open: only what cannot be mended by the next step is said, and marked as such. */
  readonly provisional?: boolean
}

export function localizeOnset(tree: RunTree, options: LocalizeOptions = {}): Localization {
  return localizeWith(WEIGHTS, tree, options)
}

/** The same with other weights: what cross-validation measures. */
export function localizeWith(
  weights: Weights,
  tree: RunTree,
  options: LocalizeOptions = {}
): Localization {
  const provisional = options.provisional === true
  const facts = readRunFacts(tree)
  const signs = readSigns(facts)
  const verdict = judge(signs, provisional)
  if (verdict.kind === 'abstain') return abstain(verdict.reason, facts)
  const ranked = rankWith(weights, tabulate(signs), facts.lastAt + 1)
  const suspects = verdict.kind === 'rank' ? ranked : among(ranked, verdict.positions)
  const { ceiling } = verdict
  const context = { weights, signs, provisional, ceiling, caveats: findCaveats(facts) }
  const onsets = suspects
    .filter(({ probability }) => isTelling(weights, probability))
    .slice(0, ONSETS_PER_RUN_MAX)
    .map((suspect, at) => toOnset(suspect, at + 1, context))
  if ((onsets[0]?.confidence ?? 0) < CONFIDENCE_MIN) return abstain(TOO_THIN, facts)
  const incorrect = verdict.kind === 'rank' ? chooseIncorrect(ranked) : suspectsOnly(suspects)
  const unuseful = findUnuseful(facts, new Set(incorrect.map(({ at }) => at)))
  return {
    onsets,
    abstention: undefined,
    incorrectSteps: incorrect.map(({ at }) => at + 1),
    incorrectProbabilities: incorrect.map(({ probability }) => probability),
    unusefulSteps: unuseful.map((at) => at + 1),
    requirements: toRequirements(facts.ledger, facts.steps),
    localizerVersion: LOCALIZER_VERSION
  }
}

function suspectsOnly(suspects: readonly RankedStep[]): IncorrectStep[] {
  return suspects
    .map(({ at, incorrectProbability }) => ({ at, probability: incorrectProbability }))
    .toSorted((a, b) => a.at - b.at)
}

/** A suspect that is wrong nine times in ten costs more attention than it saves. */
const CONFIDENCE_MIN = 0.1
const TOO_THIN = 'The run failed, but nothing in it points to a step.'

function isTelling(weights: Weights, probability: number): boolean {
  return readReliability(weights.reliability, probability) >= CONFIDENCE_MIN
}

/** Only these steps, their probabilities made to sum to 1: the others are not in question. */
function among(ranked: readonly RankedStep[], positions: ReadonlySet<number>): RankedStep[] {
  const chosen = ranked.filter(({ at }) => positions.has(at))
  const total = chosen.reduce((sum, { probability }) => sum + probability, 0)
  return chosen.map((step) => ({ ...step, probability: step.probability / total }))
}

/** Steps that brought nothing are said all the same: that accuses nobody. */
function abstain(reason: string, facts: RunFacts): Localization {
  const unuseful = findUnuseful(facts, new Set())
  return {
    onsets: [],
    abstention: reason,
    incorrectSteps: [],
    unusefulSteps: unuseful.map((at) => at + 1),
    requirements: toRequirements(facts.ledger, facts.steps),
    localizerVersion: LOCALIZER_VERSION
  }
}

interface OnsetContext {
  readonly weights: Weights
  readonly signs: RunSigns
  readonly provisional: boolean
  readonly caveats: readonly Caveat[]
  /** Confidence cannot be above this, whatever the ranking says. */
  readonly ceiling: number
}

function toOnset(suspect: RankedStep, rank: number, context: OnsetContext): Onset {
  const { signs, caveats, provisional } = context
  const { tree, steps } = signs.facts
  const step = stepAt(tree, suspect.at)
  const chain = traceChain(suspect.at, signs)
  return {
    runId: tree.run.runId,
    rank,
    stepIndex: step.index,
    stepId: step.stepId,
    spanId: step.spanId,
    stage: step.stage,
    category: categorize(suspect.at, signs),
    confidence: rateConfidence(suspect, context),
    summary: summarize(suspect, signs),
    chain: chain.positions.map((at) => steps[at]?.step.index ?? step.index),
    symptomStepIndex: steps[chain.symptomAt]?.step.index ?? step.index,
    evidence: collectEvidence(suspect, signs, chain.positions),
    caveats: caveats.map(({ text }) => text),
    waste: measureWaste(suspect.at, tree),
    method: 'deterministic',
    localizerVersion: LOCALIZER_VERSION,
    provisional
  }
}

function stepAt(tree: RunTree, at: number) {
  const step = tree.steps[at]
  // Ranked positions come from the same steps.
  if (step === undefined) throw new RangeError(`no step at position ${at}`)
  return step
}

function rateConfidence(suspect: RankedStep, { weights, caveats, ceiling }: OnsetContext): number {
  let confidence = readReliability(weights.reliability, suspect.probability)
  for (const { factor } of caveats) confidence *= factor
  return Math.max(0, Math.min(ceiling, confidence))
}

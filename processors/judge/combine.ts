// The rule by which verdicts and the deterministic ranking become one ranking. A suspect's score is its
// share of the deterministic confidence plus what more than half of the samples name it first, on a scale
// of 0 to 1: samples that agree always decide, a majority tips a balance that was close, and less than a
// majority, which guessing reaches often, changes nothing.

import type { Evidence, Localization, Onset, OnsetCategory, Run } from '@onset/collector/model'
import { EVIDENCE_PER_ONSET_MAX } from '@onset/collector/model'
import { JUDGE_EVIDENCE_MAX } from './limits.ts'
import type { Verdict } from './verdict.ts'

export interface Ballot {
  readonly verdicts: readonly Verdict[]
  /** Samples that were asked, answered or not: one that gave nothing is a vote for nobody. */
  readonly asked: number
  /** Only so many of the first suspects are in question. */
  readonly suspects: number
}

/** Share of the asked samples that name this step first. */
export function agreementOn(stepIndex: number, { verdicts, asked }: Ballot): number {
  const votes = verdicts.filter(({ ranking }) => ranking[0] === stepIndex).length
  return asked === 0 ? 0 : votes / asked
}

/** The onsets in their new order; texts, chain and waste of each stay what they were. */
export function rerank(localization: Localization, run: Run, ballot: Ballot): readonly Onset[] {
  const ranked = localization.onsets.toSorted((a, b) => a.rank - b.rank)
  const inQuestion = ranked.slice(0, ballot.suspects)
  const total = inQuestion.reduce((sum, { confidence }) => sum + confidence, 0)
  const scored = inQuestion.map((onset) => {
    const agreement = agreementOn(onset.stepIndex, ballot)
    return {
      onset,
      agreement,
      score: onset.confidence / Math.max(total, Number.MIN_VALUE) + majority(agreement)
    }
  })
  // Stable: equal scores keep the deterministic order.
  const order = scored.toSorted((a, b) => b.score - a.score)
  const first = order[0]
  if (first === undefined) return ranked
  const ceiling = ceilingOf(ranked[0], run)
  const top = toJudged(first.onset, first.agreement, { ballot, ceiling })
  const others = [...order.slice(1).map(({ onset }) => onset), ...ranked.slice(ballot.suspects)]
  return [top, ...others.map((onset) => below(onset, top))].map((onset, at) => ({
    ...onset,
    rank: at + 1
  }))
}

/** 0 up to half of the samples, 1 for all of them. */
function majority(agreement: number): number {
  return Math.max(0, 2 * agreement - 1)
}

/** What speaks for the agent, and not knowing whether the run failed, no agreement can make good. */
function ceilingOf(best: Onset | undefined, run: Run): number {
  const mayRise = run.outcome === 'error' && (best?.caveats.length ?? 0) === 0
  return mayRise || best === undefined ? 1 : best.confidence
}

function toJudged(
  onset: Onset,
  agreement: number,
  { ballot, ceiling }: { readonly ballot: Ballot; readonly ceiling: number }
): Onset {
  const category = categoryOf(onset.stepIndex, ballot) ?? onset.category
  const confidence = Math.min(ceiling, (onset.confidence + agreement) / 2)
  const quotes = quotesOf(onset.stepIndex, ballot)
  const evidence = [...quotes, ...onset.evidence].slice(0, EVIDENCE_PER_ONSET_MAX)
  return { ...onset, category, confidence, evidence }
}

/** What more than half of the asked samples say, of those that name this step first. */
function categoryOf(stepIndex: number, { verdicts, asked }: Ballot): OnsetCategory | undefined {
  const counts = new Map<OnsetCategory, number>()
  for (const { ranking, category } of verdicts) {
    if (ranking[0] !== stepIndex || category === undefined) continue
    counts.set(category, (counts.get(category) ?? 0) + 1)
  }
  for (const [category, count] of counts) if (count * 2 > asked) return category
  return undefined
}

function quotesOf(stepIndex: number, { verdicts }: Ballot): readonly Evidence[] {
  const quotes = new Map<string, Evidence>()
  for (const { evidence } of verdicts) {
    for (const each of evidence) if (each.stepIndex === stepIndex) quotes.set(each.quote, each)
  }
  return [...quotes.values()].slice(0, JUDGE_EVIDENCE_MAX)
}

/** A lower rank is not surer than the first one. */
function below(onset: Onset, top: Onset): Onset {
  return { ...onset, confidence: Math.min(onset.confidence, top.confidence) }
}

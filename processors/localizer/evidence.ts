// Why a step is suspected, as quotes a person can check. What the detectors found comes with their own
// quotes; what the features saw is quoted from what the step did.

import type { Evidence } from '@onset/collector/model'
import { EVIDENCE_PER_ONSET_MAX } from '@onset/collector/model'

import type { Detector } from './detectors/detector.ts'
import type { RunSigns } from './features.ts'
import { FEATURES } from './features.ts'
import type { RankedStep } from './rank.ts'
import type { StepFacts } from './run-facts.ts'
import { lineWith, quoteFrom } from './step-text.ts'
import { WINDOW_STEPS } from './step-window.ts'

/** A feature that added less than this says nothing a person should read. */
const CONTRIBUTION_MIN = 0.1

/** Features that carry what detectors found into the score; named for the role of those. */
const CARRIED_BY_DETECTORS: ReadonlySet<string> = new Set(['decisive', 'suspicious'])

export function collectEvidence(
  ranked: RankedStep,
  signs: RunSigns,
  chain: readonly number[]
): Evidence[] {
  const own = [...findingsAt(ranked, signs), ...featureEvidence(ranked, signs)].toSorted(
    (a, b) => b.weight - a.weight
  )
  const later = chain.flatMap((at) => (at === ranked.at ? [] : findingsLater(at, signs)))
  return [...own, ...later].slice(0, EVIDENCE_PER_ONSET_MAX)
}

function findingsAt(ranked: RankedStep, signs: RunSigns): Evidence[] {
  const facts = signs.facts.steps[ranked.at]
  if (facts === undefined) return []
  const here = signs.findings.flatMap(({ detector, found }) =>
    found.filter(({ at }) => at === ranked.at).map(({ quote }) => ({ detector, quote }))
  )
  return here.map(({ detector, quote }) => ({
    stepIndex: facts.step.index,
    detector: detector.name,
    quote: quoteFrom(facts.step, quote),
    weight: weightOf(detector, ranked, here)
  }))
}

/** Detectors of one role share what the role added. */
function weightOf(
  detector: Detector,
  { contributions }: RankedStep,
  here: readonly { readonly detector: Detector }[]
): number {
  const column = FEATURES.findIndex(({ name }) => name === detector.role)
  const sharing = here.filter(({ detector: other }) => other.role === detector.role).length
  return (contributions[column] ?? 0) / Math.max(1, sharing)
}

function findingsLater(at: number, signs: RunSigns): Evidence[] {
  const facts = signs.facts.steps[at]
  if (facts === undefined) return []
  return signs.findings.flatMap(({ detector, found }) =>
    found
      .filter((finding) => finding.at === at)
      .slice(0, 1)
      .map(({ quote }) => ({
        stepIndex: facts.step.index,
        detector: detector.name,
        quote: quoteFrom(facts.step, quote),
        weight: 0
      }))
  )
}

function featureEvidence(ranked: RankedStep, signs: RunSigns): Evidence[] {
  const facts = signs.facts.steps[ranked.at]
  if (facts === undefined) return []
  return FEATURES.flatMap(({ name }, column): Evidence[] => {
    const weight = ranked.contributions[column] ?? 0
    if (weight < CONTRIBUTION_MIN || CARRIED_BY_DETECTORS.has(name)) return []
    const trouble = ANSWERS_TROUBLE.has(name) ? troubleBefore(facts, signs) : undefined
    const shown = trouble ?? facts
    const wanted = trouble === undefined ? wantedQuote(name, facts, signs) : errorOf(trouble)
    const quote = quoteFrom(shown.step, wanted)
    return [{ stepIndex: shown.step.index, detector: name, quote, weight }]
  })
}

/** Features that speak of what went wrong just before: that is what a person wants to see. */
const ANSWERS_TROUBLE: ReadonlySet<string> = new Set([
  'after_network_failure',
  'after_not_found',
  'plan_after_failure'
])

function troubleBefore({ at }: StepFacts, { facts }: RunSigns): StepFacts | undefined {
  const before = facts.steps.slice(Math.max(0, at - WINDOW_STEPS), at)
  return before.findLast(({ failed }) => failed)
}

function errorOf({ step }: StepFacts): string {
  return step.effects.error ?? step.error ?? step.observation
}

function wantedQuote(feature: string, facts: StepFacts, { overlap }: RunSigns): string {
  const { step, news } = facts
  switch (feature) {
    case 'failure_words': {
      const word = overlap.rarest[facts.at] ?? ''
      return lineIgnoringCase(step.effects.writtenText, word) || step.action
    }
    case 'gives_up':
      return step.thought === '' ? news : step.thought
    case 'plan':
      return news === '' ? step.arguments : news
    case 'surviving_share':
      return step.effects.writtenText
    default:
      return step.effects.filesWritten[0] ?? step.action
  }
}

function lineIgnoringCase(text: string, word: string): string {
  if (word === '') return ''
  const at = text.toLowerCase().indexOf(word)
  return at === -1 ? '' : lineWith(text, text.slice(at, at + word.length))
}

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

/** A feature that added less than this says nothing a person should read. */
const CONTRIBUTION_MIN = 0.1

/** Role of a detector to the feature that carries it into the score. */
const FEATURE_OF_ROLE: Readonly<Record<Detector['role'], string | undefined>> = {
  decisive: 'decisive',
  suspicious: 'suspicious',
  evidence: undefined
}
const CARRIED_BY_DETECTORS = new Set(['decisive', 'suspicious', 'put_off'])

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
  const feature = detector.name === 'placeholder_left' ? 'put_off' : FEATURE_OF_ROLE[detector.role]
  const column = FEATURES.findIndex(({ name }) => name === feature)
  if (column === -1) return 0
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
    const quote = quoteFrom(facts.step, wantedQuote(name, facts, signs))
    return [{ stepIndex: facts.step.index, detector: name, quote, weight }]
  })
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
    case 'plan_after_failure':
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

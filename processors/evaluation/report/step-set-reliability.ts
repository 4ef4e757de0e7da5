// Section about the step set's own probabilities: of the steps called 60 % likely wrong, are six in ten?

import type { Localization } from '@onset/collector/model'
import type { Case, LocalizerMethod } from '../cases.ts'
import { tasksOf } from '../cases.ts'
import type { Tally } from '../intervals.ts'
import { toLabelledSteps } from '../production.ts'
import type { Row, Section } from './report.ts'
import { createFigureMaker, figuresOf } from './report.ts'

const BINS = 5

/** Absent where nobody labelled wrong steps, or the method says no probabilities. */
export function buildStepSetReliability(
  cases: readonly Case[],
  method: LocalizerMethod,
  seed: number
): Section | undefined {
  const calls = cases.map((one, position) =>
    method.localizations.flatMap((repeat) => callsOf(repeat[position], one))
  )
  if (calls.every((ofRun) => ofRun.length === 0)) return undefined
  const maker = createFigureMaker(tasksOf(cases), seed)
  const repeats = Math.max(1, method.localizations.length)
  const buildRow = (name: string, low: number, high: number): Row => {
    const inside = calls.map((ofRun) =>
      ofRun.filter(({ probability }) => probability >= low && probability < high)
    )
    const tally = (value: (call: Call) => number) =>
      inside.map((ofRun): Tally => {
        const hits = ofRun.reduce((sum, call) => sum + value(call), 0)
        return { hits, of: ofRun.length }
      })
    const steps = inside.reduce((sum, ofRun) => sum + ofRun.length, 0) / repeats
    const figures = figuresOf({
      steps: { value: Math.round(steps * 10) / 10, n: cases.length },
      predicted: maker.figure(tally(({ probability }) => probability)),
      incorrect: maker.figure(tally(({ isIncorrect }) => Number(isIncorrect)))
    })
    return { name, kind: 'detail', figures }
  }
  const bins = Array.from({ length: BINS }, (_, bin) => {
    const high = bin === BINS - 1 ? Infinity : (bin + 1) / BINS
    return buildRow(`${bin / BINS} to ${(bin + 1) / BINS}`, bin / BINS, high)
  })
  return {
    title: `Probability of the steps called incorrect, ${method.name}`,
    columns: [
      { key: 'steps', label: 'steps', unit: 'count' },
      { key: 'predicted', label: 'predicted', unit: 'share' },
      { key: 'incorrect', label: 'incorrect', unit: 'share' }
    ],
    rows: [...bins, buildRow('all', 0, Infinity)],
    notes: ['Steps are means over the repeats. Counted over steps, not over runs.']
  }
}

interface Call {
  readonly probability: number
  readonly isIncorrect: boolean
}

function callsOf(localization: Localization | undefined, { label, analyzed }: Case): Call[] {
  const { incorrect } = label
  if (localization?.incorrectProbabilities === undefined || incorrect === undefined) return []
  const { incorrectSteps, incorrectProbabilities } = localization
  return incorrectSteps.flatMap((index, at) => {
    const probability = incorrectProbabilities[at]
    const [step] = toLabelledSteps([index], analyzed.run)
    if (probability === undefined || step === undefined) return []
    return [{ probability, isIncorrect: incorrect.includes(step) }]
  })
}

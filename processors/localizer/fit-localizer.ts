// Learning as a whole: from labelled runs to weights, and to a localizer that uses them.

import type { Localization, RunTree } from '@onset/collector/model'

import { calibrate } from './calibrate.ts'
import { readSigns, tabulate } from './features.ts'
import type { FitExample, LabelledOnset } from './fit.ts'
import { fitModels } from './fit.ts'
import { localizeWith } from './localize-onset.ts'
import type { Weights } from './rank.ts'
import { readRunFacts } from './run-facts.ts'

export function fitWeights(labelled: readonly LabelledOnset[]): Weights {
  const examples = labelled.map((label) => toExample(label))
  return { ...fitModels(examples), reliability: calibrate(examples, fitModels) }
}

/** A localizer that has seen these runs only; for measuring on others. */
export function fitLocalizer(labelled: readonly LabelledOnset[]): (tree: RunTree) => Localization {
  const weights = fitWeights(labelled)
  return (tree) => localizeWith(weights, tree)
}

function toExample(label: LabelledOnset): FitExample {
  const facts = readRunFacts(label.tree)
  return { table: tabulate(readSigns(facts)), count: facts.lastAt + 1, label }
}

// Written by test/bench/fit-localizer.ts; do not edit by hand.
// Fitted on onsets/dev: 69 failed runs with a labelled onset, 27 tasks.
// L2-regularized softmax (onset) and logistic (incorrect), signs held to what each feature means. Figures
// on those runs are in-sample; docs/localization.md has the cross-validated ones.

import { FEATURES } from './features.ts'
import type { Weights } from './rank.ts'

/** Feature, its weight for being the onset, its weight for being a wrong change. */
const FEATURE_WEIGHTS: readonly (readonly [string, number, number])[] = [
  ['write', 0.526, 1.735],
  ['produce', -0.161, 0.897],
  ['change', 0.337, 1.479],
  ['plan', 0.061, -0.104],
  ['surviving_share', 0.252, 0],
  ['slice', 0.17, 1.032],
  ['slice_first', 0.155, 0],
  ['failure_words', 1.519, 1.423],
  ['first_of_file', 0.614, 0.825],
  ['partial_pass', 0.449, 0.336],
  ['last_unbuilt', 0, 0.911],
  ['last_never_written', 0.487, 0.754],
  ['after_network_failure', 0.397, 0.948],
  ['after_not_found', 0.271, 0.153],
  ['gives_up', 0.536, 0.766],
  ['plan_after_failure', 0.956, 1.15],
  ['said_at_length', 1, 0],
  ['said_answer', 1, 0],
  ['put_off', 0.737, 0.268],
  ['suspicious', 0.807, 0.864],
  ['decisive', 2.393, 2.411]
]

const INCORRECT_BIAS = -3.529

/**
 * From this probability on, this share of suspects was the onset or defensible as it, measured on folds
 * of other tasks.
 */
const RELIABILITY: readonly (readonly [number, number])[] = [
  [0, 0.08],
  [0.016, 0.125],
  [0.073, 0.3],
  [0.097, 0.325],
  [0.322, 0.4],
  [0.529, 0.8],
  [0.743, 0.92]
]

const byName = new Map(FEATURE_WEIGHTS.map(([name, ...weights]) => [name, weights]))

export const WEIGHTS: Weights = {
  onset: FEATURES.map(({ name }) => byName.get(name)?.[0] ?? 0),
  incorrect: FEATURES.map(({ name }) => byName.get(name)?.[1] ?? 0),
  incorrectBias: INCORRECT_BIAS,
  reliability: RELIABILITY.map(([probabilityFrom, rightShare]) => ({ probabilityFrom, rightShare }))
}

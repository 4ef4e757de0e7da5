// Written by test/bench/fit-localizer.ts; do not edit by hand.
// Fitted on onsets/dev: 69 failed runs with a labelled onset, 27 tasks.
// L2-regularized softmax (onset) and logistic (incorrect), signs held to what each feature means. Figures
// on those runs are in-sample; docs/localization.md has the cross-validated ones.

import { FEATURES } from './features.ts'
import type { Weights } from './rank.ts'

/** Feature, its weight for being the onset, its weight for being a wrong change. */
const FEATURE_WEIGHTS: readonly (readonly [string, number, number])[] = [
  ['write', 0.528, 1.722],
  ['produce', -0.172, 0.889],
  ['change', 0.338, 1.483],
  ['plan', 0.062, -0.106],
  ['surviving_share', 0.245, 0],
  ['slice', 0.168, 1.034],
  ['slice_first', 0.152, 0],
  ['failure_words', 1.509, 1.41],
  ['first_of_file', 0.636, 0.828],
  ['partial_pass', 0.445, 0.345],
  ['last_unbuilt', 0, 0.909],
  ['last_never_written', 0.482, 0.735],
  ['after_network_failure', 0.462, 0.944],
  ['after_not_found', 0.269, 0.161],
  ['gives_up', 0.539, 0.768],
  ['plan_after_failure', 0.954, 1.15],
  ['said_at_length', 1, 0],
  ['said_answer', 1, 0],
  ['suspicious', 0.675, 0.684],
  ['decisive', 2.42, 2.42]
]

const INCORRECT_BIAS = -3.526

/**
 * From this probability on, this share of suspects was the onset or defensible as it, measured on folds
 * of other tasks.
 */
const RELIABILITY: readonly (readonly [number, number])[] = [
  [0, 0.08],
  [0.015, 0.113],
  [0.07, 0.25],
  [0.097, 0.338],
  [0.32, 0.4],
  [0.527, 0.8],
  [0.73, 0.92]
]

const byName = new Map(FEATURE_WEIGHTS.map(([name, ...weights]) => [name, weights]))

export const WEIGHTS: Weights = {
  onset: FEATURES.map(({ name }) => byName.get(name)?.[0] ?? 0),
  incorrect: FEATURES.map(({ name }) => byName.get(name)?.[1] ?? 0),
  incorrectBias: INCORRECT_BIAS,
  reliability: RELIABILITY.map(([probabilityFrom, rightShare]) => ({ probabilityFrom, rightShare }))
}

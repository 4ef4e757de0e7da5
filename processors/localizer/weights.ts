// Written by test/bench/fit-localizer.ts; do not edit by hand.
// Fitted on onsets/dev: 69 failed runs with a labelled onset, 27 tasks.
// L2-regularized softmax (onset) and logistic (incorrect), signs held to what each feature means. Figures
// on those runs are in-sample; docs/localization.md has the cross-validated ones.

import { FEATURES } from './features.ts'
import type { Weights } from './rank.ts'

/** Feature, its weight for being the onset, its weight for being a wrong change. */
const FEATURE_WEIGHTS: readonly (readonly [string, number, number])[] = [
  ['write', 0.523, 1.721],
  ['produce', -0.189, 0.869],
  ['change', 0.367, 1.495],
  ['plan', 0.04, -0.113],
  ['surviving_share', 0.224, 0],
  ['slice', 0.201, 1.049],
  ['slice_first', 0.079, 0],
  ['failure_words', 1.491, 1.37],
  ['first_of_file', 0.569, 0.793],
  ['partial_pass', 0.448, 0.362],
  ['last_unbuilt', 0, 0.78],
  ['last_never_written', 0.316, 0.658],
  ['after_network_failure', 0.382, 0.918],
  ['after_not_found', 0.29, 0.178],
  ['gives_up', 0.496, 0.781],
  ['plan_after_failure', 0.939, 1.144],
  ['said_at_length', 1, 0],
  ['said_answer', 1, 0],
  ['said_numbers', 1, 0],
  ['said_first_code', 1, 0],
  ['said_failing_code', 1, 0],
  ['suspicious', 1.195, 1.08],
  ['decisive', 2.311, 2.342]
]

const INCORRECT_BIAS = -3.53

/**
 * From this probability on, this share of suspects was the onset or defensible as it, measured on folds
 * of other tasks.
 */
const RELIABILITY: readonly (readonly [number, number])[] = [
  [0, 0.08],
  [0.016, 0.117],
  [0.053, 0.15],
  [0.066, 0.2],
  [0.084, 0.313],
  [0.326, 0.45],
  [0.527, 0.85],
  [0.718, 0.92]
]

const byName = new Map(FEATURE_WEIGHTS.map(([name, ...weights]) => [name, weights]))

export const WEIGHTS: Weights = {
  onset: FEATURES.map(({ name }) => byName.get(name)?.[0] ?? 0),
  incorrect: FEATURES.map(({ name }) => byName.get(name)?.[1] ?? 0),
  incorrectBias: INCORRECT_BIAS,
  reliability: RELIABILITY.map(([probabilityFrom, rightShare]) => ({ probabilityFrom, rightShare }))
}

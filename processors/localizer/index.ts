// The localizer's door: from an assembled run to its ranked onsets, and what learning and measuring the
// weights needs.

export { DETECTORS } from './detectors.ts'
export { FEATURES } from './features.ts'
export { fitLocalizer, fitWeights } from './fit-localizer.ts'
export type { LabelledOnset } from './fit.ts'
export { localizeOnset } from './localize-onset.ts'
export type { LocalizeOptions } from './localize-onset.ts'
export { openRun } from './open-run.ts'
export type { LiveFinding, OpenRun } from './open-run.ts'
export type { Weights } from './rank.ts'
export { LOCALIZER_VERSION } from './version.ts'
export { WEIGHTS } from './weights.ts'

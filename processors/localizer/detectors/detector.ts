// What all detectors share: a pure look at one run that points at steps and quotes them.

import type { RunFacts } from '../run-facts.ts'

export interface Finding {
  /** 0-based position of the step. */
  readonly at: number
  /** What to quote; cut and made verbatim where evidence is built. */
  readonly quote: string
  /** Instead of the detector's own words, where it knows more of this step. */
  readonly says?: string
}

export interface Detector {
  /** As it stands in `Evidence.detector`. */
  readonly name: string
  /**
   * The feature that carries it into the ranking: `decisive` names the onset by what it recognizes,
   * `suspicious` speaks for a step without naming it; `evidence` is for people and weighs nothing.
   */
  readonly role: 'decisive' | 'suspicious' | 'evidence'
  /** For the summary: what the step did, after the step's number. */
  readonly says: string
  readonly find: (facts: RunFacts) => readonly Finding[]
}

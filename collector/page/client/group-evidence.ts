// Evidence by what it quotes: several detectors often point at the same words.

import type { OnsetWire } from '../../api/index.ts'

type Evidence = OnsetWire['evidence'][number]

export interface EvidenceGroup {
  readonly evidence: Evidence
  readonly labels: readonly string[]
}

/** In the order of the first of each; nothing is left out but what is said twice. */
export function groupEvidence(all: readonly Evidence[]): readonly EvidenceGroup[] {
  const groups = new Map<string, { evidence: Evidence; labels: Set<string> }>()
  for (const evidence of all) {
    const { stepIndex, quote, link } = evidence
    const key = JSON.stringify([stepIndex, quote, link?.runId, link?.stepIndex])
    const group = groups.get(key)
    if (group === undefined) groups.set(key, { evidence, labels: new Set([evidence.label]) })
    else group.labels.add(evidence.label)
  }
  return [...groups.values()].map(({ evidence, labels }) => ({ evidence, labels: [...labels] }))
}

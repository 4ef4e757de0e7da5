// Why a step is suspected: what was found, in the words of the run.

import { h, type ComponentChildren } from 'preact'
import type { OnsetWire } from '../../api/index.ts'
import { groupEvidence } from './group-evidence.ts'
import { hrefOfRun, Link } from './route.ts'
import { StepLink, type ShowStep } from './step-link.ts'

interface EvidenceListProps {
  readonly onset: OnsetWire
  readonly show: ShowStep
}

export function EvidenceList({ onset, show }: EvidenceListProps): ComponentChildren {
  return h(
    'ul',
    { class: 'evidence' },
    groupEvidence(onset.evidence).map(
      ({ evidence: { stepIndex, detector, quote, link }, labels }) =>
        h(
          'li',
          { key: `${stepIndex} ${detector}` },
          h(StepLink, { stepIndex, show }),
          ` ${labels.join('; ')} `,
          h('q', { class: 'text' }, quote),
          link === undefined
            ? undefined
            : [
                ' see ',
                h(
                  Link,
                  { href: `${hrefOfRun(link.runId)}#step-${link.stepIndex}` },
                  `step ${link.stepIndex} of another run`
                )
              ]
        )
    )
  )
}

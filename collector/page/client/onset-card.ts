// Where the run went wrong, why we think so, and what it cost; or why there is nothing to say.

import { h, type ComponentChildren } from 'preact'
import type { OnsetWire, RunWire } from '../../api/index.ts'
import { EvidenceList } from './evidence-list.ts'
import {
  formatCost,
  formatCount,
  formatMs,
  formatName,
  formatPercent,
  formatTokens,
  joinParts
} from './format.ts'
import { StepLink, type ShowStep } from './step-link.ts'

interface OnsetCardProps {
  readonly run: RunWire
  readonly onsets: readonly OnsetWire[]
  readonly show: ShowStep
}

export function OnsetCard({ run, onsets, show }: OnsetCardProps): ComponentChildren {
  const [top, ...others] = onsets
  if (top === undefined) {
    if (run.abstention === undefined) return undefined
    return h('section', { class: 'card quiet' }, `No onset: ${run.abstention}`)
  }
  return h(
    'section',
    { id: 'onset', class: 'card onset', tabIndex: -1, 'aria-label': 'Onset' },
    h(
      'h3',
      null,
      top.provisional ? 'Suspected onset: ' : 'Onset: ',
      h(StepLink, { stepIndex: top.stepIndex, show }),
      ` · ${joinParts([top.stage, formatName(top.category), `confidence ${formatPercent(top.confidence)}`])}`
    ),
    h('p', { class: 'text' }, top.summary),
    h('p', null, h('strong', null, describeWaste(top))),
    h(EvidenceList, { onset: top, show }),
    top.caveats.map((caveat) => h('p', { key: caveat, class: 'caveat text' }, caveat)),
    h(
      'p',
      { class: 'quiet' },
      top.chain.length > 1 ? ['Chain ', h(Chain, { chain: top.chain, show }), ' · '] : undefined,
      `${top.method}, ${top.localizerVersion}`
    ),
    others.length === 0
      ? undefined
      : h(
          'p',
          { class: 'quiet' },
          'Also suspected: ',
          others.map((onset, position) => [
            position === 0 ? '' : ', ',
            h(StepLink, { stepIndex: onset.stepIndex, show }),
            ` ${formatPercent(onset.confidence)}`
          ]),
          ' (each on its own: how often such a suspect was the one)'
        )
  )
}

function Chain({ chain, show }: { chain: readonly number[]; show: ShowStep }): ComponentChildren {
  return h(
    'span',
    null,
    chain.map((stepIndex, position) => [
      position === 0 ? '' : ' → ',
      h(StepLink, { stepIndex, show })
    ])
  )
}

function describeWaste({ waste }: OnsetWire): string {
  if (waste.steps === 0) return 'Nothing spent after it: the run ended there'
  const spent = joinParts([
    formatCount(waste.steps, 'step'),
    formatTokens(waste.tokens),
    formatCost(waste.cost),
    formatMs(waste.ms)
  ])
  return `Spent after it: ${spent}`
}

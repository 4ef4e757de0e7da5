// The steps by stage, the chain from onset to symptom marked. Long runs are folded to what matters.

import { h, type ComponentChildren } from 'preact'
import { useState } from 'preact/hooks'
import type { OnsetWire, RunDetailWire, StepWire } from '../../api/index.ts'
import { foldSteps } from './fold-steps.ts'
import { firstLine, formatCount, formatMs, formatName } from './format.ts'
import type { ShowStep } from './step-link.ts'
import { StepDetail } from './step-detail.ts'

interface StepTreeProps {
  readonly detail: RunDetailWire
  readonly chosen: number | undefined
  readonly show: ShowStep
  readonly close: () => void
  /** Says that this step is the onset. */
  readonly blame: (stepIndex: number) => Promise<void>
}

export function StepTree({ detail, chosen, show, close, blame }: StepTreeProps): ComponentChildren {
  const [isUnfolded, unfold] = useState(false)
  const { steps, onsets } = detail
  if (steps.length === 0) return h('p', { class: 'quiet' }, 'No steps yet.')
  const folded = foldSteps(detail, { chosen, isUnfolded })
  return h(
    'section',
    { class: 'steps', 'aria-label': 'Steps' },
    folded.map((part) => {
      if (part.kind === 'stage') return h('h3', { key: `stage ${part.index}` }, part.name)
      if (part.kind === 'gap') {
        return h(
          'button',
          {
            key: `gap ${part.after}`,
            type: 'button',
            class: 'gap',
            onClick: () => unfold(true)
          },
          `… ${formatCount(part.count, 'step')} …`
        )
      }
      const { step, depth } = part
      const isChosen = chosen === step.index
      return h(
        'div',
        { key: `step ${step.index}`, id: `step-${step.index}`, class: 'step' },
        h(StepLine, {
          step,
          depth,
          top: onsets[0],
          isChosen,
          toggle: () => (isChosen ? close() : show(step.index))
        }),
        isChosen
          ? h(StepDetail, { step, onsets, show, blame: () => void blame(step.index) })
          : undefined
      )
    })
  )
}

interface StepLineProps {
  readonly step: StepWire
  readonly depth: number
  readonly top: OnsetWire | undefined
  readonly isChosen: boolean
  readonly toggle: () => void
}

function StepLine({ step, depth, top, isChosen, toggle }: StepLineProps): ComponentChildren {
  const isOnset = top?.stepIndex === step.index
  const isOnChain = top?.chain.includes(step.index) === true
  const failure = describeFailure(step)
  return h(
    'button',
    {
      type: 'button',
      class: `line${isOnset ? ' is-onset' : isOnChain ? ' on-chain' : ''}`,
      'aria-expanded': isChosen,
      onClick: toggle
    },
    h('span', { class: 'number' }, step.index),
    h('span', { class: `effect depth-${depth}`, title: `${step.effect}s` }, glyphOf(step)),
    h(
      'span',
      { class: 'action text' },
      firstLine(step.action === '' ? (step.tool ?? step.name) : step.action)
    ),
    failure === '' ? undefined : h('span', { class: 'failed text' }, `✗ ${failure}`),
    isOnset
      ? h(
          'strong',
          { class: 'role' },
          `${top.provisional ? 'suspected ' : ''}onset · ${formatName(top.category)}`
        )
      : top?.symptomStepIndex === step.index
        ? h('strong', { class: 'role' }, 'symptom')
        : undefined,
    h('span', { class: 'quiet duration' }, formatMs(step.durationMs))
  )
}

function glyphOf(step: StepWire): string {
  return step.effect === 'change' ? '●' : '○'
}

function describeFailure(step: StepWire): string {
  const exit = step.exitCode === undefined || step.exitCode === 0 ? '' : `exit ${step.exitCode}`
  return firstLine(step.error ?? exit, 80)
}

// A link to a step of the run that is shown.

import { h, type ComponentChildren } from 'preact'

export type ShowStep = (stepIndex: number) => void

export function StepLink({
  stepIndex,
  show
}: {
  stepIndex: number
  show: ShowStep
}): ComponentChildren {
  const follow = (event: MouseEvent): void => {
    event.preventDefault()
    show(stepIndex)
  }
  return h('a', { href: `#step-${stepIndex}`, onClick: follow }, `step ${stepIndex}`)
}

// Which step is open. The address says it, each step that was shown is a way back, and a new analysis that
// numbers the steps anew leaves the same step open.

import { useEffect, useRef, useState } from 'preact/hooks'
import type { StepWire } from '../../api/index.ts'

export interface ChosenStep {
  readonly chosen: number | undefined
  readonly show: (stepIndex: number) => void
  readonly close: () => void
}

export function useChosenStep(steps: readonly StepWire[], revision: number): ChosenStep {
  const [chosen, choose] = useState(readChosen)
  const spanId = useRef<string | undefined>(undefined)

  useEffect(() => {
    const follow = (): void => choose(readChosen())
    // Also after a change of the part behind `#` by hand or by a plain link.
    addEventListener('popstate', follow)
    return () => removeEventListener('popstate', follow)
  }, [])

  useEffect(() => {
    spanId.current = steps.find(({ index }) => index === chosen)?.spanId
    if (chosen !== undefined) goToStep(chosen)
  }, [chosen])

  useEffect(() => {
    if (spanId.current === undefined) return
    const renumbered = steps.find((step) => step.spanId === spanId.current)?.index
    if (renumbered === undefined || renumbered === chosen) return
    history.replaceState(undefined, '', `#step-${renumbered}`)
    choose(renumbered)
  }, [revision])

  const show = (stepIndex: number): void => {
    if (stepIndex === chosen) goToStep(stepIndex)
    else history.pushState(undefined, '', `#step-${stepIndex}`)
    choose(stepIndex)
  }
  const close = (): void => {
    choose(undefined)
    history.replaceState(undefined, '', location.pathname)
  }
  return { chosen, show, close }
}

/** In a frame of its own: the step may have been folded away until now. */
function goToStep(stepIndex: number): void {
  requestAnimationFrame(() => {
    const step = document.querySelector(`#step-${stepIndex}`)
    step?.scrollIntoView({ block: 'nearest' })
    step?.querySelector('button')?.focus({ preventScroll: true })
  })
}

function readChosen(): number | undefined {
  const index = /^#step-(\d{1,9})$/.exec(location.hash)?.[1]
  return index === undefined ? undefined : Number(index)
}

// One run: what it was to do, where it went wrong and why, and its steps.

import { h, type ComponentChildren } from 'preact'
import type { RunDetailWire } from '../../api/index.ts'
import { findRun, readRun } from './api.ts'
import { Failure } from './failure.ts'
import { FeedbackPanel } from './feedback-panel.ts'
import { firstLine } from './format.ts'
import { OnsetCard } from './onset-card.ts'
import { useTitle } from './route.ts'
import { RunHead } from './run-head.ts'
import { RunNeighbours } from './run-neighbours.ts'
import { StepTree } from './step-tree.ts'
import { TaskCard } from './task-card.ts'
import { useChosenStep } from './use-chosen-step.ts'
import { useFeedback } from './use-feedback.ts'
import { useRefreshed } from './use-refreshed.ts'

/** A run that goes on is analyzed every few seconds; one that ended changes only by late reports. */
const OPEN_REFRESH_MS = 2_000
const COMPLETE_REFRESH_MS = 30_000

interface WholeRun {
  readonly detail: RunDetailWire
  readonly isWhole: boolean
}

export function RunView({ runId }: { runId: string }): ComponentChildren {
  const { value, error, refresh } = useRefreshed<WholeRun>({
    load: async (before) => {
      if (before === undefined) return readRun(runId)
      const { run } = await findRun(runId)
      return run.revision === before.detail.run.revision ? before : readRun(runId)
    },
    of: [runId],
    intervalMs: (whole) =>
      whole?.detail.run.state === 'complete' ? COMPLETE_REFRESH_MS : OPEN_REFRESH_MS
  })
  return h(
    'main',
    { tabIndex: -1 },
    error === undefined ? undefined : h(Failure, { error, retry: refresh }),
    value === undefined
      ? error === undefined && h('p', { class: 'quiet' }, 'Loading …')
      : h(Run, value)
  )
}

function Run({ detail, isWhole }: WholeRun): ComponentChildren {
  const { chosen, show, close } = useChosenStep(detail.steps, detail.run.revision)
  const [top] = detail.onsets
  const feedback = useFeedback(detail.run.id, detail.run.revision)
  useTitle(`${detail.run.outcome}: ${firstLine(detail.run.task, 60) || detail.run.id}`)
  return h(
    'article',
    null,
    h(RunHead, { run: detail.run }),
    h(RunNeighbours, { run: detail.run }),
    h(OnsetCard, { run: detail.run, onsets: detail.onsets, show }),
    h(FeedbackPanel, { feedback, suspected: top?.stepIndex, show }),
    h(StepTree, { detail, chosen, show, close, blame: feedback.say }),
    isWhole
      ? undefined
      : h('p', { class: 'quiet' }, 'The rest of this run is too long for a page.'),
    h(TaskCard, { run: detail.run, show })
  )
}

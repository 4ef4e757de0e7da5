// The lines at the end of a launch: where the run is, and when it failed, where it went wrong.

import type { RunDetail } from '../api-client/index.ts'
import { formatCount, toLine, type OwnCommand } from '../terminal/index.ts'

const LINE_CHARS_MAX = 400

export interface Words {
  readonly url: string
  readonly ownCommand: OwnCommand
}

/** Where a person finds the run: the command, and the page. */
export function describePlace(runId: string, { url, ownCommand }: Words): string {
  return `${ownCommand(`show ${runId}`)}    ${url}/runs/${encodeURIComponent(runId)}`
}

export function describeRun(detail: RunDetail, words: Words): readonly string[] {
  const { run } = detail
  const outcome = run.state === 'complete' ? run.outcome : `${run.outcome} so far`
  const lines = [
    `run ${run.id}: ${outcome}, ${formatCount(run.stepCount, 'step')}`,
    `  ${describePlace(run.id, words)}`
  ]
  return run.outcome === 'error' ? [...lines, ...describeOnset(detail)] : lines
}

function describeOnset({ run, onsets, steps }: RunDetail): readonly string[] {
  const [top] = onsets
  if (top === undefined) {
    const why = run.abstention ?? 'the run has no step to suspect'
    return [`  no onset: ${toLine(why, LINE_CHARS_MAX)}`]
  }
  const step = steps.find(({ index }) => index === top.stepIndex)
  const percent = Math.round(top.confidence * 100)
  const place = `step ${top.stepIndex}, stage ${top.stage}, ${top.category}, confidence ${percent} %`
  const action = step === undefined ? '' : `: ${step.action}`
  return [
    `  onset: ${toLine(place + action, LINE_CHARS_MAX)}`,
    `  ${toLine(top.summary, LINE_CHARS_MAX)}`
  ]
}

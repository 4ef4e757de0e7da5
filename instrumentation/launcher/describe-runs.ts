// The lines at the end of a launch: where the run is, and when it failed, where it went wrong.

import { stripVTControlCharacters } from 'node:util'
import type { RunDetail } from '../api-client/index.ts'

const SUMMARY_CHARS_MAX = 400

/** What a terminal acts on and what turns text around: summaries quote what agents read. */
// oxlint-disable-next-line no-control-regex -- control characters are what it removes
const UNPRINTABLE = /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]+/g

export function describeRun(detail: RunDetail, url: string): readonly string[] {
  const { run } = detail
  const outcome = run.state === 'complete' ? run.outcome : `${run.outcome} so far`
  const lines = [
    `run ${run.id}: ${outcome}, ${run.stepCount} steps`,
    `  onset show ${run.id}    ${url}/api/runs/${encodeURIComponent(run.id)}`
  ]
  return run.outcome === 'error' ? [...lines, ...describeOnset(detail)] : lines
}

function describeOnset({ run, onsets, steps }: RunDetail): readonly string[] {
  const [top] = onsets
  if (top === undefined) {
    return [`  no onset: ${toLine(run.abstention ?? 'the run has no step to suspect')}`]
  }
  const step = steps.find(({ index }) => index === top.stepIndex)
  const percent = Math.round(top.confidence * 100)
  const place = `step ${top.stepIndex}, stage ${top.stage}, ${top.category}, confidence ${percent} %`
  const action = step === undefined ? '' : `: ${step.action}`
  return [`  onset: ${toLine(place + action)}`, `  ${toLine(top.summary)}`]
}

function toLine(text: string): string {
  const start = text.slice(0, SUMMARY_CHARS_MAX * 4)
  const line = stripVTControlCharacters(start).replace(UNPRINTABLE, ' ').trim()
  return line.length <= SUMMARY_CHARS_MAX ? line : `${line.slice(0, SUMMARY_CHARS_MAX - 1)}…`
}

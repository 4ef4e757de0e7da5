// One sentence about an alert, made of our own words, numbers and names; never of what a run said.

import type { AlertPayload, OnsetPayload, SummaryPayload } from './alert-payload.ts'

const MINUTE_MS = 60_000

export function describeAlert(payload: AlertPayload): string {
  return payload.kind === 'summary' ? describeSummary(payload) : describeOnset(payload)
}

/** A few words, for a title. */
export function titleAlert(payload: AlertPayload): string {
  if (payload.kind === 'summary') {
    return `${payload.count} more failed ${payload.count === 1 ? 'run' : 'runs'}`
  }
  const { stepIndex, stepCount, stage, category } = payload
  const who = payload.agent === '' ? payload.service : payload.agent
  return `${who} failed: onset step ${stepIndex}/${stepCount} in ${stage} (${category})`
}

const RESOLUTIONS = {
  corrected: 'The run did not fail after all.',
  withdrawn: 'No step is to blame any more.',
  changed: 'The verdict changed; what holds now is told apart.',
  unmatched: 'The rule no longer matches it.'
} as const

export function describeResolution({ resolution }: OnsetPayload): string {
  return resolution === null ? '' : RESOLUTIONS[resolution]
}

function describeOnset(payload: OnsetPayload): string {
  const { agent, service, stepIndex, stepCount, stage, category, confidence } = payload
  const who = agent === '' ? `Service ${service}` : `Agent ${agent} of service ${service}`
  const where = `went wrong at step ${stepIndex} of ${stepCount}`
  const what = `stage ${stage}, category ${category}, confidence ${confidence.toFixed(2)}`
  return `${who} ${where} (${what})${describeNames(payload)}${describeWaste(payload)}.`
}

function describeNames({ names, failedCheckCount }: OnsetPayload): string {
  if (names === null) return ''
  const step = [names.tool, names.file].filter((name) => name !== '').join(' on ')
  const [check] = names.failedChecks
  const others = failedCheckCount > 1 ? ` and ${failedCheckCount - 1} more` : ''
  return (
    (step === '' ? '' : `, using ${step}`) +
    (check === undefined ? '' : `; "${check}"${others} failed`)
  )
}

function describeWaste({ waste }: OnsetPayload): string {
  if (waste.steps === 0) return ''
  const tokens = waste.tokens === 0 ? '' : ` and ${waste.tokens.toLocaleString('en-US')} tokens`
  const steps = `${waste.steps} ${waste.steps === 1 ? 'step' : 'steps'}`
  const isOne = waste.steps === 1 && tokens === ''
  return `; ${steps}${tokens} ${isOne ? 'was' : 'were'} spent after it`
}

function describeSummary({ count, limitMs, categories, rule }: SummaryPayload): string {
  const runs = `${count} more ${count === 1 ? 'run' : 'runs'} failed`
  const share = categories.map(([category, times]) => `${category} ${times}`).join(', ')
  const minutes = Math.max(1, Math.round(limitMs / MINUTE_MS))
  return `${runs} within ${minutes} min and ${count === 1 ? 'was' : 'were'} not told alone (rule ${rule}): ${share}.`
}

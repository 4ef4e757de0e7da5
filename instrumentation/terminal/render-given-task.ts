// What was asked and what was checked: requirements of the task and what became of them, and the reported
// checks, those that failed first. Bounded: a task names dozens of things, a suite has thousands of checks.

import type { styleText } from 'node:util'
import type { CheckJson, RequirementJson, WholeRunJson } from '../api-client/index.ts'
import { formatCount } from './format.ts'
import { toLine } from './printable.ts'

type Paint = (format: Parameters<typeof styleText>[0], text: string) => string

const CHECKS_SHOWN = 12
const REQUIREMENTS_SHOWN = 12
const REQUIREMENT_CHARS_MAX = 60
const CHECK_NAME_CHARS_MAX = 60
const STEPS_SHOWN = 3
/** Left of the text in a line. */
const MARGIN = 10
const MESSAGE_CHARS_MIN = 20

const CHECK_ORDER: readonly string[] = ['failed', 'error', 'skipped', 'passed']
/** What was forgotten is what one looks for. */
const REQUIREMENT_ORDER: readonly string[] = ['untouched', 'seen', 'addressed']

export function renderGivenTask(run: WholeRunJson, paint: Paint, width: number): string[] {
  const checks = (run.checks ?? []).toSorted(by(CHECK_ORDER))
  const asked = (run.requirements ?? []).toSorted(by(REQUIREMENT_ORDER))
  return [
    ...section('checks', checks, {
      shownMax: CHECKS_SHOWN,
      render: (check) => renderCheck(check, paint, width)
    }),
    ...section('asked', asked, {
      shownMax: REQUIREMENTS_SHOWN,
      render: (requirement) => renderRequirement(requirement, paint, run.outcome === 'ok')
    })
  ]
}

interface Listed<T> {
  readonly shownMax: number
  readonly render: (item: T) => string
}

function section<T>(title: string, items: readonly T[], { shownMax, render }: Listed<T>): string[] {
  if (items.length === 0) return []
  const lines = items
    .slice(0, shownMax)
    .map((item, at) => `${(at === 0 ? title : '').padEnd(MARGIN)}${render(item)}`)
  const more = items.length - shownMax
  if (more > 0) lines.push(`${''.padEnd(MARGIN)}… and ${more} more`)
  return ['', ...lines]
}

function renderCheck({ name, status, message }: CheckJson, paint: Paint, width: number): string {
  const bad = status === 'failed' || status === 'error'
  const word = paint(bad ? 'red' : status === 'passed' ? 'green' : 'dim', status.padEnd(7))
  const shown = toLine(name, CHECK_NAME_CHARS_MAX)
  const room = Math.max(MESSAGE_CHARS_MIN, width - MARGIN - shown.length - 11)
  const said = toLine(message, room)
  return `${word}  ${shown}${said === '' ? '' : `  ${paint('dim', said)}`}`
}

/** What a run that did its task only looked at was there to be looked at. */
function renderRequirement(
  { kind, text, status, stepIndexes }: RequirementJson,
  paint: Paint,
  hasSucceeded: boolean
): string {
  const what = `${kind} ${toLine(text, REQUIREMENT_CHARS_MAX)}`
  const steps = describeSteps(stepIndexes)
  if (status === 'addressed') {
    return `${what}  ${paint('dim', steps === '' ? 'addressed' : `addressed by ${steps}`)}`
  }
  if (status !== 'seen') return `${what}  ${paint('yellow', 'never touched')}`
  const seen = steps === '' ? 'seen' : `seen in ${steps}`
  return `${what}  ${hasSucceeded ? paint('dim', seen) : paint('yellow', `${seen}, nothing done`)}`
}

function describeSteps(stepIndexes: readonly number[]): string {
  if (stepIndexes.length === 0) return ''
  const shown = stepIndexes.slice(0, STEPS_SHOWN).join(', ')
  const more = stepIndexes.length - STEPS_SHOWN
  const noun = stepIndexes.length === 1 ? 'step' : 'steps'
  return `${noun} ${shown}${more > 0 ? ` and ${formatCount(more, 'other')}` : ''}`
}

function by(order: readonly string[]) {
  return (a: { readonly status: string }, b: { readonly status: string }): number =>
    order.indexOf(a.status) - order.indexOf(b.status)
}

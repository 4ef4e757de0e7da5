// Runs as rows: how each ended, where it went wrong, what it took.

import { h, type ComponentChildren } from 'preact'
import type { RunListItemWire } from '../../api/index.ts'
import {
  firstLine,
  formatCost,
  formatCount,
  formatMs,
  formatName,
  formatPercent,
  formatTime,
  formatTokens,
  joinParts
} from './format.ts'
import { Names } from './names.ts'
import { hrefOfRun, hrefOfSession, Link } from './route.ts'

/** Tells conversations of one screen apart; ids are long. */
const SESSION_CHARS_MAX = 24

interface RunTableProps {
  readonly runs: readonly RunListItemWire[]
  /** Of a session: rows have a number instead of a link to it. */
  readonly isSession?: boolean
  /** The id of the run to mark. */
  readonly firstWrong?: string | undefined
}

export function RunTable({
  runs,
  isSession = false,
  firstWrong
}: RunTableProps): ComponentChildren {
  const names = [...(isSession ? ['#'] : []), 'Outcome', 'Run', 'Onset', 'Spent', 'Started']
  return h(
    'table',
    { class: 'runs' },
    h(
      'thead',
      null,
      h(
        'tr',
        null,
        names.map((name) => h('th', { key: name, scope: 'col' }, name))
      )
    ),
    h(
      'tbody',
      null,
      runs.map((run, at) =>
        h(RunRow, {
          key: run.id,
          run,
          position: isSession ? at + 1 : undefined,
          isFirstWrong: run.id === firstWrong
        })
      )
    )
  )
}

interface RunRowProps {
  readonly run: RunListItemWire
  readonly position: number | undefined
  readonly isFirstWrong: boolean
}

function RunRow({ run, position, isFirstWrong }: RunRowProps): ComponentChildren {
  return h(
    'tr',
    isFirstWrong ? { class: 'first-wrong' } : null,
    position === undefined ? undefined : h('td', { class: 'quiet' }, position),
    h('td', null, h(OutcomeBadge, { outcome: run.outcome, isOpen: run.state !== 'complete' })),
    h(
      'td',
      { class: 'task' },
      h(Link, { href: hrefOfRun(run.id) }, h('bdi', null, firstLine(run.task) || run.id)),
      h(
        'div',
        { class: 'quiet' },
        h(Names, { names: [run.agent ?? run.service, ...run.models] }),
        position !== undefined || run.sessionId === undefined
          ? undefined
          : [
              ' · ',
              h(
                Link,
                { href: hrefOfSession(run.sessionId) },
                'session ',
                h('bdi', null, firstLine(run.sessionId, SESSION_CHARS_MAX))
              )
            ]
      ),
      isFirstWrong ? h('strong', { class: 'role' }, 'first that went wrong') : undefined
    ),
    h('td', null, describeOnset(run)),
    h(
      'td',
      { class: 'quiet' },
      joinParts([
        formatCount(run.stepCount, 'step'),
        formatTokens(run.tokens),
        formatCost(run.cost),
        formatMs(run.durationMs)
      ])
    ),
    h('td', { class: 'quiet' }, h('time', { dateTime: run.startedAt }, formatTime(run.startedAt)))
  )
}

function describeOnset({ topOnset, abstention, outcome }: RunListItemWire): ComponentChildren {
  if (topOnset === undefined) {
    return h('span', { class: 'quiet' }, outcome === 'error' ? (abstention ?? 'not analyzed') : '')
  }
  const { stepIndex, stage, category, confidence, provisional } = topOnset
  return h(
    'span',
    null,
    h('strong', null, `step ${stepIndex}`),
    ` ${joinParts([stage, formatName(category), formatPercent(confidence)])}`,
    provisional ? h('span', { class: 'quiet' }, ' suspected') : undefined
  )
}

export function OutcomeBadge({
  outcome,
  isOpen
}: {
  outcome: string
  isOpen: boolean
}): ComponentChildren {
  if (isOpen && outcome === 'unknown') return h('span', { class: 'badge open' }, 'running')
  const badge = h('span', { class: `badge ${outcome}` }, outcome)
  return isOpen ? [badge, h('span', { class: 'quiet' }, ' so far')] : badge
}

// The list of runs, newest first, with its filters in the address.

import { h, type ComponentChildren } from 'preact'
import { useState } from 'preact/hooks'
import type { RunListItemWire, RunsPageWire } from '../../api/index.ts'
import { ApiError, listRuns } from './api.ts'
import { Failure } from './failure.ts'
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
import { goTo, hrefOfRun, hrefOfRuns, Link } from './route.ts'
import { RunFilters } from './run-filters.ts'
import { useRefreshed } from './use-refreshed.ts'

/** A new run is seen within a breath; one page of the list is some 50 ms for the server. */
const REFRESH_MS = 5_000

export function RunsView({ filters }: { filters: URLSearchParams }): ComponentChildren {
  const query = filters.toString()
  const { value, error, refresh } = useRefreshed<RunsPageWire>({
    load: () => listRuns(filters),
    of: [query],
    intervalMs: () => REFRESH_MS
  })
  return h(
    'main',
    null,
    h(RunFilters, {
      key: query,
      filters,
      change: (changed) => goTo(hrefOfRuns(changed))
    }),
    error === undefined ? undefined : h(Failure, { error, retry: refresh }),
    value === undefined
      ? error === undefined && h('p', { class: 'quiet' }, 'Loading …')
      : h(RunsTable, { key: query, first: value, filters })
  )
}

interface RunsTableProps {
  readonly first: RunsPageWire
  readonly filters: URLSearchParams
}

function RunsTable({ first, filters }: RunsTableProps): ComponentChildren {
  const [older, setOlder] = useState<readonly RunsPageWire[]>([])
  const [failed, setFailed] = useState<Error>()
  const cursor = (older.at(-1) ?? first).nextCursor
  const loadOlder = async (): Promise<void> => {
    try {
      const page = await listRuns(filters, cursor)
      setOlder([...older, page])
      setFailed(undefined)
    } catch (error) {
      setFailed(error instanceof ApiError ? error : new Error(String(error)))
    }
  }
  // A run that moved from the first page to the next since then would stand twice.
  const runs = new Map([first, ...older].flatMap(({ items }) => items).map((run) => [run.id, run]))
  if (runs.size === 0) return h(NoRuns, { isFiltered: filters.size > 0 })
  return h(
    'div',
    null,
    h(
      'table',
      { class: 'runs' },
      h(
        'thead',
        null,
        h(
          'tr',
          null,
          ['Outcome', 'Run', 'Onset', 'Spent', 'Started'].map((name) =>
            h('th', { scope: 'col' }, name)
          )
        )
      ),
      h(
        'tbody',
        null,
        [...runs.values()].map((run) => h(RunRow, { key: run.id, run }))
      )
    ),
    failed === undefined ? undefined : h(Failure, { error: failed, retry: () => void loadOlder() }),
    cursor === undefined
      ? undefined
      : h('button', { type: 'button', onClick: () => void loadOlder() }, 'Older runs')
  )
}

function RunRow({ run }: { run: RunListItemWire }): ComponentChildren {
  return h(
    'tr',
    null,
    h('td', null, h(OutcomeBadge, { outcome: run.outcome, isOpen: run.state !== 'complete' })),
    h(
      'td',
      { class: 'task' },
      h(Link, { href: hrefOfRun(run.id) }, firstLine(run.task) || run.id),
      h('div', { class: 'quiet' }, joinParts([run.agent ?? run.service, run.models.join(', ')]))
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
  return isOpen && outcome === 'unknown'
    ? h('span', { class: 'badge open' }, 'running')
    : h('span', { class: `badge ${outcome}` }, outcome)
}

function NoRuns({ isFiltered }: { isFiltered: boolean }): ComponentChildren {
  if (isFiltered) return h('p', null, 'No run matches. ', h(Link, { href: '/' }, 'Show all'))
  return h(
    'section',
    { class: 'empty' },
    h('p', null, 'No runs yet. Send an agent’s spans to ', h('code', null, location.origin), ':'),
    h(
      'pre',
      null,
      [
        'npm run demo',
        'node --import @onset/instrumentation/register agent.js',
        `OTEL_EXPORTER_OTLP_ENDPOINT=${location.origin} your-agent`
      ].join('\n')
    ),
    h('p', { class: 'quiet' }, 'They appear here by themselves.')
  )
}

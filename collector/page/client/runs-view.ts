// The list of runs, newest first, with its filters in the address.

import { h, type ComponentChildren } from 'preact'
import { useState } from 'preact/hooks'
import type { RunsPageWire } from '../../api/index.ts'
import { ApiError, listRuns } from './api.ts'
import { Failure } from './failure.ts'
import { goTo, hrefOfRuns, Link, useTitle } from './route.ts'
import { RunFilters } from './run-filters.ts'
import { RunTable } from './run-table.ts'
import { toQuery } from './to-query.ts'
import { useRefreshed } from './use-refreshed.ts'

/** A new run is seen within a breath; one page of the list is some 50 ms for the server. */
const REFRESH_MS = 5_000

interface RunsViewProps {
  readonly filters: URLSearchParams
  readonly now: () => number
}

export function RunsView({ filters, now }: RunsViewProps): ComponentChildren {
  const query = filters.toString()
  const { value, error, refresh } = useRefreshed<RunsPageWire>({
    load: () => listRuns(toQuery(filters, now())),
    of: [query],
    intervalMs: () => REFRESH_MS
  })
  useTitle(undefined)
  return h(
    'main',
    { tabIndex: -1 },
    h(RunFilters, {
      filters,
      change: (changed) => goTo(hrefOfRuns(changed))
    }),
    error === undefined ? undefined : h(Failure, { error, retry: refresh }),
    value === undefined
      ? error === undefined && h('p', { class: 'quiet' }, 'Loading …')
      : h(RunsTable, { key: query, first: value, filters, now })
  )
}

interface RunsTableProps extends RunsViewProps {
  readonly first: RunsPageWire
}

function RunsTable({ first, filters, now }: RunsTableProps): ComponentChildren {
  const [older, setOlder] = useState<readonly RunsPageWire[]>([])
  const [failed, setFailed] = useState<Error>()
  const cursor = (older.at(-1) ?? first).nextCursor
  const loadOlder = async (): Promise<void> => {
    try {
      const page = await listRuns(toQuery(filters, now()), { cursor })
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
    h(RunTable, { runs: [...runs.values()] }),
    failed === undefined ? undefined : h(Failure, { error: failed, retry: () => void loadOlder() }),
    cursor === undefined
      ? undefined
      : h('button', { type: 'button', onClick: () => void loadOlder() }, 'Older runs')
  )
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

// Where to go from a run: to the turns before and after it in its session, and to other runs of its agent.

import { h, type ComponentChildren } from 'preact'
import type { RunWire } from '../../api/index.ts'
import { readSession, type Session } from './read-session.ts'
import { hrefOfRun, hrefOfRuns, hrefOfSession, Link } from './route.ts'
import { useRefreshed } from './use-refreshed.ts'

export function RunNeighbours({ run }: { run: RunWire }): ComponentChildren {
  const agent = run.agent === undefined ? { service: run.service } : { agent: run.agent }
  const before = { ...agent, until: run.startedAt }
  return h(
    'nav',
    { class: 'neighbours', 'aria-label': 'Other runs' },
    run.sessionId === undefined
      ? undefined
      : h(InSession, { runId: run.id, sessionId: run.sessionId, revision: run.revision }),
    h(Link, { href: hrefOfRuns(new URLSearchParams(agent)) }, 'All runs of this agent'),
    h(Link, { href: hrefOfRuns(new URLSearchParams(before)) }, 'Those before this one')
  )
}

interface InSessionProps {
  readonly runId: string
  readonly sessionId: string
  /** A turn that was analyzed again may have a neighbour by now. */
  readonly revision: number
}

function InSession({ runId, sessionId, revision }: InSessionProps): ComponentChildren {
  const { value } = useRefreshed<Session>({
    load: () => readSession(sessionId),
    of: [runId, sessionId, revision],
    intervalMs: () => undefined
  })
  const runs = value?.runs ?? []
  const at = runs.findIndex(({ id }) => id === runId)
  const previous = at < 1 ? undefined : runs[at - 1]
  const next = at < 0 ? undefined : runs[at + 1]
  const place = at < 0 ? '' : value?.isWhole === true ? `, run ${at + 1} of ${runs.length}` : ''
  return [
    previous === undefined
      ? undefined
      : h(Link, { href: hrefOfRun(previous.id) }, `← Previous (${previous.outcome})`),
    h(Link, { href: hrefOfSession(sessionId) }, `Session${place}`),
    next === undefined
      ? undefined
      : h(Link, { href: hrefOfRun(next.id) }, `Next (${next.outcome}) →`)
  ]
}

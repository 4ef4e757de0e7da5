// A session: the runs of one conversation in their order, what they took, and where it first went wrong.

import { h, type ComponentChildren } from 'preact'
import { Failure } from './failure.ts'
import { formatCost, formatCount, formatMs, formatTokens, joinParts } from './format.ts'
import { readSession, type Session } from './read-session.ts'
import { hrefOfRun, hrefOfRuns, Link, useTitle } from './route.ts'
import { RunTable } from './run-table.ts'
import { sumRuns } from './sum-runs.ts'
import { useRefreshed } from './use-refreshed.ts'

/** A turn of a conversation is seen within a breath. */
const REFRESH_MS = 5_000

export function SessionView({ sessionId }: { sessionId: string }): ComponentChildren {
  const { value, error, refresh } = useRefreshed<Session>({
    // The API refuses an empty name; no session has it.
    load: async (before) =>
      sessionId === '' ? { runs: [], isWhole: true } : readSession(sessionId, before),
    of: [sessionId],
    intervalMs: () => REFRESH_MS
  })
  useTitle(`session ${sessionId}`)
  return h(
    'main',
    { tabIndex: -1 },
    h('h2', { class: 'text' }, `Session ${sessionId}`),
    error === undefined ? undefined : h(Failure, { error, retry: refresh }),
    value === undefined
      ? error === undefined && h('p', { class: 'quiet' }, 'Loading …')
      : h(Runs, { session: value, sessionId })
  )
}

interface RunsProps {
  readonly session: Session
  readonly sessionId: string
}

function Runs({ session: { runs, isWhole }, sessionId }: RunsProps): ComponentChildren {
  if (runs.length === 0) {
    return h('p', null, 'No run of this session is here. ', h(Link, { href: '/' }, 'Show all runs'))
  }
  const { firstWrong } = sumRuns(runs)
  return h(
    'div',
    null,
    h(Sum, { runs }),
    isWhole
      ? undefined
      : h(
          'p',
          { class: 'caveat' },
          `Only the newest ${formatCount(runs.length, 'run')} of a long session, which is what the sums are of. `,
          h(
            Link,
            { href: hrefOfRuns(new URLSearchParams({ session: sessionId })) },
            'Page through all'
          )
        ),
    firstWrong === undefined
      ? undefined
      : h(
          'section',
          { class: 'card onset', 'aria-label': 'First that went wrong' },
          isWhole ? 'First went wrong in ' : 'Of these, first went wrong in ',
          h(Link, { href: hrefOfRun(firstWrong.id) }, `run ${runs.indexOf(firstWrong) + 1}`),
          firstWrong.topOnset === undefined
            ? undefined
            : [
                ', ',
                h(
                  Link,
                  { href: `${hrefOfRun(firstWrong.id)}#step-${firstWrong.topOnset.stepIndex}` },
                  `step ${firstWrong.topOnset.stepIndex}`
                ),
                h('p', { class: 'text' }, firstWrong.topOnset.summary)
              ]
        ),
    h(RunTable, { runs, isSession: true, firstWrong: firstWrong?.id })
  )
}

function Sum({ runs }: { runs: RunsProps['session']['runs'] }): ComponentChildren {
  const sum = sumRuns(runs)
  const wasted = joinParts([
    formatCount(sum.wastedSteps, 'step'),
    formatTokens(sum.wastedTokens),
    formatCost(sum.wastedCost)
  ])
  return h(
    'p',
    { role: 'status' },
    joinParts([
      formatCount(runs.length, 'run'),
      sum.failed === 0 ? 'none failed' : `${sum.failed} failed`,
      formatTokens(sum.tokens),
      formatCost(sum.cost),
      `${formatMs(lengthOf(runs))} from first to last`,
      sum.wastedSteps === 0 ? undefined : `spent after onsets: ${wasted}`
    ])
  )
}

/** Runs may overlap, and the one that began last need not end last. */
function lengthOf(runs: RunsProps['session']['runs']): number {
  const begins = Math.min(...runs.map(({ startedAt }) => Date.parse(startedAt)))
  return Math.max(...runs.map(({ endedAt }) => Date.parse(endedAt))) - begins
}

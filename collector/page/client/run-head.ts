// What was run, by whom, and how it ended.

import { h, type ComponentChildren } from 'preact'
import type { RunWire } from '../../api/index.ts'
import {
  firstLine,
  formatCost,
  formatCount,
  formatMs,
  formatName,
  formatTime,
  formatTokens,
  joinParts
} from './format.ts'
import { Names } from './names.ts'
import { OutcomeBadge } from './run-table.ts'

export function RunHead({ run }: { run: RunWire }): ComponentChildren {
  return h(
    'header',
    { class: 'run-head' },
    h('h2', { class: 'text' }, firstLine(run.task) || run.id),
    // Changes while the run goes on, and says so to those who hear the page.
    h(
      'p',
      { role: 'status' },
      h(OutcomeBadge, { outcome: run.outcome, isOpen: run.state !== 'complete' }),
      ` ${joinParts([
        `by ${formatName(run.outcomeSource)}`,
        run.state === 'complete' ? undefined : run.state,
        run.partial ? 'cut off by a limit' : undefined,
        formatCount(run.stepCount, 'step'),
        run.errorCount === 0 ? undefined : `${run.errorCount} failed`,
        formatTokens(run.tokens),
        formatCost(run.cost),
        formatMs(run.durationMs)
      ])}`
    ),
    h(
      'p',
      { class: 'quiet' },
      h(Names, { names: [run.agent ?? run.service, run.agentVersion, ...run.models] }),
      ` · ${formatTime(run.startedAt)} · `,
      h('code', null, run.id)
    ),
    run.incompleteReasons.map((reason) =>
      h('p', { key: reason, class: 'caveat' }, `Incomplete: ${reason}`)
    )
  )
}

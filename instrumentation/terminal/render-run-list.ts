// Runs as a table, newest first.

import type { RunListItemJson } from '../api-client/index.ts'
import { formatTokens } from './format.ts'
import { toLine } from './printable.ts'
import { formatTime, renderTable } from './render-table.ts'

export function renderRunList(runs: readonly RunListItemJson[]): string {
  const rows = runs.map((run) => [
    toLine(run.id, 32),
    formatTime(run.startedAt),
    toLine(run.agent ?? run.service, 20),
    run.state === 'complete' ? run.outcome : run.state,
    String(run.stepCount),
    formatTokens(run.tokens)?.replace(' tokens', '') ?? '',
    run.topOnset === undefined ? '' : String(run.topOnset.stepIndex),
    run.topOnset?.category ?? ''
  ])
  const head = ['RUN', 'STARTED (UTC)', 'AGENT', 'OUTCOME', 'STEPS', 'TOKENS', 'ONSET', 'CATEGORY']
  return renderTable(head, rows)
}

// Runs as a table, newest first.

import type { RunListItemJson } from '../api-client/index.ts'
import { formatTokens } from './format.ts'
import { toLine } from './printable.ts'

export function renderRunList(runs: readonly RunListItemJson[]): string {
  const rows = runs.map((run) => [
    toLine(run.id, 32),
    run.startedAt.slice(0, 19).replace('T', ' '),
    toLine(run.agent ?? run.service, 20),
    run.state === 'complete' ? run.outcome : run.state,
    String(run.stepCount),
    formatTokens(run.tokens)?.replace(' tokens', '') ?? '',
    run.topOnset === undefined ? '' : String(run.topOnset.stepIndex),
    run.topOnset?.category ?? ''
  ])
  const head = ['RUN', 'STARTED (UTC)', 'AGENT', 'OUTCOME', 'STEPS', 'TOKENS', 'ONSET', 'CATEGORY']
  const table = [head, ...rows]
  const widths = head.map((_, column) => Math.max(...table.map((row) => row[column]?.length ?? 0)))
  const lines = table.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd()
  )
  return `${lines.join('\n')}\n`
}

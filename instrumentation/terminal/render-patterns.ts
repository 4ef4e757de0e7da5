// Failure patterns as a table, the strongest first.

import type { PatternJson } from '../api-client/index.ts'
import { toLine } from './printable.ts'
import { formatTime, renderTable } from './render-table.ts'

export function renderPatterns(patterns: readonly PatternJson[]): string {
  const rows = patterns.map((pattern) => [
    String(pattern.hits),
    pattern.weight.toFixed(1),
    `${pattern.confirmed} / ${pattern.refuted}`,
    toLine(joinNames(pattern.agent, pattern.model), 40),
    toLine(joinNames(pattern.tool, pattern.family), 24),
    `${pattern.category}, ${pattern.stage}`,
    toLine(pattern.sign, 60),
    formatTime(pattern.lastSeenAt),
    toLine(pattern.lastRunId, 32)
  ])
  return renderTable(
    [
      'HITS',
      'WEIGHT',
      'CONFIRMED / REFUTED',
      'AGENT',
      'TOOL',
      'WENT WRONG',
      'ERROR SIGN',
      'LAST (UTC)',
      'RUN'
    ],
    rows
  )
}

function joinNames(...names: readonly (string | undefined)[]): string {
  return names.filter((name) => name !== undefined && name !== '').join(' ')
}

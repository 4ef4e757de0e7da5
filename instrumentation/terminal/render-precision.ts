// Shares that people's feedback gives, with the runs they are of.

import type { LocalizerPrecisionJson, ShareJson } from '../api-client/index.ts'
import { toLine } from './printable.ts'
import { renderTable } from './render-table.ts'

const VERSION_CHARS_MAX = 48

export function renderPrecision(items: readonly LocalizerPrecisionJson[]): string {
  const head = ['LOCALIZER', 'RUNS', 'DISPUTED', 'EXACT', 'TOP 3', 'MISSED', 'ACCUSED']
  const rows = items.map((item) => [
    toLine(item.localizerVersion, VERSION_CHARS_MAX),
    String(item.runs),
    String(item.disagreements),
    ...[item.exact, item.top3, item.missed, item.falseAccusations].map(renderShare)
  ])
  return renderTable(head, rows)
}

/** `3/4 75 % [30,95]` */
function renderShare({ count, of, share, low, high }: ShareJson): string {
  if (share === undefined || low === undefined || high === undefined) return '-'
  return `${count}/${of} ${toPercent(share)} % [${toPercent(low)},${toPercent(high)}]`
}

function toPercent(share: number): number {
  return Math.round(share * 100)
}

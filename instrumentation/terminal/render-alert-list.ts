// Alerts as a table, changed last first.

import type { AlertJson } from '../api-client/index.ts'
import { toLine } from './printable.ts'
import { formatTime, renderTable } from './render-table.ts'

export function renderAlertList(alerts: readonly AlertJson[]): string {
  const rows = alerts.map((alert) => [
    toLine(alert.id, 64),
    formatTime(alert.updatedAt),
    `${alert.event} ${alert.state}`,
    toLine(alert.destination, 20),
    toLine(alert.rule, 20),
    toLine(alert.runId ?? 'a summary', 32),
    String(alert.attempts),
    toLine(alert.error ?? '', 60)
  ])
  const head = ['ALERT', 'CHANGED (UTC)', 'STATE', 'DESTINATION', 'RULE', 'RUN', 'TRIES', 'WHY']
  return renderTable(head, rows)
}

// Keys and the audit trail as tables.

import type { AuditEventJson, KeyListJson } from '../api-client/index.ts'
import { toLine } from './printable.ts'
import { formatTime, renderTable } from './render-table.ts'

const NAME_CHARS_MAX = 32
const TARGET_CHARS_MAX = 40

export function renderKeys({ items, configured }: KeyListJson): string {
  const rows = items.map((key) => [
    toLine(key.id, NAME_CHARS_MAX),
    toLine(key.name, NAME_CHARS_MAX),
    key.scopes.join(','),
    key.state,
    formatTime(key.createdAt),
    key.expiresAt === undefined ? 'never' : formatTime(key.expiresAt),
    key.lastUsedAt === undefined ? 'never' : formatTime(key.lastUsedAt)
  ])
  const ofSettings = configured.map(({ id, scopes }) => [
    toLine(id, NAME_CHARS_MAX),
    'ONSET_API_KEYS',
    scopes.join(','),
    'active',
    '',
    'never',
    ''
  ])
  const head = ['ID', 'NAME', 'SCOPES', 'STATE', 'CREATED (UTC)', 'EXPIRES', 'LAST USED']
  return renderTable(head, [...rows, ...ofSettings])
}

export function renderAudit(events: readonly AuditEventJson[]): string {
  const head = ['AT (UTC)', 'WHO', 'FROM', 'ACTION', 'TARGET', 'RESULT', 'DETAILS']
  const rows = events.map(({ at, actor, address, action, target, result, details }) => [
    formatTime(at),
    toLine(actor.name === actor.id ? actor.id : `${actor.name} (${actor.id})`, NAME_CHARS_MAX + 20),
    toLine(address, TARGET_CHARS_MAX),
    action,
    toLine(target, TARGET_CHARS_MAX),
    result,
    toLine(
      Object.entries(details)
        .map(([name, value]) => `${name}=${value}`)
        .join(' '),
      80
    )
  ])
  return renderTable(head, rows)
}

// Checks as the nested columns that several tables have for them.

import type { Check } from '../../model/index.ts'
import type { RowToWrite } from './cells.ts'
import { readWord } from './cells.ts'

const STATUSES = ['passed', 'failed', 'skipped', 'error'] as const

export interface CheckColumns {
  readonly 'Checks.Name': readonly string[]
  readonly 'Checks.Status': readonly string[]
  readonly 'Checks.Message': readonly string[]
}

export function toCheckCells(checks: readonly Check[]): RowToWrite<CheckColumns> {
  return {
    'Checks.Name': checks.map((check) => check.name),
    'Checks.Status': checks.map((check) => check.status),
    'Checks.Message': checks.map((check) => check.message)
  }
}

export function fromCheckCells(row: CheckColumns): Check[] {
  return row['Checks.Name'].map((name, at) => ({
    name,
    status: readWord(STATUSES, row['Checks.Status'][at] ?? '', 'error'),
    message: row['Checks.Message'][at] ?? ''
  }))
}

export function countCheckChars(checks: readonly Check[]): number {
  return checks.reduce((chars, check) => chars + check.name.length + check.message.length, 0)
}

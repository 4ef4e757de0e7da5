// What the task asked for as parallel columns of agent_runs, and back.

import type { Requirement } from '../../model/index.ts'
import { REQUIREMENT_KINDS, REQUIREMENT_STATUSES } from '../../model/index.ts'
import type { RowToWrite } from './cells.ts'
import { countCell, readWord } from './cells.ts'

export interface RequirementColumns {
  readonly 'Requirements.Kind': readonly string[]
  readonly 'Requirements.Text': readonly string[]
  readonly 'Requirements.Status': readonly string[]
  readonly 'Requirements.StepIndexes': readonly (readonly number[])[]
}

export function toRequirementCells(
  requirements: readonly Requirement[]
): RowToWrite<RequirementColumns> {
  return {
    'Requirements.Kind': requirements.map(({ kind }) => kind),
    'Requirements.Text': requirements.map(({ text }) => text),
    'Requirements.Status': requirements.map(({ status }) => status),
    'Requirements.StepIndexes': requirements.map(({ stepIndexes }) => stepIndexes.map(countCell))
  }
}

/** A word that only a newer version knows is a constraint, and one that was seen. */
export function fromRequirementCells(row: RequirementColumns): Requirement[] {
  return row['Requirements.Text'].map((text, at) => ({
    kind: readWord(REQUIREMENT_KINDS, row['Requirements.Kind'][at] ?? '', 'constraint'),
    text,
    status: readWord(REQUIREMENT_STATUSES, row['Requirements.Status'][at] ?? '', 'seen'),
    stepIndexes: row['Requirements.StepIndexes'][at] ?? []
  }))
}

export function countRequirementChars(requirements: readonly Requirement[]): number {
  return requirements.reduce((chars, { text }) => chars + text.length, 0)
}

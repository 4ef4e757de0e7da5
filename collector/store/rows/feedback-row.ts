// A person's correction as a row of agent_feedback, and back.

import type { Feedback } from '../../model/index.ts'
import { ONSET_CATEGORIES, toRunId } from '../../model/index.ts'
import type { RowToWrite } from './cells.ts'
import { countCell, nanosCell, readNanos, readOptionalNumber, readWord, textCell } from './cells.ts'

export interface FeedbackRow {
  readonly RunId: string
  readonly CreatedAt: string
  readonly Author: string
  readonly IngestedAt: string
  readonly OnsetStepIndex: number | null
  readonly Category: string
  readonly Comment: string
}

export function toFeedbackRow(feedback: Feedback, ingestedAt: bigint): RowToWrite<FeedbackRow> {
  const { onsetStepIndex } = feedback
  return {
    RunId: feedback.runId,
    CreatedAt: nanosCell(feedback.createdAt),
    Author: feedback.author,
    IngestedAt: nanosCell(ingestedAt),
    OnsetStepIndex: onsetStepIndex === undefined ? null : countCell(onsetStepIndex),
    Category: textCell(feedback.category),
    Comment: feedback.comment
  }
}

export function fromFeedbackRow(row: FeedbackRow): Feedback {
  return {
    runId: toRunId(row.RunId),
    onsetStepIndex: readOptionalNumber(row.OnsetStepIndex),
    category: readWord(ONSET_CATEGORIES, row.Category, undefined),
    comment: row.Comment,
    author: row.Author,
    createdAt: readNanos(row.CreatedAt)
  }
}

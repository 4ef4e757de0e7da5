// A person's correction as a row of agent_feedback, and back.

import type { Feedback, JudgedLocalization } from '../../model/index.ts'
import { ONSET_CATEGORIES, toRunId, toStepId } from '../../model/index.ts'
import type { RowToWrite } from './cells.ts'
import { countCell, nanosCell, readNanos, readOptionalNumber, readWord, textCell } from './cells.ts'

export interface FeedbackRow {
  readonly RunId: string
  readonly CreatedAt: string
  readonly Author: string
  readonly IngestedAt: string
  readonly OnsetStepIndex: number | null
  readonly OnsetStepId: string
  readonly Category: string
  readonly Comment: string
  readonly LocalizerVersion: string
  readonly Revision: number
  readonly SuspectStepIndexes: readonly number[]
  readonly SuspectCategory: string
}

export function toFeedbackRow(feedback: Feedback, ingestedAt: bigint): RowToWrite<FeedbackRow> {
  const { onsetStepIndex, judged } = feedback
  return {
    RunId: feedback.runId,
    CreatedAt: nanosCell(feedback.createdAt),
    Author: feedback.author,
    IngestedAt: nanosCell(ingestedAt),
    OnsetStepIndex: onsetStepIndex === undefined ? null : countCell(onsetStepIndex),
    OnsetStepId: textCell(feedback.onsetStepId),
    Category: textCell(feedback.category),
    Comment: feedback.comment,
    LocalizerVersion: textCell(judged?.localizerVersion),
    Revision: countCell(judged?.revision),
    SuspectStepIndexes: (judged?.suspectStepIndexes ?? []).map(countCell),
    SuspectCategory: textCell(judged?.category)
  }
}

export function fromFeedbackRow(row: FeedbackRow): Feedback {
  return {
    runId: toRunId(row.RunId),
    onsetStepIndex: readOptionalNumber(row.OnsetStepIndex),
    ...(row.OnsetStepId === '' ? {} : { onsetStepId: toStepId(row.OnsetStepId) }),
    category: readWord(ONSET_CATEGORIES, row.Category, undefined),
    comment: row.Comment,
    author: row.Author,
    createdAt: readNanos(row.CreatedAt),
    ...(row.LocalizerVersion === '' ? {} : { judged: readJudged(row) })
  }
}

function readJudged(row: FeedbackRow): JudgedLocalization {
  return {
    localizerVersion: row.LocalizerVersion,
    revision: row.Revision,
    suspectStepIndexes: row.SuspectStepIndexes,
    category: readWord(ONSET_CATEGORIES, row.SuspectCategory, undefined)
  }
}

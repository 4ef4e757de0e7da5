// A person's correction as JSON. `null` means something here: no step of this run is to blame.

import { Type, type Static } from 'typebox'
import { ONSET_CATEGORIES, type Feedback } from '../model/index.ts'
import { optional, timeSchema, toTimeJson } from './values-json.ts'

/** A page of text; a longer explanation belongs where it is discussed. */
const COMMENT_CHARS_MAX = 4_000
const AUTHOR_CHARS_MAX = 200

const OnsetStepIndex = Type.Union([Type.Integer({ minimum: 1 }), Type.Null()], {
  description: 'The true onset, or null when no step of the run is to blame.'
})
const Category = Type.Enum(ONSET_CATEGORIES, { type: 'string' })

export const FeedbackRequest = Type.Object(
  {
    onsetStepIndex: OnsetStepIndex,
    category: Type.Optional(Category),
    comment: Type.Optional(Type.String({ maxLength: COMMENT_CHARS_MAX })),
    author: Type.Optional(Type.String({ maxLength: AUTHOR_CHARS_MAX })),
    revision: Type.Optional(
      Type.Integer({
        minimum: 1,
        description: 'Of the run as it was looked at; refused when there is a newer one.'
      })
    )
  },
  { additionalProperties: false }
)

export const FeedbackJson = Type.Object({
  runId: Type.String(),
  onsetStepIndex: OnsetStepIndex,
  onsetStepId: optional(
    Type.String({ description: 'That step, whatever its number; absent when nobody knew it.' })
  ),
  isGone: optional(
    Type.Boolean({ description: 'The run has no such step any more; the number is as given.' })
  ),
  category: optional(Category),
  comment: Type.String(),
  author: Type.String(),
  createdAt: timeSchema('When it was given.'),
  judged: optional(
    Type.Object(
      {
        localizerVersion: Type.String(),
        revision: Type.Integer({ minimum: 1 }),
        suspectStepIndexes: Type.Array(Type.Integer({ minimum: 1 }), {
          description: 'Best first; empty when no onset was named.'
        }),
        category: optional(Category)
      },
      { description: 'What Onset said then; absent when it had not analyzed the run to its end.' }
    )
  )
})

export function toFeedbackJson(feedback: Feedback): Static<typeof FeedbackJson> {
  return {
    runId: feedback.runId,
    onsetStepIndex: feedback.onsetStepIndex ?? null,
    onsetStepId: feedback.onsetStepId,
    isGone: feedback.isGone,
    category: feedback.category,
    comment: feedback.comment,
    author: feedback.author,
    createdAt: toTimeJson(feedback.createdAt),
    judged: feedback.judged && {
      localizerVersion: feedback.judged.localizerVersion,
      revision: feedback.judged.revision,
      suspectStepIndexes: [...feedback.judged.suspectStepIndexes],
      category: feedback.judged.category
    }
  }
}

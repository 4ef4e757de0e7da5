// What people said of a run's onset, the newest first.

import type { FeedbackJson } from '../api-client/index.ts'
import { toLine } from './printable.ts'

/** More of them are counted: who has to read all asks the API. */
const FEEDBACK_SHOWN_MAX = 10
const AUTHOR_CHARS_MAX = 40
/** `          ` before each line. */
const INDENT_CHARS = 10

export function renderFeedback(feedback: readonly FeedbackJson[], width: number): string[] {
  if (feedback.length === 0) return []
  const shown = feedback.slice(0, FEEDBACK_SHOWN_MAX).map(describe)
  const rest = feedback.length - shown.length
  const lines = rest === 0 ? shown : [...shown, `… and ${rest} older`]
  return [
    '',
    ...lines.map((line, index) => {
      const label = (index === 0 ? 'feedback' : '').padEnd(INDENT_CHARS)
      return `${label}${toLine(line, width - INDENT_CHARS)}`
    })
  ]
}

function describe(feedback: FeedbackJson): string {
  const { onsetStepIndex, isGone, category, comment, author, createdAt } = feedback
  const who = author === '' ? 'a person' : toLine(author, AUTHOR_CHARS_MAX)
  const gone = isGone === true ? ', which is no longer in the run' : ''
  const blamed = onsetStepIndex === null ? 'no step is to blame' : `step ${onsetStepIndex}${gone}`
  const said = [blamed, category].filter((part) => part !== undefined).join(', ')
  const when = createdAt.slice(0, 16).replace('T', ' ')
  return `${who}: ${said} (${when} UTC)${comment === '' ? '' : ` "${comment}"`}`
}

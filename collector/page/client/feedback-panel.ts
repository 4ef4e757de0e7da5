// What people say of the onset: it measures the localizer, and is the next labelled set.

import { h, type ComponentChildren } from 'preact'
import { formatName, formatTime, joinParts } from './format.ts'
import { StepLink, type ShowStep } from './step-link.ts'
import type { RunFeedback } from './use-feedback.ts'

interface FeedbackPanelProps {
  readonly feedback: RunFeedback
  /** The first suspect. */
  readonly suspected: number | undefined
  readonly show: ShowStep
}

export function FeedbackPanel({
  feedback,
  suspected,
  show
}: FeedbackPanelProps): ComponentChildren {
  const { given, comment, setComment, failure, say } = feedback
  const choice = (label: string, onsetStepIndex: number | null): ComponentChildren =>
    h('button', { key: label, type: 'button', onClick: () => void say(onsetStepIndex) }, label)
  return h(
    'section',
    { class: 'feedback', 'aria-label': 'Feedback' },
    suspected === undefined
      ? undefined
      : [h('span', null, 'Is it right? '), choice(`Yes, step ${suspected}`, suspected)],
    choice('No step is to blame', null),
    h('span', { class: 'quiet' }, 'Another step? Open it and say so.'),
    h('input', {
      value: comment,
      placeholder: 'why (optional)',
      'aria-label': 'Comment',
      maxLength: 4_000,
      onInput: (event) => setComment(event.currentTarget.value)
    }),
    failure === '' ? undefined : h('p', { class: 'failed', role: 'alert' }, failure),
    given.map((item, position) =>
      h(Given, { key: `${item.createdAt} ${item.author}`, item, isNewest: position === 0, show })
    )
  )
}

interface GivenProps {
  readonly item: RunFeedback['given'][number]
  readonly isNewest: boolean
  readonly show: ShowStep
}

function Given({ item, isNewest, show }: GivenProps): ComponentChildren {
  return h(
    'p',
    { class: isNewest ? '' : 'quiet' },
    `${item.author === '' ? 'Somebody' : item.author} said${isNewest ? '' : ' before'}: `,
    item.onsetStepIndex === null
      ? 'no step is to blame'
      : h(StepLink, { stepIndex: item.onsetStepIndex, show }),
    h(
      'span',
      { class: 'text' },
      ` · ${joinParts([
        item.category === undefined ? undefined : formatName(item.category),
        item.comment,
        formatTime(item.createdAt)
      ])}`
    )
  )
}

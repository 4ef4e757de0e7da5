// What people say of the onset: it measures the localizer, and is the next labelled set.

import { h, type ComponentChildren } from 'preact'
import { useState } from 'preact/hooks'
import type { FeedbackListWire } from '../../api/index.ts'
import { giveFeedback, readFeedback } from './api.ts'
import { formatName, formatTime, joinParts } from './format.ts'
import { StepLink, type ShowStep } from './onset-card.ts'
import { useRefreshed } from './use-refreshed.ts'

interface FeedbackPanelProps {
  readonly runId: string
  readonly revision: number
  /** The first suspect. */
  readonly suspected: number | undefined
  /** The step that is open. */
  readonly chosen: number | undefined
  readonly show: ShowStep
}

export function FeedbackPanel(props: FeedbackPanelProps): ComponentChildren {
  const { runId, revision, suspected, chosen, show } = props
  const { value, refresh } = useRefreshed<FeedbackListWire>({
    load: () => readFeedback(runId),
    of: [runId, revision],
    intervalMs: () => undefined
  })
  const [comment, setComment] = useState('')
  const [failure, setFailure] = useState('')
  const say = async (onsetStepIndex: number | null): Promise<void> => {
    try {
      const said = comment.trim()
      await giveFeedback(runId, {
        onsetStepIndex,
        revision,
        ...(said === '' ? {} : { comment: said })
      })
      setComment('')
      setFailure('')
      refresh()
    } catch (error) {
      setFailure(error instanceof Error ? error.message : String(error))
    }
  }
  const choice = (label: string, onsetStepIndex: number | null): ComponentChildren =>
    h('button', { key: label, type: 'button', onClick: () => void say(onsetStepIndex) }, label)
  return h(
    'section',
    { class: 'feedback', 'aria-label': 'Feedback' },
    h('span', null, 'Do you know better? '),
    suspected === undefined ? undefined : choice(`Step ${suspected} is right`, suspected),
    chosen === undefined || chosen === suspected
      ? undefined
      : choice(`It was step ${chosen}`, chosen),
    choice('No step is to blame', null),
    h('input', {
      value: comment,
      placeholder: 'why (optional)',
      'aria-label': 'Comment',
      maxLength: 4_000,
      onInput: (event) => setComment(event.currentTarget.value)
    }),
    failure === '' ? undefined : h('p', { class: 'failed', role: 'alert' }, failure),
    (value?.items ?? []).map((item) =>
      h(Given, { key: `${item.createdAt} ${item.author}`, item, show })
    )
  )
}

interface GivenProps {
  readonly item: FeedbackListWire['items'][number]
  readonly show: ShowStep
}

function Given({ item, show }: GivenProps): ComponentChildren {
  return h(
    'p',
    { class: 'quiet' },
    item.onsetStepIndex === null
      ? 'no step is to blame'
      : h(StepLink, { stepIndex: item.onsetStepIndex, show }),
    h(
      'span',
      { class: 'text' },
      ` ${joinParts([
        item.category === undefined ? undefined : formatName(item.category),
        item.comment,
        item.author,
        formatTime(item.createdAt)
      ])}`
    )
  )
}

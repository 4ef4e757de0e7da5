// What people said of a run, and saying something. One for the whole page of a run: the panel under the onset
// and each open step say the same thing.

import { useState } from 'preact/hooks'
import type { FeedbackListWire } from '../../api/index.ts'
import { giveFeedback, readFeedback } from './api.ts'
import { useRefreshed } from './use-refreshed.ts'

export interface RunFeedback {
  /** Newest first: the newest counts. */
  readonly given: FeedbackListWire['items']
  readonly comment: string
  readonly setComment: (comment: string) => void
  /** Why the last word was not taken, or empty. */
  readonly failure: string
  /** Null: no step of the run is to blame. */
  readonly say: (onsetStepIndex: number | null) => Promise<void>
}

export function useFeedback(runId: string, revision: number): RunFeedback {
  const { value, refresh } = useRefreshed<FeedbackListWire>({
    load: () => readFeedback(runId),
    of: [runId, revision],
    intervalMs: () => undefined
  })
  const [comment, setComment] = useState('')
  const [failure, setFailure] = useState('')
  const say = async (onsetStepIndex: number | null): Promise<void> => {
    const said = comment.trim()
    try {
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
  const given = (value?.items ?? []).toSorted((a, b) => b.createdAt.localeCompare(a.createdAt))
  return { given, comment, setComment, failure, say }
}

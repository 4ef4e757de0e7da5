// What people say about a verdict takes it back: who was told of a step that is not to blame hears so. Only
// the newest word counts, and only which step it names; a person who agrees changes nothing.

import type { AlertDelivery, Feedback } from '@onset/collector/model'

import { decodePayload } from './alert-payload.ts'
import { resolveDelivery } from './next-deliveries.ts'

/** `feedback` is newest first. */
export function isDisputed(feedback: readonly Feedback[], stepIndex: number): boolean {
  const [newest] = feedback
  return newest !== undefined && newest.onsetStepIndex !== stepIndex
}

/** Of one run: the deliveries that change. */
export function takeBackDisputed(
  existing: readonly AlertDelivery[],
  feedback: readonly Feedback[],
  now: number
): readonly AlertDelivery[] {
  return existing.flatMap((delivery) => {
    const payload = decodePayload(delivery.payload)
    if (delivery.event !== 'firing' || payload?.kind !== 'onset') return []
    if (!isDisputed(feedback, payload.stepIndex)) return []
    return [resolveDelivery(delivery, 'corrected', now)]
  })
}

// Metrics of ingest as a sender sees it: the time until a request is acknowledged, and how many spans were stored
// incomplete. Measured around the rooms that do the work. One observation a request, never one a span.

import type { Meter } from '@opentelemetry/api'
import type { IngestBatch, IngestWriter } from './model/index.ts'
import type { Receiver } from './receiver/index.ts'

/** From a small batch on an idle machine to the patience of an exporter, which is 10 s. */
const SECONDS_BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]
const MILLIS_PER_SECOND = 1_000

/** The same receiver, its acknowledgements timed. What fails is counted by its error, not here. */
export function timeAcknowledgements(receiver: Receiver, meter: Meter): Receiver {
  const seconds = meter.createHistogram('onset_receiver_acknowledgement_seconds', {
    description: 'Time from the last byte of a request until all of it is durable, by signal.',
    unit: 's',
    advice: { explicitBucketBoundaries: SECONDS_BUCKETS }
  })
  return {
    ...receiver,
    receive: async (signal, body, encoding) => {
      const startedAt = performance.now()
      const outcome = await receiver.receive(signal, body, encoding)
      seconds.record((performance.now() - startedAt) / MILLIS_PER_SECOND, { signal })
      return outcome
    }
  }
}

type Missing = 'attributes' | 'events' | 'links' | 'text'

/** The same writer, what its spans lack counted. */
export function countIncomplete(store: IngestWriter, meter: Meter): IngestWriter {
  const incomplete = meter.createCounter('onset_pipeline_incomplete_spans', {
    description:
      'Spans stored without a part of them, by what is missing: attributes, events or links that the SDK or a limit here dropped, or text that was cut.'
  })
  return {
    write: (batch) => tellWhen(store.write(batch), countMissing(batch), incomplete)
  }
}

/** Does not hold the batch, which would otherwise stay in memory until it is durable. */
async function tellWhen(
  written: Promise<void>,
  counts: ReadonlyMap<Missing, number>,
  incomplete: ReturnType<Meter['createCounter']>
): Promise<void> {
  await written
  for (const [missing, count] of counts) incomplete.add(count, { missing })
}

function countMissing({ spans, steps }: IngestBatch): ReadonlyMap<Missing, number> {
  const counts = new Map<Missing, number>()
  const count = (missing: Missing): void => {
    counts.set(missing, (counts.get(missing) ?? 0) + 1)
  }
  for (const span of spans) {
    if (span.droppedAttributesCount > 0) count('attributes')
    if (span.droppedEventsCount > 0) count('events')
    if (span.droppedLinksCount > 0) count('links')
  }
  for (const step of steps) if (step.truncated) count('text')
  return counts
}

// Makes steps of log records, for producers that report their agent's actions as events. The steps are durable
// before the records are acknowledged; a batch that comes again gives the same steps.

import type { Meter } from '@opentelemetry/api'
import type { Logger } from 'pino'
import type {
  ClassifiedStep,
  DecodedLogRecord,
  IngestWriter,
  LogListener,
  RunListener
} from './model/index.ts'
import { normalizeLogs, type Prices } from './normalizer/index.ts'
import { classify, type Defect } from './pipeline.ts'

export interface LogStepsOptions {
  readonly store: IngestWriter
  readonly listener?: RunListener
  readonly prices?: Prices
  readonly meter: Meter
  readonly logger: Logger
}

/** Of a batch with a defect the first few name it well enough. */
const DEFECTS_LOGGED_MAX = 3

export function createLogSteps(options: LogStepsOptions): LogListener {
  const { store, listener, prices, meter, logger } = options
  const written = meter.createCounter('onset_pipeline_log_steps', {
    description: 'Steps made of log records.'
  })
  const failed = meter.createCounter('onset_pipeline_log_step_defects', {
    description: 'Log records that a room failed on; stored, without their step or what it does.'
  })
  const unreadTotal = meter.createCounter('onset_pipeline_log_events_unread', {
    description: 'Events of a known producer that its dialect does not know, by dialect.'
  })
  return {
    logsAccepted: async (records: readonly DecodedLogRecord[]): Promise<void> => {
      const defects: Defect[] = []
      const { steps, unread } = readLogSteps(records, prices, defects)
      for (const [dialect, events] of unread) unreadTotal.add(events, { dialect })
      if (defects.length > 0) {
        failed.add(defects.length)
        const fields = { defects: defects.slice(0, DEFECTS_LOGGED_MAX), count: defects.length }
        logger.error(fields, 'log records without their step because of a defect')
      }
      if (steps.length === 0) return
      await store.write({ spans: [], steps })
      written.add(steps.length)
      listener?.stepsWritten(steps)
    }
  }
}

/** What re-normalization makes of stored records, which were sanitized when they came. */
export function toLogSteps(
  records: readonly DecodedLogRecord[],
  prices: Prices | undefined,
  defects: Defect[]
): readonly ClassifiedStep[] {
  return readLogSteps(records, prices, defects).steps
}

function readLogSteps(
  records: readonly DecodedLogRecord[],
  prices: Prices | undefined,
  defects: Defect[]
) {
  const { steps, fallbacks, unread } = normalizeLogs(records)
  for (const { event, reason } of fallbacks) {
    defects.push({ room: 'normalizer', reason: `${event}: ${reason}` })
  }
  const classified = steps
    .map((step) => prices?.price(step) ?? step)
    .map((step) => classify(step, defects))
  return { steps: classified, unread }
}

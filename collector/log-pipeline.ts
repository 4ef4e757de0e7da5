// What happens to log records before they are acknowledged: sanitize, write, tell whoever makes something of
// them. A record that cannot be searched for secrets is stored without its content and never costs the batch.

import type { Meter } from '@opentelemetry/api'
import type { Logger } from 'pino'
import type { Attributes, DecodedLogRecord, LogListener, LogWriter } from './model/index.ts'
import { sanitizeLogRecords } from './normalizer/index.ts'

export interface LogPipelineOptions {
  readonly store: LogWriter
  /** Told in order; whatever they make of the records is durable before these are acknowledged. */
  readonly listeners?: readonly LogListener[]
  readonly meter: Meter
  readonly logger: Logger
}

/** Resolves when the records are durable; rejects with what the store or the listener rejects with. */
export type AcceptLogs = (records: readonly DecodedLogRecord[]) => Promise<void>

export function createLogPipeline({
  store,
  listeners = [],
  meter,
  logger
}: LogPipelineOptions): AcceptLogs {
  const stored = meter.createCounter('onset_pipeline_log_records', {
    description: 'Log records stored and acknowledged.'
  })
  const defects = meter.createCounter('onset_pipeline_log_defects', {
    description: 'Log records that the sanitizer failed on; stored without their content.'
  })
  return async (records) => {
    if (records.length === 0) return
    const reasons: string[] = []
    const sanitized = sanitize(records, reasons)
    if (reasons.length > 0) {
      defects.add(reasons.length)
      const fields = { count: reasons.length, reason: reasons[0] }
      logger.error(fields, 'log records stored in part because of a defect')
    }
    await store.writeLogs(sanitized)
    // After the write: what is made of a record may point at it. A repeated batch comes through here again.
    for (const listener of listeners) await listener.logsAccepted(sanitized)
    stored.add(sanitized.length)
  }
}

function sanitize(
  records: readonly DecodedLogRecord[],
  reasons: string[]
): readonly DecodedLogRecord[] {
  try {
    return sanitizeLogRecords(records)
  } catch {
    return records.flatMap((record) => sanitizeAlone(record, reasons))
  }
}

function sanitizeAlone(record: DecodedLogRecord, reasons: string[]): readonly DecodedLogRecord[] {
  try {
    return sanitizeLogRecords([record])
  } catch (error) {
    reasons.push(String(error))
    return [withoutContent(record)]
  }
}

/** That something happened, when, in which trace and how severe. */
function withoutContent(record: DecodedLogRecord): DecodedLogRecord {
  const attributes: Attributes = Object.create(null)
  return {
    ...record,
    severityText: '',
    eventName: '',
    body: undefined,
    attributes,
    droppedAttributesCount: record.droppedAttributesCount + Object.keys(record.attributes).length,
    resource: { ...record.resource, attributes },
    scope: { ...record.scope, attributes }
  }
}

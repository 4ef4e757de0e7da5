// Sends what a spool file holds and says whether it may be deleted. Too large a request goes again in
// halves; what the destination refuses for good is given up and counted.

import { toRequest, type SpanRecord } from './otlp-json.ts'
import type { SpoolContent } from './read-spool.ts'
import { sendRequest, type SendOptions, type SendResult } from './send-request.ts'

export interface SendRecordsOptions extends SendOptions {
  readonly onDropped: (spans: number, why: string) => void
}

/** How it ended: `done` when nothing of it is left to send, else when and why to come back. */
export type Sent =
  | { readonly kind: 'done' }
  | Extract<SendResult, { kind: 'later' | 'misconfigured' }>

export async function sendRecords(
  { resource, records }: SpoolContent,
  options: SendRecordsOptions
): Promise<Sent> {
  if (records.length === 0) return { kind: 'done' }
  const result = await sendRequest(toRequest(resource, records), options)
  switch (result.kind) {
    case 'accepted':
      if (result.partial !== undefined) {
        const { rejectedSpans, message } = result.partial
        options.onDropped(rejectedSpans, `the destination rejected some of them: ${message}`)
      }
      return { kind: 'done' }
    case 'refused':
      options.onDropped(records.length, `the destination answered ${result.status}`)
      return { kind: 'done' }
    case 'too_large':
      return sendHalves({ resource, records }, options)
    case 'misconfigured':
    case 'later':
      break
  }
  return result
}

async function sendHalves(
  { resource, records }: SpoolContent,
  options: SendRecordsOptions
): Promise<Sent> {
  if (records.length === 1) {
    options.onDropped(1, describeTooLarge(records[0]))
    return { kind: 'done' }
  }
  const middle = Math.ceil(records.length / 2)
  const first = await sendRecords({ resource, records: records.slice(0, middle) }, options)
  if (first.kind !== 'done') return first
  return sendRecords({ resource, records: records.slice(middle) }, options)
}

function describeTooLarge(record: SpanRecord | undefined): string {
  return `the destination takes no request as large as the span ${record?.span.name ?? ''}`
}

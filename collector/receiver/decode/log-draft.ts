// A log record while it is being read, from either encoding, and what becomes of it: what is wrong but does
// not change what it says is repaired and warned of, only a time that cannot be is refused.
// https://opentelemetry.io/docs/specs/otel/logs/data-model/

import {
  cutText,
  type DecodedLogRecord,
  fromUnixMillis,
  SEVERITY_NUMBER_MAX,
  toSpanId,
  toTraceId,
  toUnixNano,
  type UnixNano
} from '../../model/index.ts'
import { EVENT_NAME_CHARS_MAX, TIME_NANO_MIN } from '../limits.ts'
import { AttributeBag, type DraftValue } from './attribute-bag.ts'
import type { ItemOwner } from './owner-drafts.ts'
import { describeTimeOffence } from './find-offence.ts'
import { LOG_RECORDS } from './rejection.ts'
import type { RequestBudget } from './request-budget.ts'
import { RequestIntake } from './request-intake.ts'
import { isId, SPAN_ID_DIGITS, TRACE_ID_DIGITS } from './span-draft.ts'

export class LogDraft {
  readonly budget: RequestBudget
  readonly attributes: AttributeBag
  time = 0n
  observedTime = 0n
  traceId = ''
  spanId = ''
  flags = 0
  severityNumber = 0
  severityText = ''
  eventName = ''
  body: DraftValue
  droppedAttributesCount = 0

  constructor(budget: RequestBudget) {
    this.budget = budget
    this.attributes = new AttributeBag(budget)
  }
}

export type LogIntake = RequestIntake<DecodedLogRecord>

export function openLogIntake(now: number): LogIntake {
  return new RequestIntake<DecodedLogRecord>(LOG_RECORDS, now)
}

export function addLogRecord(intake: LogIntake, draft: LogDraft, owner: ItemOwner): void {
  const { latestTime, now } = intake
  const offence =
    intake.findCostOffence(owner) ??
    (draft.time === 0n ? undefined : describeTimeOffence('time_unix_nano', draft.time, latestTime))
  if (offence === undefined) {
    const receivedAt = fromUnixMillis(now)
    intake.keep(toLogRecord(draft, owner, { receivedAt, latestTime }), draft.spanId)
  } else {
    intake.reject(draft, offence)
  }
}

interface Clock {
  readonly receivedAt: UnixNano
  readonly latestTime: bigint
}

function toLogRecord(draft: LogDraft, owner: ItemOwner, clock: Clock): DecodedLogRecord {
  const { attributes } = draft
  const observedTime = repairObservedTime(draft, clock)
  const traceId = draft.traceId
  const isTraced = hasTraceContext(draft)
  return {
    time: repairTime(draft, observedTime),
    observedTime,
    traceId: isTraced ? toTraceId(traceId) : undefined,
    spanId: isTraced && draft.spanId !== '' ? toSpanId(draft.spanId) : undefined,
    flags: draft.flags,
    severityNumber: repairSeverity(draft),
    severityText: draft.severityText,
    eventName: repairEventName(draft),
    body: draft.body,
    attributes: attributes.finish(),
    droppedAttributesCount: draft.droppedAttributesCount + attributes.droppedCount,
    resource: owner.resource,
    scope: owner.scope
  }
}

function repairTime(draft: LogDraft, observedTime: UnixNano): UnixNano {
  if (draft.time !== 0n) return toUnixNano(draft.time)
  draft.budget.warn('time_unknown')
  return observedTime
}

/** Deterministic where the sender said any time at all, so that the same bytes are the same record. */
function repairObservedTime(draft: LogDraft, { receivedAt, latestTime }: Clock): UnixNano {
  const { time, observedTime } = draft
  if (observedTime >= TIME_NANO_MIN && observedTime <= latestTime) return toUnixNano(observedTime)
  if (observedTime !== 0n) draft.budget.warn('observed_time_invalid')
  return time === 0n ? receivedAt : toUnixNano(time)
}

/**
 * Ids of another length or of zeros are to be read as none.
 * https://github.com/open-telemetry/opentelemetry-proto/blob/main/opentelemetry/proto/logs/v1/logs.proto
 */
function hasTraceContext(draft: LogDraft): boolean {
  const { traceId, spanId, budget } = draft
  const isTraceId = isId(traceId, TRACE_ID_DIGITS)
  if (isNoId(spanId)) draft.spanId = ''
  const isSpanId = draft.spanId === '' || (isTraceId && isId(spanId, SPAN_ID_DIGITS))
  if (!isSpanId) draft.spanId = ''
  if ((!isTraceId && !isNoId(traceId)) || !isSpanId) budget.warn('trace_context_invalid')
  return isTraceId
}

/** Some SDKs write zeros for "none". */
function isNoId(id: string): boolean {
  return ZEROS.test(id)
}

const ZEROS = /^0*$/

function repairSeverity(draft: LogDraft): number {
  if (draft.severityNumber >= 0 && draft.severityNumber <= SEVERITY_NUMBER_MAX) {
    return draft.severityNumber
  }
  draft.budget.warn('severity_invalid')
  return 0
}

function repairEventName(draft: LogDraft): string {
  if (draft.eventName.length <= EVENT_NAME_CHARS_MAX) return draft.eventName
  draft.budget.warn('event_name_truncated')
  return cutText(draft.eventName, EVENT_NAME_CHARS_MAX)
}

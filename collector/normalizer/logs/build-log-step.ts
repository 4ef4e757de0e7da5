// From what a log dialect read to a step: the record is looked at as the span it would have been, so that
// outcome, session, checks and bounds are read by the rules that hold for spans.

import type {
  Attributes,
  DecodedLogRecord,
  DecodedSpan,
  Step,
  UnixNano
} from '../../model/index.ts'
import { toStepId, toTraceId, toUnixNano } from '../../model/index.ts'
import { buildStep } from '../build-step.ts'
import { toText } from '../json-text.ts'
import { firstText, integerOf } from '../values.ts'
import type { LogEvent, LogFacts, LogPlace } from './log-dialect.ts'
import { promptRunId, sessionTraceId, stepHash } from './log-ids.ts'

const NANOS_PER_MS = 1e6

/** No action takes longer; a duration beyond it is in another unit. */
const DURATION_MS_MAX = 7 * 24 * 3_600_000

export function buildLogStep(event: LogEvent, dialect: string, facts: LogFacts): Step | undefined {
  const { record } = event
  const run = runOf(record, facts.place)
  if (run === undefined) return undefined
  const key = facts.key ?? contentKey(record)
  const { stepId, spanId } = stepHash([run.runId, dialect.split('@')[0] ?? '', event.name, key])
  const endTime = sequencedTime(record)
  const span = asSpan(record, { name: event.name, startTime: startOf(endTime, facts), endTime })
  // Where a run is no trace, the span around may be of another run.
  const parentSpanId = facts.place.byTrace ? span.parentSpanId : undefined
  const step = buildStep({ ...span, traceId: run.traceId, parentSpanId }, dialect, {
    ...facts,
    sessionId: facts.sessionId ?? facts.place.session
  })
  const outcome = facts.outcome === undefined ? {} : { outcome: facts.outcome }
  return { ...step, ...outcome, runId: run.runId, stepId: toStepId(stepId), spanId }
}

type RunOf = Pick<Step, 'runId' | 'traceId'>

function runOf({ traceId }: DecodedLogRecord, place: LogPlace): RunOf | undefined {
  if (place.byTrace && traceId !== undefined) {
    return { runId: asRunId(traceId), traceId }
  }
  if (place.run === undefined) return undefined
  const session = place.session ?? place.run
  return {
    runId: promptRunId(session, place.run),
    traceId: traceId ?? sessionTraceId(session)
  }
}

function asRunId(traceId: string): Step['runId'] {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a run that is a trace has its id
  return traceId as Step['runId']
}

/**
 * Events of one millisecond in the order in which the producer counted them: their clocks know no nanoseconds, so
 * the count stands in their place.
 */
function sequencedTime({ time, attributes }: DecodedLogRecord): UnixNano {
  const sequence = integerOf(firstText(attributes, SEQUENCE_KEYS))
  const isKnown = sequence !== undefined && sequence > 0 && sequence < NANOS_PER_MS
  return isKnown && time % BigInt(NANOS_PER_MS) === 0n ? toUnixNano(time + BigInt(sequence)) : time
}

const SEQUENCE_KEYS = ['event.sequence', 'event_sequence']

function startOf(end: UnixNano, { durationMs = 0 }: LogFacts): UnixNano {
  const isDuration = durationMs > 0 && durationMs <= DURATION_MS_MAX
  const start = end - BigInt(Math.round(isDuration ? durationMs * NANOS_PER_MS : 0))
  return toUnixNano(start > 0n ? start : end)
}

/** A record as a span without children; `attributes` where its body is what a span has as attributes. */
export function asSpan(
  record: DecodedLogRecord,
  given: Partial<DecodedSpan> & { readonly name: string }
): DecodedSpan {
  return {
    traceId: record.traceId ?? NO_TRACE,
    spanId: NO_SPAN,
    parentSpanId: record.spanId,
    traceState: '',
    flags: record.flags,
    kind: 'internal',
    startTime: record.time,
    endTime: record.time,
    attributes: record.attributes,
    droppedAttributesCount: record.droppedAttributesCount,
    events: [],
    droppedEventsCount: 0,
    links: [],
    droppedLinksCount: 0,
    statusCode: 'unset',
    statusMessage: '',
    resource: record.resource,
    scope: record.scope,
    ...given
  }
}

const NO_TRACE = toTraceId('')
const NO_SPAN = stepHash([]).spanId

/** Tells apart the events of one name that have neither an id nor a number: their time and all that they say. */
function contentKey(record: DecodedLogRecord): string {
  const sequence = firstText(record.attributes, SEQUENCE_KEYS)
  if (sequence !== undefined) return `#${sequence}`
  return `${record.time} ${toText(record.body)} ${sortedText(record.attributes)}`
}

function sortedText(attributes: Attributes): string {
  const keys = Object.keys(attributes).toSorted()
  return keys.map((key) => `${key}=${toText(attributes[key])}`).join('\n')
}

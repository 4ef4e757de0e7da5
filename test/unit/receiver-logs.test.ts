// Decoding log records: each claim in both encodings.

import { isDeepStrictEqual } from 'node:util'
import * as fc from 'fast-check'
import t from 'tap'
import type { DecodedLogRecord } from '../../collector/model/index.ts'
import { fromUnixMillis } from '../../collector/model/index.ts'
import {
  type DecodedItems,
  decodeLogsRequest,
  ITEMS_PER_REQUEST_MAX
} from '../../collector/receiver/index.ts'
import { BUILT_START } from '../support/builders.ts'
import { BUILT_NOW } from '../support/decode.ts'
import { type Encoding, encodeTraceRequest } from '../support/otlp-request.ts'
import { encodeLogsRequest, type LogLiteral, wrapItems } from '../support/otlp-telemetry.ts'
import { fixed64Field, lenField, varintField } from '../support/protobuf-writer.ts'
import { logLiterals } from '../support/telemetry-arbitraries.ts'

function decode(body: Uint8Array, encoding: Encoding): DecodedItems<DecodedLogRecord> {
  return decodeLogsRequest(body, encoding, { now: BUILT_NOW })
}

/** @throws Error when the encodings differ */
function decodeBoth(logs: readonly LogLiteral[]): DecodedItems<DecodedLogRecord> {
  const fromProtobuf = decode(encodeLogsRequest(logs, 'protobuf'), 'protobuf')
  const fromJson = decode(encodeLogsRequest(logs, 'json'), 'json')
  if (!isDeepStrictEqual(fromProtobuf, fromJson)) {
    throw new Error('protobuf and JSON differ', { cause: { fromProtobuf, fromJson } })
  }
  return fromProtobuf
}

t.test('any record is read as it was written, whichever the encoding', async () => {
  fc.assert(
    fc.property(logLiterals, (logs) => {
      const { items, rejected } = decodeBoth(logs)
      return rejected.length === 0 && isDeepStrictEqual(items.map(headOf), logs.map(headOfLiteral))
    })
  )
})

/** All but the values, which are read as those of spans are. */
function headOf(record: DecodedLogRecord): object {
  const { time, observedTime, severityNumber, severityText, eventName, flags } = record
  const { traceId = '', spanId = '' } = record
  return { time, observedTime, severityNumber, severityText, eventName, flags, traceId, spanId }
}

function headOfLiteral(log: LogLiteral): object {
  const { time, observedTime, severityNumber, flags, traceId, spanId } = log
  const severityText = log.severityText?.toWellFormed()
  const eventName = log.eventName?.toWellFormed()
  return { time, observedTime, severityNumber, severityText, eventName, flags, traceId, spanId }
}

t.test('a structured body keeps its structure', async (t) => {
  const body = { role: 'user', parts: [{ type: 'text', n: 1 }, 2n ** 60n, new Uint8Array([1, 2])] }
  const [record] = decodeBoth([{ body }]).items
  t.strictSame(
    JSON.parse(JSON.stringify(record?.body, jsonable)),
    JSON.parse(JSON.stringify(body, jsonable))
  )
  t.equal(decodeBoth([{}]).items[0]?.body, undefined)
  t.equal(decodeBoth([{ body: '' }]).items[0]?.body, '')
})

function jsonable(_: string, value: unknown): unknown {
  return typeof value === 'bigint' ? `${value}n` : value
}

t.test('a record without a time has that of its observation, or of its arrival', async (t) => {
  const observedTime = BUILT_START - 5n
  const observed = decodeBoth([{ time: 0n, observedTime }])
  t.match(observed.items, [{ time: observedTime, observedTime }])
  t.match(observed.warnings, [/^No time, set to when the record was observed: 1 log record/])
  const now = fromUnixMillis(BUILT_NOW)
  t.match(decodeBoth([{ time: 0n }]).items, [{ time: now, observedTime: now }])
  t.match(decodeBoth([{}]).items, [{ time: BUILT_START, observedTime: BUILT_START }])
})

t.test('an implausible time is rejected with its unit, an observed one repaired', async (t) => {
  const { rejected, items, warnings } = decodeBoth([
    { time: BUILT_START / 1_000_000n },
    { time: BUILT_START + 2n * 86_400_000_000_000n },
    { observedTime: 5n }
  ])
  t.match(rejected, [
    { index: 0, reason: 'time_too_early', message: /milliseconds/ },
    { index: 1, reason: 'time_in_future' }
  ])
  t.match(items, [{ observedTime: BUILT_START }])
  t.match(warnings, [/observed time/])
})

t.test('ids that are none are left out', async (t) => {
  const traceId = 'ab'.repeat(16)
  const cases: readonly (readonly [LogLiteral, string | undefined, string | undefined])[] = [
    [{ traceId: 'abcd' }, undefined, undefined],
    [{ traceId: '00'.repeat(16), spanId: '00'.repeat(8) }, undefined, undefined],
    [{ spanId: 'cd'.repeat(8) }, undefined, undefined],
    [{ traceId, spanId: 'cd' }, traceId, undefined],
    [{ traceId, spanId: 'cd'.repeat(8) }, traceId, 'cd'.repeat(8)]
  ]
  for (const [log, trace, span] of cases) {
    const [record] = decodeBoth([log]).items
    t.equal(record?.traceId, trace)
    t.equal(record?.spanId, span)
  }
  t.same(decodeBoth([{ traceId: '00'.repeat(16) }]).warnings, [])
  t.match(decodeBoth([{ traceId: 'abcd' }]).warnings, [/Trace or span id that is none/])
})

t.test('severities beyond the last are left out, long event names cut', async (t) => {
  const { items, warnings } = decodeBoth([{ severityNumber: 99, eventName: 'e'.repeat(2_000) }])
  t.match(items, [{ severityNumber: 0 }])
  t.equal(items[0]?.eventName.length, 1_024)
  t.equal(warnings.length, 2)
})

t.test('more records than a request may have are counted and rejected', async (t) => {
  const record = fixed64Field(1, BUILT_START)
  const body = wrapItems(Array.from({ length: ITEMS_PER_REQUEST_MAX + 3 }, () => record))
  const { items, rejectedCounts, itemCount } = decode(body, 'protobuf')
  t.equal(items.length, ITEMS_PER_REQUEST_MAX)
  t.equal(rejectedCounts.get('too_many_log_records'), 3)
  t.equal(itemCount, ITEMS_PER_REQUEST_MAX + 3)
})

t.test('a request of another signal is called by its name', async (t) => {
  const message = /this is an OTLP traces request, sent to the path of logs.*at \/v1\/traces/
  for (const encoding of ['protobuf', 'json'] as const) {
    t.throws(() => decode(encodeTraceRequest([{}], encoding), encoding), { message })
  }
  const sum = lenField(7, lenField(1, fixed64Field(3, BUILT_START)), varintField(2, 2))
  const metrics = wrapItems([Buffer.concat([lenField(1, 'requests'), sum])])
  t.throws(() => decode(metrics, 'protobuf'), { message: /OTLP metrics request/ })
})

t.test('a sparse record is not taken for another signal', async (t) => {
  const spanId = lenField(10, Buffer.alloc(8, 1))
  const records = [[], [lenField(5, lenField(1, 'only a body'))], [lenField(5), spanId]]
  for (const fields of records) {
    t.equal(decode(wrapItems([Buffer.concat(fields)]), 'protobuf').items.length, 1)
  }
})

t.test('a malformed request names the field', async (t) => {
  const cut = encodeLogsRequest([{ body: 'text' }], 'protobuf').subarray(0, -20)
  t.throws(() => decode(cut, 'protobuf'), { message: /resource_logs/ })
  const json = Buffer.from(
    '{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"timeUnixNano":"x"}]}]}]}'
  )
  t.throws(() => decode(json, 'json'), {
    code: 'MALFORMED_REQUEST',
    message: /resourceLogs\[0\]\.scopeLogs\[0\]\.logRecords\[0\]\.timeUnixNano is "x"/
  })
})

t.test('names of severities are understood, unknown fields ignored', async (t) => {
  const record = {
    severityNumber: 'SEVERITY_NUMBER_WARN2',
    timeUnixNano: String(BUILT_START),
    new: 1
  }
  const body = { resourceLogs: [{ scopeLogs: [{ logRecords: [record] }] }] }
  t.match(decode(Buffer.from(JSON.stringify(body)), 'json').items, [{ severityNumber: 14 }])
})

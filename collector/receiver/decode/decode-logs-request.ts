// ExportLogsServiceRequest: bytes in, log records out. Fields in the order of
// https://github.com/open-telemetry/opentelemetry-proto/blob/main/opentelemetry/proto/logs/v1/logs.proto

import type { DecodedLogRecord } from '../../model/index.ts'
import {
  type DecodedItems,
  type DecodeOptions,
  decodeRequest,
  type OtlpEncoding,
  type RequestFormat
} from './decode-request.ts'
import {
  type JsonMessage,
  readEnum,
  readFixed64,
  readId,
  readString,
  readUint32
} from './json-fields.ts'
import { type EnvelopeKeys, readJsonEnvelope } from './json-messages.ts'
import { readAnyValue as readJsonAnyValue, readAttributes } from './json-values.ts'
import { addLogRecord, LogDraft, type LogIntake, openLogIntake } from './log-draft.ts'
import { indexByTag, readEnvelope, readMessage } from './protobuf-messages.ts'
import { readAnyValue, readAttribute } from './protobuf-values.ts'
import { I32, I64, LEN, VARINT, type WireReader } from './wire-reader.ts'

const LOG_RECORD = indexByTag<LogDraft>([
  [1, I64, (reader, record) => (record.time = reader.fixed64())],
  [2, VARINT, (reader, record) => (record.severityNumber = reader.uint32())],
  [3, LEN, (reader, record) => (record.severityText = reader.string())],
  [5, LEN, readBody],
  [6, LEN, (reader, record) => readAttribute(reader, record.attributes)],
  [7, VARINT, (reader, record) => (record.droppedAttributesCount = reader.uint32())],
  [8, I32, (reader, record) => (record.flags = reader.fixed32())],
  [9, LEN, (reader, record) => (record.traceId = reader.hex())],
  [10, LEN, (reader, record) => (record.spanId = reader.hex())],
  [11, I64, (reader, record) => (record.observedTime = reader.fixed64())],
  [12, LEN, (reader, record) => (record.eventName = reader.string())]
])

const LOG_KEYS: EnvelopeKeys = {
  resources: 'resourceLogs',
  scopes: 'scopeLogs',
  items: 'logRecords'
}

const LOGS: RequestFormat<DecodedLogRecord> = {
  signal: 'logs',
  keys: LOG_KEYS,
  openIntake: openLogIntake,
  readProtobuf: readProtobufLogs,
  readJson: readJsonLogs
}

/** @throws CollectorError MALFORMED_REQUEST, REQUEST_TOO_LARGE */
export function decodeLogsRequest(
  body: Uint8Array,
  encoding: OtlpEncoding,
  options: DecodeOptions
): DecodedItems<DecodedLogRecord> {
  return decodeRequest(LOGS, body, encoding, options)
}

function readProtobufLogs(reader: WireReader, intake: LogIntake): void {
  readEnvelope(reader, intake.budget, (_, owner, tag) => {
    if (!intake.admitItem()) {
      reader.skip(tag)
      return
    }
    const draft = new LogDraft(intake.budget)
    readMessage(reader, LOG_RECORD, draft)
    addLogRecord(intake, draft, owner)
  })
}

function readBody(reader: WireReader, record: LogDraft): void {
  if (record.body === undefined && !record.attributes.admitValue()) {
    const outer = reader.enter()
    reader.leave(outer)
    return
  }
  record.body = readAnyValue(reader, record.attributes, record.body)
}

function readJsonLogs(request: JsonMessage, intake: LogIntake): void {
  readJsonEnvelope(request, LOG_KEYS, intake.budget, (message, owner) => {
    if (intake.admitItem()) addLogRecord(intake, readRecord(message, intake), owner)
  })
}

function readRecord(message: JsonMessage, intake: LogIntake): LogDraft {
  const draft = new LogDraft(intake.budget)
  draft.time = readFixed64(message['timeUnixNano'], 'timeUnixNano')
  draft.observedTime = readFixed64(message['observedTimeUnixNano'], 'observedTimeUnixNano')
  draft.severityNumber = readEnum(message['severityNumber'], 'severityNumber', SEVERITY_NAMES)
  draft.severityText = readString(message['severityText'], 'severityText')
  if (message['body'] !== undefined && draft.attributes.admitValue()) {
    draft.body = readJsonAnyValue(message['body'], draft.attributes)
  }
  readAttributes(message['attributes'], draft.attributes)
  draft.droppedAttributesCount = readUint32(
    message['droppedAttributesCount'],
    'droppedAttributesCount'
  )
  draft.flags = readUint32(message['flags'], 'flags')
  draft.traceId = readId(message['traceId'], 'traceId')
  draft.spanId = readId(message['spanId'], 'spanId')
  draft.eventName = readString(message['eventName'], 'eventName')
  return draft
}

/** By number: UNSPECIFIED, then four of each level, the first without a digit. */
const SEVERITY_NAMES = [
  'SEVERITY_NUMBER_UNSPECIFIED',
  ...['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR', 'FATAL'].flatMap((level) =>
    ['', '2', '3', '4'].map((digit) => `SEVERITY_NUMBER_${level}${digit}`)
  )
]

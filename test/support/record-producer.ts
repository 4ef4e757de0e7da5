// Runs a producer that is not installed with the tests, in a folder where its packages are, and writes what it sent
// and what it did to test/fixtures.

import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { AttributeValue, DecodedSpan } from '../../collector/model/index.ts'
import { startModelServer } from './model-server.ts'
import { startDestination } from './otlp-destination.ts'
import { runProducer, toModelCalls } from './producers-run.ts'
import {
  RECORDED_PRODUCERS,
  recordingPath,
  type RecordedProducer,
  type RecordedSpan,
  type Recording
} from './producers-recorded.ts'

const [name, folder = '.'] = process.argv.slice(2)
const wanted = RECORDED_PRODUCERS.find(({ file }) => file === name)
assert(wanted, `one of ${RECORDED_PRODUCERS.map(({ file }) => file).join(', ')}`)
await record(wanted, resolve(folder))

async function record(producer: RecordedProducer, from: string): Promise<void> {
  const packages = Object.keys(producer.packages).map((name) => [name, installedIn(from, name)])
  assert.deepEqual(Object.fromEntries(packages), producer.packages)
  const closers: (() => unknown)[] = []
  const destination = await startDestination({ teardown: (close) => closers.push(close) })
  const server = await startModelServer()
  try {
    const options = { folder: from, service: 'recorded', onsetUrl: destination.url }
    const { variants } = await runProducer(producer, { ...options, modelUrl: server.url })
    const spans = [...new Map(destination.spans.map((span) => [span.spanId, span])).values()]
    const times = spans.map(({ startTime }) => startTime)
    const first = times.reduce((known, time) => (time < known ? time : known), times[0] ?? 0n)
    const recording: Recording = {
      variants,
      calls: toModelCalls(server.ledger),
      spans: spans.map((span) => toRecordedSpan(span, first))
    }
    const text = JSON.stringify(recording, undefined, 1)
      .replaceAll(from, '/app')
      .replaceAll(server.url, 'http://127.0.0.1')
    writeFileSync(recordingPath(producer), `${text}\n`)
  } finally {
    for (const close of closers) await close()
    await server.close()
  }
}

function installedIn(from: string, name: string): string {
  const path = join(from, 'node_modules', name, 'package.json')
  return (JSON.parse(readFileSync(path, 'utf8')) as { version: string }).version
}

function toRecordedSpan(span: DecodedSpan, first: bigint): RecordedSpan {
  const { name, traceId, spanId, parentSpanId = '', statusCode, statusMessage, scope } = span
  return {
    scope: scope.name,
    name,
    traceId,
    spanId,
    parentSpanId,
    start: Number(span.startTime - first) / 1e6,
    end: Number(span.endTime - first) / 1e6,
    attributes: plain(span.attributes),
    ...(statusCode === 'error' ? { error: statusMessage } : {}),
    ...(statusCode === 'ok' ? { isOk: true } : {}),
    exceptions: span.events
      .filter((event) => event.name === 'exception')
      .map((event) => plain(event.attributes))
  }
}

/** Whole numbers are decoded as they come; none of these is longer than a number can hold. */
function plain(fields: DecodedSpan['attributes']): Readonly<Record<string, AttributeValue>> {
  return JSON.parse(
    JSON.stringify(fields, (_, value: unknown) =>
      typeof value === 'bigint' ? Number(value) : value
    )
  ) as Readonly<Record<string, AttributeValue>>
}

// `kill -9` at random moments while the real exporter sends: what was acknowledged must be there after the
// restart, a batch must be there whole or not at all, and runs must come to their end.

import { setTimeout as sleep } from 'node:timers/promises'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto'
import type { ReadableSpan } from '@opentelemetry/sdk-trace'
import t from 'tap'
import { openStore } from '../../collector/store/index.ts'
import { createApiClient } from '../../instrumentation/api-client/index.ts'
import { aDataDir, startOnset, type OnsetProcess } from '../support/onset-process.ts'
import { recordRun, retrace } from '../support/recorded-run.ts'
import { storeBasics } from '../support/test-store.ts'
import { waitFor } from '../support/wait-for.ts'

const ROUNDS = Number(process.env['KILL_ROUNDS'] ?? 20)
const SENDERS = 3
const ROUND_MS_MAX = 400

interface Sent {
  readonly traceId: string
  readonly spanIds: readonly string[]
  acknowledged: boolean
}

const recorded = recordRun()
const HALVES = [recorded.slice(0, 4), recorded.slice(4)]

/** Sends whole runs, half by half, until told to stop or until the other side is gone. */
async function sendRuns(url: string, sent: Sent[], isOver: () => boolean): Promise<void> {
  const exporter = new OTLPTraceExporter({ url: `${url}/v1/traces`, timeoutMillis: 2000 })
  while (!isOver()) {
    const traceId = (sent.length + 1).toString(16).padStart(32, 'b')
    const batches = HALVES.map((half) => retrace(half, traceId))
    const records = batches.map((spans) => {
      const record = {
        traceId,
        spanIds: spans.map((span) => span.spanContext().spanId),
        acknowledged: false
      }
      sent.push(record)
      return record
    })
    for (const [index, spans] of batches.entries()) {
      const acknowledged = isOver() ? false : await exportOnce(exporter, spans)
      const record = records[index]
      if (record !== undefined) record.acknowledged = acknowledged
      if (!acknowledged) return
    }
  }
}

function exportOnce(exporter: OTLPTraceExporter, spans: readonly ReadableSpan[]): Promise<boolean> {
  return new Promise((resolve) =>
    exporter.export([...spans], ({ error }) => resolve(error === undefined))
  )
}

/** Resolves when the process is gone, with what resolves when the senders have given up. */
async function killDuringIngest(
  onset: OnsetProcess,
  sent: Sent[],
  afterMs: number
): Promise<{ readonly senders: Promise<unknown> }> {
  let over = false
  const senders = Array.from({ length: SENDERS }, () => sendRuns(onset.url, sent, () => over))
  await sleep(afterMs)
  over = true
  await onset.stop('SIGKILL')
  // Not awaited: the exporters retry against a dead port until their own timeout, and are told so then.
  return { senders: Promise.all(senders) }
}

t.test(`nothing acknowledged is lost over ${ROUNDS} kills`, async (t) => {
  const dataDir = aDataDir(t)
  const env = { ONSET_COMPLETION_SETTLE_MS: '100', ONSET_LOG_LEVEL: 'warn' }
  const sent: Sent[] = []
  const senders: Promise<unknown>[] = []
  for (let round = 0; round < ROUNDS; round += 1) {
    const onset = await startOnset(t, { dataDir, env })
    const ended = await killDuringIngest(onset, sent, Math.random() * ROUND_MS_MAX)
    senders.push(ended.senders)
  }
  await Promise.all(senders)
  const acknowledged = sent.filter((batch) => batch.acknowledged)
  t.ok(acknowledged.length > ROUNDS, `${acknowledged.length} batches were acknowledged`)

  const onset = await startOnset(t, { dataDir, env })
  const api = createApiClient({ ONSET_URL: onset.url })
  const whole = new Set(
    acknowledged.map(({ traceId }) => traceId).filter((id, index, all) => all.indexOf(id) !== index)
  )
  for (const traceId of whole) {
    await waitFor(`run ${traceId} complete`, async () => {
      const detail = await api.findRun(traceId)
      return detail?.run.state === 'complete' && detail.run.stepCount === 5 ? detail : undefined
    })
  }
  t.equal((await onset.stop()).code, 0, 'a clean stop')

  const store = await openStore({ ...storeBasics(), dataDir })
  t.teardown(() => store.close())
  for (const batch of sent) {
    const stored = await store.readSpanIds(batch.traceId)
    t.equal(new Set(stored).size, stored.length, 'a reader sees no span twice')
    const found = batch.spanIds.filter((id) => stored.includes(id as never)).length
    if (batch.acknowledged) t.equal(found, batch.spanIds.length, `${batch.traceId} is whole`)
    else
      t.ok(
        found === 0 || found === batch.spanIds.length,
        `${batch.traceId}: ${found} is all or none`
      )
  }
  t.comment(`${ROUNDS} kills, ${sent.length} batches, ${acknowledged.length} acknowledged, 0 lost`)
})

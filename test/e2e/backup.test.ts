// A backup of a running Onset while agents send, restored on another machine: whatever was acknowledged
// before the backup began is there, and what was concluded from it is the same.

import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto'
import type { ReadableSpan } from '@opentelemetry/sdk-trace'
import t from 'tap'
import { openStore } from '../../collector/store/index.ts'
import { createApiClient, type ApiClient } from '../../instrumentation/api-client/index.ts'
import { aDataDir, startOnset } from '../support/onset-process.ts'
import { recordRun, retrace } from '../support/recorded-run.ts'
import { runOnsetCommand } from '../support/run-onset-command.ts'
import { storeBasics } from '../support/test-store.ts'
import { waitFor } from '../support/wait-for.ts'

const ENV = { ONSET_COMPLETION_SETTLE_MS: '100', ONSET_LOG_LEVEL: 'warn' }
const ANALYZED_RUNS = 4
const STEPS_OF_A_RUN = 5

const recorded = recordRun()

function traceIdOf(number: number): string {
  return number.toString(16).padStart(32, 'a')
}

function send(url: string, spans: readonly ReadableSpan[]): Promise<boolean> {
  const exporter = new OTLPTraceExporter({ url: `${url}/v1/traces`, timeoutMillis: 5_000 })
  return new Promise((resolve) => exporter.export([...spans], ({ code }) => resolve(!code)))
}

/** The run with its stages, steps and onsets, once it is complete. */
function readWhole(api: ApiClient, traceId: string) {
  return waitFor(`run ${traceId} complete`, async () => {
    const detail = await api.findRun(traceId)
    const isWhole = detail?.run.state === 'complete' && detail.run.stepCount === STEPS_OF_A_RUN
    return isWhole ? detail : undefined
  })
}

t.test('what was acknowledged before a backup is in what is restored from it', async (t) => {
  const parent = aDataDir(t)
  const backupDir = join(parent, 'backups')
  const dataDir = join(parent, 'first')
  const onset = await startOnset(t, { dataDir, env: { ...ENV, ONSET_BACKUP_DIR: backupDir } })
  const api = createApiClient({ ONSET_URL: onset.url })

  const analyzed = Array.from({ length: ANALYZED_RUNS }, (_, at) => traceIdOf(at + 1))
  for (const traceId of analyzed) t.ok(await send(onset.url, retrace(recorded, traceId)))
  const before = await Promise.all(analyzed.map((traceId) => readWhole(api, traceId)))
  t.ok(
    before.every((detail) => detail.onsets.length > 0),
    'each of these runs failed and has an onset'
  )

  const over = new AbortController()
  const acknowledged: string[] = []
  const sending = (async () => {
    for (let number = ANALYZED_RUNS + 1; !over.signal.aborted; number += 1) {
      const traceId = traceIdOf(number)
      if (await send(onset.url, retrace(recorded, traceId))) acknowledged.push(traceId)
    }
  })()
  await waitFor('some runs under way', async () => (acknowledged.length >= 3 ? true : undefined))
  const inBackup = [...acknowledged]
  const made = await runOnsetCommand(['backup', 'nightly'], { ONSET_URL: onset.url })
  t.equal(made.code, 0, made.stderr)
  t.match(made.stdout, `MiB to ${join(backupDir, 'nightly')}`)
  const sentMeanwhile = acknowledged.length - inBackup.length
  t.ok(sentMeanwhile > 0, `ingest went on: ${sentMeanwhile} runs while it was made`)

  const again = await runOnsetCommand(['backup', 'nightly'], { ONSET_URL: onset.url })
  t.equal(again.code, 2, 'a name that is taken is wrong usage')
  t.match(again.stderr, /nightly exists already; choose another name/)
  over.abort()
  await sending
  await onset.stop('SIGKILL')
  rmSync(dataDir, { recursive: true, force: true })

  const restoredDir = join(parent, 'second')
  const restored = await runOnsetCommand(['restore', join(backupDir, 'nightly')], {
    ONSET_DATA_DIR: restoredDir
  })
  t.equal(restored.code, 0, restored.stderr)
  t.match(restored.stdout, /^restored \d+ tables into .*: everything acknowledged before 20/)

  const second = await startOnset(t, { dataDir: restoredDir, env: ENV })
  const secondApi = createApiClient({ ONSET_URL: second.url })
  const after = await Promise.all(analyzed.map((traceId) => readWhole(secondApi, traceId)))
  t.strictSame(after, before, 'runs, stages, steps and onsets are the same')
  for (const traceId of inBackup) await readWhole(secondApi, traceId)
  const traceId = traceIdOf(0xbeef)
  t.ok(await send(second.url, retrace(recorded, traceId)), 'and it takes new runs')
  await readWhole(secondApi, traceId)
  t.equal((await second.stop()).code, 0)

  const store = await openStore({ ...storeBasics(), dataDir: restoredDir })
  t.teardown(() => store.close())
  for (const id of [...analyzed, ...inBackup]) {
    t.strictSame(
      [...(await store.readSpanIds(id))].toSorted(),
      recorded.map((span) => span.spanContext().spanId).toSorted(),
      `every span of ${id}`
    )
  }
})

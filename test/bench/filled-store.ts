// A store as it is after thirty days: runs that came over OTLP and were analysed, and copies of them spread over the
// days, with everything open that answers readers.

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { createNoopMeter } from '@opentelemetry/api'
import { Session } from 'chdb'
import {
  createMetrics,
  openProcessAccess,
  startCollector,
  startGateway
} from '../../collector/collector.ts'
import { toRunId, type Store } from '../../collector/model/index.ts'
import { readSettings } from '../../collector/settings.ts'
import { openStore } from '../../collector/store/index.ts'
import { localizeOnset } from '../../processors/localizer/index.ts'
import { startProcessors } from '../../processors/processors.ts'
import { aFleet, sendFleet } from '../support/agent-fleet.ts'
import { silentLogger, storeBasics } from '../support/test-store.ts'
import { waitFor } from '../support/wait-for.ts'

export const SPAN_DAYS = 30
const DAY_MS = 86_400_000
/** Numbered steps of a coding run: a median of some 45 in the labelled runs. */
const LOOKS = 40
const ORIGINALS = 24
const STEPS_PER_RUN = LOOKS + 5

export interface FilledStore {
  /** REST. */
  readonly url: string
  /** The read-only ClickHouse interface. */
  readonly sqlUrl: string
  /** A failed run among all others. */
  readonly runId: string
  /** The end of the thirty days, in milliseconds since 1970. */
  readonly now: number
  close(): Promise<void>
}

export async function fillStore(steps: number): Promise<FilledStore> {
  const now = Date.now()
  const dataDir = mkdtempSync(join(tmpdir(), 'onset-bench-'))
  const store = await openStore({ ...storeBasics(), dataDir })
  const metrics = createMetrics()
  const settings = readSettings({
    ONSET_PORT: '0',
    ONSET_GRPC_PORT: 'off',
    ONSET_CLICKHOUSE_HTTP_PORT: '0'
  })
  const shared = { settings, store, metrics, logger: silentLogger, now: Date.now }
  const runId = await seed(store, shared, now)
  await multiply(dataDir, Math.max(1, Math.round(steps / (ORIGINALS * STEPS_PER_RUN))))
  const access = await openProcessAccess(shared)
  const collector = await startCollector({ ...shared, access })
  const gateway = await startGateway({ ...shared, access })
  if (gateway === undefined) throw new Error('no gateway was started')
  return {
    url: collector.url,
    sqlUrl: gateway.url,
    runId,
    now,
    close: async () => {
      await gateway.close()
      await collector.close()
      await access.close()
      await store.close()
      await metrics.close()
      rmSync(dataDir, { recursive: true, force: true })
    }
  }
}

async function seed(
  store: Store,
  shared: Omit<Parameters<typeof startCollector>[0], 'listener'>,
  now: number
): Promise<string> {
  const processors = await startProcessors({
    store,
    localize: localizeOnset,
    now: Date.now,
    meter: createNoopMeter(),
    logger: silentLogger,
    settings: { completionSettleMs: 50 }
  })
  const collector = await startCollector({ ...shared, listener: processors })
  const fleet = aFleet(ORIGINALS, now).map((run) => ({ ...run, looks: LOOKS }))
  await sendFleet(collector.url, fleet)
  for (const { traceId } of fleet) {
    // oxlint-disable-next-line no-await-in-loop -- all are on their way already
    await waitFor('the analyses', async () => {
      const record = await store.findRun(toRunId(traceId))
      return record?.state === 'complete' ? record : undefined
    })
  }
  await collector.close()
  await processors.close()
  return fleet.find(({ outcome }) => outcome === 'error')?.traceId ?? ''
}

/** Copies spread evenly over the days, each table by the same ids and times. */
async function multiply(dataDir: string, copies: number): Promise<void> {
  const session = new Session(dataDir)
  const stepMs = Math.floor((SPAN_DAYS * DAY_MS) / copies)
  const id = `lower(hex(sipHash128(r.RunId, n.number))) AS RunId`
  const back = (column: string): string =>
    `r.${column} - toIntervalMillisecond((n.number + 1) * ${stepMs}) AS ${column}`
  const copy = (table: string, times: readonly string[], ids: readonly string[] = [id]): void => {
    const source = table.startsWith('agent_') ? 'FINAL' : ''
    session.query(
      `INSERT INTO otel.${table} SELECT r.* REPLACE (${[...ids, ...times.map(back)].join(', ')})
      FROM (SELECT * FROM otel.${table} ${source}) AS r CROSS JOIN numbers(${copies}) AS n`
    )
  }
  copy('agent_runs', ['StartTime', 'EndTime', 'AnalyzedAt', 'IngestedThrough', 'PartitionTime'])
  copy('agent_onsets', ['RunStart', 'OnsetTime', 'DetectedAt', 'PartitionTime'])
  copy('agent_stages', ['StartTime', 'EndTime', 'PartitionTime'])
  copy('agent_steps', ['StartTime', 'EndTime', 'IngestedAt', 'PartitionTime'])
  copy('otel_traces', ['Timestamp'], [`lower(hex(sipHash128(r.TraceId, n.number))) AS TraceId`])
  await waitForMerges(session)
  session.close()
}

/** Merges take the processor from what is measured; a store that is not being filled has few. */
async function waitForMerges(session: Session): Promise<void> {
  for (let second = 0; second < 120; second += 1) {
    if (session.query('SELECT count() FROM system.merges').trim() === '0') return
    // oxlint-disable-next-line no-await-in-loop -- asks until there are none
    await sleep(1_000)
  }
}

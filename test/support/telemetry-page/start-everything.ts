// Onset with everything on that can be: processors that take the lead, rules, a judge, memory, a disk budget, both
// ports and the ClickHouse interface, composed as main.ts does, on the embedded engine.

import { randomUUID } from 'node:crypto'
import { pino } from 'pino'
import {
  observeDisk,
  openProcessAccess,
  readSettings,
  startCollector,
  startGateway,
  toStoreOptions,
  type Metrics
} from '../../../collector/collector.ts'
import { openStore } from '../../../collector/store/index.ts'
import { parseAlertRules } from '../../../processors/alerter/index.ts'
import { openJudge } from '../../../processors/judge/index.ts'
import { startLedProcessors } from '../../../processors/led-processors.ts'
import { localizeOnset } from '../../../processors/localizer/index.ts'
import { readText } from '../deploy-files.ts'

export interface Everything {
  readonly url: string
  readonly sqlUrl: string
  close(): Promise<void>
}

const KEY = 'hook-0123456789abcdef'

export async function startEverything(dataDir: string, metrics: Metrics): Promise<Everything> {
  const logger = pino({ level: 'silent' })
  const now = Date.now
  const settings = readSettings({
    ONSET_PORT: '0',
    ONSET_GRPC_PORT: '0',
    ONSET_CLICKHOUSE_HTTP_PORT: '0',
    ONSET_DATA_DIR: dataDir,
    ONSET_DISK_BUDGET_BYTES: '1000000000',
    ONSET_COMPLETION_SETTLE_MS: '50',
    ONSET_JUDGE_BASE_URL: 'http://127.0.0.1:9/v1',
    ONSET_JUDGE_MODEL: 'nobody'
  })
  const meter = metrics.meter('store')
  const store = await openStore(toStoreOptions(settings, { meter, logger, now }))
  observeDisk(meter, dataDir)
  const processors = await startLedProcessors({
    store,
    candidate: { host: 'here', makeId: randomUUID, monotonic: () => performance.now() },
    localize: localizeOnset,
    rules: parseAlertRules(readText('deploy/alerts.example.yaml'), {
      source: 'deploy/alerts.example.yaml',
      env: {
        ALERT_HOOK_SECRET: KEY,
        ALERT_SLACK_URL: 'https://hooks.slack.com/services/x',
        ALERT_PAGERDUTY_KEY: '0123456789abcdef0123456789abcdef'
      }
    }),
    // Whatever is told reaches nobody.
    fetch: () => Promise.reject(new Error('nobody is told here')),
    alerterMeter: metrics.meter('alerter'),
    judge: await openJudge(settings.judge),
    memory: store,
    now,
    meter: metrics.meter('processors'),
    logger,
    settings
  })
  const access = await openProcessAccess({ settings, store, metrics, logger, now })
  const { analyzeNow } = processors
  const shared = { settings, store, access, metrics, logger, now }
  const collector = await startCollector({ ...shared, listener: processors, analyzeNow })
  const gateway = await startGateway(shared)
  return {
    url: collector.url,
    sqlUrl: gateway?.url ?? '',
    close: async () => {
      await gateway?.close()
      await collector.close()
      await access.close()
      await processors.close()
      await store.close()
    }
  }
}

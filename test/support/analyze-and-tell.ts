// A process that starts processors on a store that another process left, waits for one run to be
// analyzed, tells what became of it and ends. Its arguments: the store's folder and the run's id.

import { createNoopMeter } from '@opentelemetry/api'

import { toRunId } from '../../collector/model/index.ts'
import { openStore } from '../../collector/store/index.ts'
import { localizeOnset } from '../../processors/localizer/index.ts'
import { startProcessors } from '../../processors/processors.ts'
import { storeBasics } from './test-store.ts'
import { waitFor } from './wait-for.ts'

const [, , dataDir = '', runId = ''] = process.argv
const store = await openStore({ ...storeBasics(), dataDir })
const { logger, now } = storeBasics()
const processors = await startProcessors({
  store,
  localize: localizeOnset,
  now,
  meter: createNoopMeter(),
  logger,
  settings: { completionSettleMs: 100 }
})
const record = await waitFor('the analysis', async () => store.findRun(toRunId(runId)))
const { state, revision, run } = record
process.stdout.write(`${JSON.stringify({ state, revision, stepCount: run.stepCount })}\n`)
await processors.close()
await store.close()

// A process that writes the run it is given, starts processors that will not analyze it soon, says so,
// and waits to be killed. Its argument: the store's folder.

import { createNoopMeter } from '@opentelemetry/api'

import { openStore } from '../../collector/store/index.ts'
import { localizeOnset } from '../../processors/localizer/index.ts'
import { startProcessors } from '../../processors/processors.ts'
import { storeBasics } from './test-store.ts'
import { aTrace } from './traces.ts'

const dataDir = process.argv[2] ?? ''
const store = await openStore({ ...storeBasics(), dataDir })
const { logger, now } = storeBasics()
const processors = await startProcessors({
  store,
  localize: localizeOnset,
  now,
  meter: createNoopMeter(),
  logger
})
const trace = aTrace()
const root = trace.agent()
for (let tool = 0; tool < 10; tool += 1) trace.tool()
await store.write({ spans: [], steps: trace.steps })
processors.stepsWritten(trace.steps)
process.stdout.write(`written ${root.runId}\n`)
// Keeps the process alive: the timers of the processors do not.
setInterval(() => undefined, 1_000)

// A start that fails, as of a process that was just given the lead while the store was away.

import { pino } from 'pino'
import t from 'tap'
import { createMetrics } from '../../collector/collector.ts'
import { createAlerter } from '../../processors/alerter/index.ts'
import { ALERTS_START, HOOK_RULES, MemoryAlertStore, someRules } from '../support/alerter.ts'

t.test('an alerter that could not start leaves nothing that tells of it', async (t) => {
  const metrics = createMetrics()
  t.teardown(() => metrics.close())
  const store = new MemoryAlertStore()
  const options = {
    store,
    rules: someRules(HOOK_RULES),
    now: () => ALERTS_START,
    meter: metrics.meter('alerter'),
    logger: pino({ level: 'silent' })
  }
  store.findAlertsSince = () => Promise.reject(new Error('the store is away'))
  await t.rejects(createAlerter(options), { message: 'the store is away' })
  t.notMatch(await metrics.expose(), /^onset_alerter_open_alerts\{/m)
  store.findAlertsSince = async () => []
  const alerter = await createAlerter(options)
  t.match(await metrics.expose(), /^onset_alerter_open_alerts\{/m)
  await alerter.close()
})

// Held against a real Alertmanager, which notifies a receiver of the test: what it makes of our alerts.

import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { createNoopMeter } from '@opentelemetry/api'
import t from 'tap'

import { createAlerter } from '../../processors/alerter/index.ts'
import { startAlertReceiver, type AlertReceiver } from '../support/alert-receiver.ts'
import { aFailedAnalysis, MemoryAlertStore, someRules } from '../support/alerter.ts'
import { findFreePort, findProgram, startProgram } from '../support/debian-tools.ts'
import { reportOutcome, sendFailingRun } from '../support/failing-run.ts'
import { aDataDir, startOnset } from '../support/onset-process.ts'
import { silentLogger } from '../support/test-store.ts'
import { waitFor } from '../support/wait-for.ts'

interface Told {
  readonly status: string
  readonly alerts: readonly {
    readonly status: string
    readonly labels: Readonly<Record<string, string>>
    readonly annotations: Readonly<Record<string, string>>
  }[]
}

const program = findProgram('prometheus-alertmanager', 'alertmanager')
const skip = program === undefined ? 'no Alertmanager is installed' : false
const RUN = 'b2'.repeat(16)

type Teardown = Parameters<typeof aDataDir>[0]

function toldAt(receiver: AlertReceiver): readonly Told[] {
  return receiver.requests.map(({ text }) => JSON.parse(text) as Told)
}

/** One that notifies `receiver` at once, and a way to start it again with what it kept. */
async function startAlertmanager(t: Teardown, receiver: AlertReceiver) {
  const folder = aDataDir(t)
  const port = await findFreePort()
  const url = `http://127.0.0.1:${port}`
  const config = join(folder, 'alertmanager.yml')
  writeFileSync(
    config,
    `route: { receiver: test, group_by: [alertname, run_id], group_wait: 0s, group_interval: 1s, repeat_interval: 1h }
receivers:
  - name: test
    webhook_configs: [{ url: '${receiver.url}', send_resolved: true }]
`
  )
  const start = async () => {
    const started = startProgram(t, program ?? '', [
      `--config.file=${config}`,
      `--storage.path=${join(folder, 'am')}`,
      `--web.listen-address=127.0.0.1:${port}`,
      '--cluster.listen-address='
    ])
    await waitFor('the start of Alertmanager', async () => {
      const answer = await fetch(`${url}/-/ready`).catch(() => undefined)
      return answer?.ok === true ? true : undefined
    })
    return started
  }
  const first = await start()
  const restart = async (): Promise<void> => {
    await first.stop()
    await start()
  }
  const countFiring = async (): Promise<number> => {
    const answer = await fetch(`${url}/api/v2/alerts`)
    return ((await answer.json()) as unknown[]).length
  }
  return { url, restart, countFiring }
}

t.test(
  'a failed run is told once and resolved when its outcome is corrected',
  { skip },
  async (t) => {
    const receiver = await startAlertReceiver(t)
    const { url } = await startAlertmanager(t, receiver)
    const folder = aDataDir(t)
    const rules = join(folder, 'alerts.yaml')
    writeFileSync(
      rules,
      `destinations:
  am: { kind: alertmanager, url: '${url}' }
rules:
  - { name: coding, destinations: [am], labels: { severity: page, team: agents } }
`
    )
    const onset = await startOnset(t, {
      dataDir: join(folder, 'data'),
      env: { ONSET_ALERT_RULES: rules, ONSET_COMPLETION_SETTLE_MS: '100' }
    })
    await sendFailingRun(onset.url, RUN)
    await waitFor('the notification', async () => receiver.requests[0])
    t.match(toldAt(receiver), [
      {
        status: 'firing',
        alerts: [
          {
            labels: {
              alertname: 'OnsetLocalized',
              rule: 'coding',
              severity: 'page',
              team: 'agents',
              run_id: RUN,
              agent: 'coder',
              service: 'checkout-agent'
            },
            annotations: {
              step: /^\d+\/\d+$/,
              confidence: /^0\.\d\d$/,
              summary: /went wrong at step/
            }
          }
        ]
      }
    ])
    t.notMatch(JSON.stringify(toldAt(receiver)), /duration\.js|minutes/, 'no names of the run')

    await fetch(`${onset.url}/api/runs/${RUN}/localize`, { method: 'POST' })
    await reportOutcome(onset.url, RUN, 'error')
    // Longer than the settling and than the group_interval, so that a second one would have come.
    await sleep(2_500)
    t.equal(receiver.requests.length, 1, 'analysed again, told once')

    await reportOutcome(onset.url, RUN, 'ok')
    await waitFor('the resolution', async () => receiver.requests[1])
    const [fired, over] = toldAt(receiver)
    t.equal(over?.status, 'resolved')
    t.same(over?.alerts[0]?.labels, fired?.alerts[0]?.labels)
    t.equal(over?.alerts[0]?.annotations['resolution'], 'The run did not fail after all.')
  }
)

t.test('an Alertmanager that forgot what fires is told again', { skip }, async (t) => {
  const receiver = await startAlertReceiver(t)
  const { url, restart, countFiring } = await startAlertmanager(t, receiver)
  const alerter = await createAlerter({
    store: new MemoryAlertStore(),
    rules: someRules(`
destinations:
  am: { kind: alertmanager, url: '${url}/' }
rules:
  - { name: all, destinations: [am] }
`),
    now: () => Date.now(),
    meter: createNoopMeter(),
    logger: silentLogger,
    limits: { refreshMs: 300, retryMinMs: 50, retryMsMax: 200 }
  })
  t.teardown(() => alerter.close())
  await alerter.onsetLocalized(aFailedAnalysis())
  await waitFor('the notification', async () => receiver.requests[0])
  // Alertmanager writes what it has told when it is asked to stop and every quarter of an hour, and a
  // kill loses it: what is held against here is that it knows of the alert at all.
  await restart()
  await waitFor('the reminder', async () => ((await countFiring()) === 1 ? true : undefined))
  t.ok(toldAt(receiver).every(({ status }) => status === 'firing'))
})

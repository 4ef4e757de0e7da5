// What people say about an alert, over REST and from the command line, and what its receiver hears of it.

import t from 'tap'
import type { AlertListJson } from '../../instrumentation/api-client/index.ts'
import { answerOk, startAlertReceiver } from '../support/alert-receiver.ts'
import { alertsAt, withRules } from '../support/alerting-onset.ts'
import { sendFailingRun } from '../support/failing-run.ts'
import { startOnset } from '../support/onset-process.ts'
import { runOnsetCommand } from '../support/run-onset-command.ts'
import { waitFor } from '../support/wait-for.ts'

const RUN = 'a1'.repeat(16)

t.test('a person finds the step not to blame: the alert is resolved', async (t) => {
  const receiver = await startAlertReceiver(t)
  const { dataDir, env } = withRules(t, receiver)
  const onset = await startOnset(t, { dataDir, env })
  await sendFailingRun(onset.url, RUN)
  await waitFor('the alert', async () => alertsAt(receiver)[0])
  const response = await fetch(`${onset.url}/api/runs/${RUN}/feedback`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ onsetStepIndex: null, author: 'ada' })
  })
  t.equal(response.status, 201)
  await waitFor('the correction', async () => alertsAt(receiver)[1])
  t.match(alertsAt(receiver)[1], { status: 'resolved', runId: RUN, resolution: 'corrected' })
})

t.test('what was given up is listed, and sent again from the command line', async (t) => {
  const receiver = await startAlertReceiver(t, (response) => {
    response.writeHead(400).end('no')
  })
  const { dataDir, env } = withRules(t, receiver)
  const onset = await startOnset(t, { dataDir, env })
  await sendFailingRun(onset.url, RUN)
  const command = (...args: readonly string[]) =>
    runOnsetCommand(['alerts', ...args], { ONSET_URL: onset.url })
  const dead = await waitFor('the dead letter', async () => {
    const { stdout } = await command('list', '--state', 'dead', '--json')
    return (JSON.parse(stdout) as AlertListJson).items[0]
  })
  t.match(dead, { runId: RUN, state: 'dead', attempts: 1, error: /400/, destination: 'hook' })
  t.match((await command('list')).stdout, /firing dead +hook +all +a1a1/)
  receiver.behave(answerOk)
  t.match((await command('resend', dead.id)).stdout, /firing waiting/)
  await waitFor('the delivery', async () => {
    const { stdout } = await command('list', '--state', 'delivered', '--json')
    return (JSON.parse(stdout) as AlertListJson).items[0]
  })
  t.equal(receiver.requests.length, 2)
  t.match(await command('resend', dead.id), { code: 2, stderr: /is delivered; only one that was/ })
  t.match(await command('resend', 'f'.repeat(32)), { code: 1, stderr: /there is no alert/ })
  t.match(await command('forget'), {
    code: 2,
    stderr: /unknown action forget; expected list or resend/
  })
})

// The whole way: spans over OTLP, a verdict, an alert at a receiver, with the process killed where it hurts.

import t from 'tap'
import { createApiClient } from '../../instrumentation/api-client/index.ts'
import { answerOk, startAlertReceiver } from '../support/alert-receiver.ts'
import { alertsAt, withRules } from '../support/alerting-onset.ts'
import { reportOutcome, sendFailingRun } from '../support/failing-run.ts'
import { spawnOnset, startOnset } from '../support/onset-process.ts'
import { waitFor } from '../support/wait-for.ts'

const RUN = 'a1'.repeat(16)

t.test('a failed run is told, a second analysis is not, a corrected outcome is', async (t) => {
  const receiver = await startAlertReceiver(t)
  const { dataDir, env } = withRules(t, receiver)
  const onset = await startOnset(t, { dataDir, env })
  await sendFailingRun(onset.url, RUN)
  await waitFor('the alert', async () => alertsAt(receiver)[0])
  const api = createApiClient({ ONSET_URL: onset.url })
  await fetch(`${onset.url}/api/runs/${RUN}/localize`, { method: 'POST' })
  await reportOutcome(onset.url, RUN, 'error')
  await waitFor('the second analysis', async () => {
    const detail = await api.findRun(RUN)
    return detail?.run.outcomeSource === 'reported' && detail.run.state === 'complete'
      ? detail
      : undefined
  })
  const detail = await api.findRun(RUN)
  t.equal(alertsAt(receiver).length, 1, 'the same verdict is not told twice')
  t.match(alertsAt(receiver)[0], {
    status: 'firing',
    runId: RUN,
    agent: 'coder',
    service: 'checkout-agent',
    stepIndex: detail?.onsets[0]?.stepIndex,
    names: { tool: 'write_file', file: 'src/duration.js' },
    link: `https://onset.example/runs/${RUN}`
  })
  await reportOutcome(onset.url, RUN, 'ok')
  await waitFor('the correction', async () => alertsAt(receiver)[1])
  t.match(alertsAt(receiver)[1], { status: 'resolved', runId: RUN, resolution: 'corrected' })
  const metrics = await (await fetch(`${onset.url}/metrics`)).text()
  t.match(metrics, /onset_processors_runs_total\{outcome="error"\} 1/)
  t.match(metrics, /onset_processors_onsets_total\{category="\w+",stage="\w+"\} 1/)
  t.match(metrics, /onset_alerter_dead_letters_total\{destination="hook"\} 0/)
  t.match(metrics, /onset_store_disk_free_bytes [1-9]/)
  t.equal((await onset.stop()).code, 0)
})

t.test('killed while the receiver thinks: told once it is back, by the same key', async (t) => {
  const receiver = await startAlertReceiver(t, () => undefined)
  const { dataDir, env } = withRules(t, receiver)
  const first = await startOnset(t, { dataDir, env })
  await sendFailingRun(first.url, RUN)
  await waitFor('the request', async () => receiver.requests[0])
  await first.stop('SIGKILL')
  receiver.behave(answerOk)
  const second = await startOnset(t, { dataDir, env })
  await waitFor('the second attempt', async () => receiver.requests[1])
  const keys = receiver.requests.map(({ headers }) => headers['idempotency-key'])
  t.equal(keys[0], keys[1])
  await second.stop('SIGTERM')
  const third = await startOnset(t, { dataDir, env })
  await fetch(`${third.url}/api/runs/${RUN}/localize`, { method: 'POST' })
  await third.stop('SIGTERM')
  t.equal(receiver.requests.length, 2, 'what was confirmed is not told again')
})

t.test('killed before anybody could be reached: told after the restart', async (t) => {
  const gone = await startAlertReceiver(t)
  await gone.close()
  const { dataDir, env } = withRules(t, gone)
  const first = await startOnset(t, { dataDir, env })
  await sendFailingRun(first.url, RUN)
  await waitFor('the failed attempt', async () => {
    return first.output().includes('alert not delivered') ? true : undefined
  })
  await first.stop('SIGKILL')
  const receiver = await startAlertReceiver(t)
  const { env: found } = withRules(t, receiver)
  await startOnset(t, { dataDir, env: found })
  await waitFor('the alert', async () => alertsAt(receiver)[0])
  t.match(alertsAt(receiver), [{ status: 'firing', runId: RUN }])
})

t.test('rules that are wrong stop the start, a line for each mistake', async (t) => {
  const receiver = await startAlertReceiver(t)
  const { dataDir, env } = withRules(t, receiver)
  const { HOOK_SECRET: _, ...without } = env
  const spawned = spawnOnset({ dataDir, env: without })
  t.equal((await spawned.exited).code, 2)
  t.match(
    spawned.output(),
    /alerts\.yaml: line 2: destinations\.hook\.secret names the environment variable HOOK_SECRET, which is not set/
  )
})

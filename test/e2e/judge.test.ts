// A real Onset with a judge on a socket: the first answer needs no model, the second one is the model's
// where it can prove it, and the figures of both are metrics.

import t from 'tap'
import { sendFailingRun } from '../support/failing-run.ts'
import { startEndpoint, verdict } from '../support/judge-endpoint.ts'
import { aDataDir, startOnset } from '../support/onset-process.ts'
import { waitFor } from '../support/wait-for.ts'

const TRACE_ID = 'ab'.repeat(16)
interface RunDetail {
  readonly onsets: readonly {
    readonly stepIndex: number
    readonly method: string
    readonly localizerVersion: string
    readonly evidence: readonly { readonly detector: string; readonly quote: string }[]
  }[]
}

const KEY = 'judge-secret-key-0123456789'

t.test('a judged onset is stored, served and counted, and the key is nowhere', async (t) => {
  const endpoint = await startEndpoint(t, () =>
    verdict({
      ranking: [2],
      category: 'incorrect_hypothesis',
      claims: [[2, 'Number(text) * 3600']]
    })
  )
  const onset = await startOnset(t, {
    dataDir: aDataDir(t),
    env: {
      ONSET_COMPLETION_SETTLE_MS: '100',
      ONSET_JUDGE_BASE_URL: endpoint.url,
      ONSET_JUDGE_API_KEY: KEY,
      ONSET_JUDGE_MODEL: 'org/model:7b',
      ONSET_JUDGE_BELOW_CONFIDENCE: '1'
    }
  })
  await sendFailingRun(onset.url, TRACE_ID)
  const judged = await waitFor('the verdict', async () => {
    const answer = await fetch(`${onset.url}/api/runs/${TRACE_ID}`)
    const detail = answer.ok ? ((await answer.json()) as RunDetail) : undefined
    return detail?.onsets[0]?.method === 'judge' ? detail : undefined
  })
  const [top] = judged.onsets
  t.match(top, { stepIndex: 2, category: 'incorrect_hypothesis' })
  t.match(top?.localizerVersion, / judge-1:org\/model:7b$/)
  t.ok(
    top?.evidence.some(
      ({ detector, quote }) => detector === 'judge' && quote === 'Number(text) * 3600'
    )
  )
  t.equal(endpoint.asked.length, 3)
  t.equal(endpoint.headers[0]?.authorization, `Bearer ${KEY}`)
  const metrics = await (await fetch(`${onset.url}/metrics`)).text()
  t.match(metrics, /onset_judge_runs_total\{result="confirmed"\} 1/)
  t.match(metrics, /onset_judge_tokens_total\{type="input"\} 6000/)
  const { code } = await onset.stop()
  t.equal(code, 0)
  t.notMatch(onset.output(), KEY)
})

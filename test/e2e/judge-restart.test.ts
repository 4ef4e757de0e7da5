// A judge whose process is killed: the next one neither asks again nor has its budget back.

import t from 'tap'
import { sendFailingRun } from '../support/failing-run.ts'
import { startEndpoint, verdict, type Reply } from '../support/judge-endpoint.ts'
import { aDataDir, startOnset } from '../support/onset-process.ts'
import { waitFor } from '../support/wait-for.ts'

const [FIRST, SECOND] = ['ab'.repeat(16), 'cd'.repeat(16)] as const

/** Room for one run, and not for another after anything was spent. */
const TOKENS_PER_RUN = 30_000
const TOKENS_PER_DAY = 33_000

interface RunDetail {
  readonly run: { readonly state: string; readonly revision: number }
  readonly onsets: readonly { readonly method: string; readonly caveats: readonly string[] }[]
}

function start(t: Parameters<typeof startOnset>[0], dataDir: string, url: string) {
  return startOnset(t, {
    dataDir,
    env: {
      ONSET_COMPLETION_SETTLE_MS: '100',
      ONSET_JUDGE_BASE_URL: url,
      ONSET_JUDGE_MODEL: 'model:7b',
      ONSET_JUDGE_BELOW_CONFIDENCE: '1',
      ONSET_JUDGE_TOKENS_PER_RUN: String(TOKENS_PER_RUN),
      ONSET_JUDGE_TOKENS_PER_DAY: String(TOKENS_PER_DAY)
    }
  })
}

async function read(url: string, run: string): Promise<RunDetail | undefined> {
  const answer = await fetch(`${url}/api/runs/${run}`)
  return answer.ok ? ((await answer.json()) as RunDetail) : undefined
}

async function localize(url: string, run: string): Promise<RunDetail> {
  const answer = await fetch(`${url}/api/runs/${run}/localize`, { method: 'POST' })
  if (!answer.ok) throw new Error(await answer.text())
  const detail = await read(url, run)
  if (detail === undefined) throw new Error(`${run} is gone`)
  return detail
}

async function refusedForBudget(url: string, run: string): Promise<boolean> {
  await sendFailingRun(url, run)
  const detail = await waitFor('the analysis', async () => {
    const found = await read(url, run)
    return found?.run.state === 'complete' ? found : undefined
  })
  return detail.onsets[0]?.caveats.some((caveat) => /budget of this day/.test(caveat)) === true
}

t.test('a verdict outlives the process, and so does what it cost', async (t) => {
  const claims = [[2, 'Number(text) * 3600']] as const
  const endpoint = await startEndpoint(t, () =>
    verdict({ ranking: [2], category: 'incorrect_hypothesis', claims })
  )
  const dataDir = aDataDir(t)
  const before = await start(t, dataDir, endpoint.url)
  await sendFailingRun(before.url, FIRST)
  const judged = await waitFor('the verdict', async () => {
    const found = await read(before.url, FIRST)
    return found?.onsets[0]?.method === 'judge' ? found : undefined
  })
  const asked = endpoint.asked.length
  t.ok(asked > 0)
  await before.stop('SIGKILL')

  const after = await start(t, dataDir, endpoint.url)
  const again = await localize(after.url, FIRST)
  t.equal(again.onsets[0]?.method, 'judge', 'analysed again, it is the same verdict')
  t.equal(again.run.revision, judged.run.revision, 'and no new revision')
  t.ok(await refusedForBudget(after.url, SECOND), 'what was spent before counts')
  t.equal(endpoint.asked.length, asked, 'nobody was asked again')
})

t.test('a process killed in the middle of a question has spent all that it may cost', async (t) => {
  const never = new Promise<Reply>(() => {})
  const endpoint = await startEndpoint(t, () => never)
  const dataDir = aDataDir(t)
  const before = await start(t, dataDir, endpoint.url)
  await sendFailingRun(before.url, FIRST)
  await waitFor('the question', async () => (endpoint.asked.length > 0 ? true : undefined))
  await before.stop('SIGKILL')
  const asked = endpoint.asked.length

  const after = await start(t, dataDir, endpoint.url)
  const again = await localize(after.url, FIRST)
  t.equal(again.onsets[0]?.method, 'deterministic')
  t.ok(await refusedForBudget(after.url, SECOND))
  t.equal(endpoint.asked.length, asked)
})

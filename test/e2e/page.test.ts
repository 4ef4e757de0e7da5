// Onset's own page in a real browser, with runs that came over OTLP.

import t from 'tap'
import { BROWSER, openBrowser } from '../support/browser.ts'
import { sendFailingRun } from '../support/failing-run.ts'
import { aDataDir, startOnset } from '../support/onset-process.ts'
import { encodeTraceRequest, type SpanLiteral } from '../support/otlp-request.ts'

const RUN = 'b'.repeat(32)
const HOSTILE_RUN = 'c'.repeat(32)
const ENV = { ONSET_COMPLETION_SETTLE_MS: '100' }

const options =
  BROWSER === undefined ? { skip: 'no Chromium is installed (.ci/run installs it)' } : {}

async function send(url: string, spans: readonly SpanLiteral[]): Promise<void> {
  const answer = await fetch(`${url}/v1/traces`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: new Uint8Array(encodeTraceRequest(spans, 'json'))
  })
  if (!answer.ok) throw new Error(`${answer.status} ${await answer.text()}`)
}

t.test('a run appears by itself, and its page says where it went wrong', options, async (t) => {
  const onset = await startOnset(t, { dataDir: aDataDir(t), env: ENV })
  const { page, complaints } = await openBrowser(t, BROWSER ?? '')

  await page.goto(onset.url)
  await page.getByText('No runs yet').waitFor()
  await sendFailingRun(onset.url, RUN)
  const row = page.locator('table.runs tbody tr')
  await row.getByText('step 2').waitFor()
  t.match(await row.textContent(), /error.*coder.*implementation/s)

  await row.getByRole('link').click()
  t.equal(new URL(page.url()).pathname, `/runs/${RUN}`)
  const card = page.getByLabel('Onset', { exact: true })
  await card.waitFor()
  t.match(await card.textContent(), /step 2 · implementation/)
  t.equal(await page.locator('.line').count(), 5, 'one line a step')
  t.equal(await page.locator('.line.is-onset').count(), 1)

  await t.test('a step opens by the keyboard, with its evidence marked', async (t) => {
    await page.locator('.line.is-onset').press('Enter')
    const detail = page.locator('.detail')
    await detail.waitFor()
    t.match(await detail.textContent(), 'Number(text) * 3600')
    t.ok((await detail.locator('mark').count()) > 0)
    t.equal(new URL(page.url()).hash, '#step-2')
    await page.reload()
    await detail.waitFor()
  })

  await t.test('a correction is kept and shown', async (t) => {
    await page.locator('#step-3 .line').click()
    await page.getByLabel('Comment').fill('the test itself is wrong <b>')
    await page.locator('#step-3').getByRole('button', { name: 'This is the onset' }).click()
    await page.getByLabel('Feedback').getByText('the test itself is wrong <b>').waitFor()
    const given = await (await fetch(`${onset.url}/api/runs/${RUN}/feedback`)).json()
    t.match(given, { items: [{ onsetStepIndex: 3, comment: 'the test itself is wrong <b>' }] })
  })

  await t.test('filters are in the address, and the way back works', async (t) => {
    await page.goto(`${onset.url}/?outcome=ok`)
    await page.getByText('No run matches').waitFor()
    await page.getByRole('combobox', { name: 'outcome' }).selectOption('error')
    await row.first().waitFor()
    t.equal(new URL(page.url()).search, '?outcome=error')
    await page.goBack()
    await page.getByText('No run matches').waitFor()
  })

  await t.test('a run that is not there is said so', async () => {
    await page.goto(`${onset.url}/runs/nothing`)
    await page.getByRole('alert').getByText('There is no such run').waitFor()
  })
  t.same(
    complaints.filter((text) => !text.includes('404')),
    [],
    'nothing was complained of but the run that is not there'
  )
})

t.test('what a run says is text and nothing else', options, async (t) => {
  const onset = await startOnset(t, { dataDir: aDataDir(t), env: ENV })
  const { page, complaints } = await openBrowser(t, BROWSER ?? '')
  const evil =
    '<img src=x onerror=alert(1)><script>alert(2)</script>\u202Egnp.exe' + 'x'.repeat(300)
  const times = { startTime: 1_790_000_000_000_000_000n, endTime: 1_790_000_001_000_000_000n }
  await send(onset.url, [
    {
      traceId: HOSTILE_RUN,
      spanId: '1'.repeat(16),
      name: evil,
      ...times,
      attributes: {
        'gen_ai.operation.name': 'invoke_agent',
        'gen_ai.agent.name': evil,
        'gen_ai.input.messages': JSON.stringify([
          { role: 'user', parts: [{ type: 'text', content: evil }] }
        ]),
        'onset.run.outcome': 'error'
      }
    },
    {
      traceId: HOSTILE_RUN,
      spanId: '2'.repeat(16),
      parentSpanId: '1'.repeat(16),
      name: 'execute_tool bash',
      ...times,
      attributes: {
        'gen_ai.operation.name': 'execute_tool',
        'gen_ai.tool.name': evil,
        'gen_ai.tool.call.arguments': JSON.stringify({ command: evil, [evil]: evil }),
        'gen_ai.tool.call.result': evil
      }
    }
  ])
  await page.goto(onset.url)
  await page.locator('table.runs').getByText('<script>').first().waitFor()
  await page.locator('table.runs').getByRole('link').first().click()
  const [first, last] = await page.locator('.run-head code').evaluate((id) => {
    const range = id.ownerDocument.createRange()
    const text = id.firstChild
    const placeOf = (at: number): number => {
      if (text === null) return 0
      range.setStart(text, at)
      range.setEnd(text, at + 1)
      return range.getBoundingClientRect().left
    }
    return [placeOf(0), placeOf(5)]
  })
  t.ok(first < last, 'a name that turns the direction turns nothing after it')
  await page.setViewportSize({ width: 390, height: 900 })
  t.equal(
    await page.evaluate('document.documentElement.scrollWidth'),
    390,
    'a word without an end fits a telephone'
  )
  await page.locator('.line').first().click()
  await page.locator('.detail').getByText('<img src=x').first().waitFor()
  t.equal(await page.locator('#page img, #page script').count(), 0)
  t.same(complaints, [])
})

t.test('with keys the page asks for one, and keeps it to the tab', options, async (t) => {
  const key = 'a-key-of-some-length-1234567'
  const env = { ...ENV, ONSET_API_KEYS: `read:${key},ingest:another-key-of-some-length` }
  const onset = await startOnset(t, { dataDir: aDataDir(t), env })
  const { page } = await openBrowser(t, BROWSER ?? '')
  await page.goto(onset.url)
  await enterKey(page, 'no-key-of-anybody-123456789')
  await page.getByRole('alert').waitFor()
  await enterKey(page, key)
  await page.getByText('No runs yet').waitFor()
  t.notMatch(page.url(), key)
  t.equal(await page.evaluate('localStorage.length'), 0)
  t.equal(await page.evaluate('document.cookie'), '')
})

async function enterKey(page: Awaited<ReturnType<typeof openBrowser>>['page'], key: string) {
  await page.getByLabel('Key').fill(key)
  await page.getByRole('button', { name: 'Use it' }).click()
}

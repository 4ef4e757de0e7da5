// Onset's own page in a real browser: from an alert's link to the evidence and back, to the turns of the session,
// and through the list.

import t from 'tap'
import { BROWSER, openBrowser } from '../support/browser.ts'
import { aDataDir, startOnset } from '../support/onset-process.ts'
import { sendSpans, toTurnSpans, type Turn } from '../support/session-turns.ts'
import { waitFor } from '../support/wait-for.ts'

const ENV = { ONSET_COMPLETION_SETTLE_MS: '100' }

/** Of no use as part of a path, and markup. */
const SESSION = 'talk/../<b>&?#%2F'

const TURNS: readonly Turn[] = [
  { traceId: '1a'.repeat(16), session: SESSION, at: 0, outcome: 'ok', task: 'Look at it' },
  {
    traceId: '2b'.repeat(16),
    session: SESSION,
    at: 1,
    outcome: 'error',
    task: 'Fix it',
    looks: 60
  },
  { traceId: '3c'.repeat(16), session: SESSION, at: 2, outcome: 'error', task: 'Fix it again' },
  { traceId: '4d'.repeat(16), session: SESSION, at: 3, outcome: 'ok', task: 'Write it down' }
]

const options =
  BROWSER === undefined ? { skip: 'no Chromium is installed (.ci/run installs it)' } : {}

t.test('from a run to its session, its neighbours and its evidence', options, async (t) => {
  const onset = await startOnset(t, { dataDir: aDataDir(t), env: ENV })
  const { page, complaints } = await openBrowser(t, BROWSER ?? '')
  // The newest first: the order is that of their beginnings, not of their arrival.
  for (const turn of TURNS.toReversed()) await sendSpans(onset.url, toTurnSpans(turn))
  await page.goto(onset.url)
  const rows = page.locator('table.runs tbody tr')
  await rows.nth(TURNS.length - 1).waitFor()

  await t.test('a session has its runs in order, and says which went wrong first', async (t) => {
    await page.getByRole('link', { name: 'session talk' }).first().click()
    await page.getByRole('heading', { name: `Session ${SESSION}` }).waitFor()
    await rows.nth(TURNS.length - 1).waitFor()
    const tasks = await rows.locator('.task a').allTextContents()
    t.same(
      tasks,
      TURNS.map(({ task }) => task)
    )
    t.match(
      await page.getByRole('status').textContent(),
      /^4 runs · 2 failed · .*spent after onsets: \d+ steps/
    )
    const first = page.getByLabel('First that went wrong')
    t.match(await first.textContent(), /First went wrong in run 2, step \d/)
    t.equal(await page.locator('tr.first-wrong').count(), 1)
    t.match(await page.locator('tr.first-wrong').textContent(), 'Fix it')
    t.equal(
      await page.evaluate('document.activeElement.localName'),
      'main',
      'the keyboard is there'
    )
    t.match(await page.title(), SESSION)
    await page.reload()
    await first.waitFor()
    t.equal(await page.locator('#page b').count(), 0)
  })

  await t.test(
    'a run leads to the turn before it, the one after it, and the session',
    async (t) => {
      await page.goto(`${onset.url}/runs/${TURNS[1]?.traceId}`)
      const others = page.getByLabel('Other runs')
      await others.getByRole('link', { name: 'Session, run 2 of 4' }).waitFor()
      await others.getByRole('link', { name: 'Next (error) →' }).click()
      await page.getByRole('heading', { name: 'Fix it again' }).waitFor()
      await others.getByRole('link', { name: '← Previous (error)' }).click()
      await page.getByRole('heading', { name: 'Fix it', exact: true }).waitFor()
      await others.getByRole('link', { name: '← Previous (ok)' }).click()
      await others.getByRole('link', { name: 'Session, run 1 of 4' }).waitFor()
      t.equal(await others.getByText('Previous').count(), 0, 'nothing before the first')
      await others.getByRole('link', { name: 'All runs of this agent' }).click()
      await rows.nth(TURNS.length - 1).waitFor()
      t.equal(new URL(page.url()).search, '?agent=talker')
      await page.goto(`${onset.url}/runs/${TURNS[2]?.traceId}`)
      await others.getByRole('link', { name: 'Those before this one' }).click()
      await page.getByText('until 20').waitFor()
      await rows.nth(1).waitFor()
      t.equal(await rows.count(), 2)
      await page.getByRole('button', { name: 'Any time' }).click()
      await rows.nth(TURNS.length - 1).waitFor()
    }
  )

  await t.test('a link to a step shows it, and the way back leads to the onset', async (t) => {
    await page.goto(`${onset.url}/runs/${TURNS[1]?.traceId}`)
    const card = page.getByLabel('Onset', { exact: true })
    await card.waitFor()
    t.match(await page.title(), /^error: Fix it · Onset$/)
    t.match(await card.locator('strong').first().textContent(), /^Spent after it: \d+ steps/)
    const quotes = await card
      .locator('.evidence li')
      .evaluateAll((items) =>
        items.map(
          (item) =>
            `${item.querySelector('a')?.textContent} ${item.querySelector('q')?.textContent}`
        )
      )
    t.equal(new Set(quotes).size, quotes.length, 'no quote of a step stands twice')

    const last = await page.locator('.line').count()
    await card
      .getByRole('link', { name: `step ${last}` })
      .first()
      .click()
    const detail = page.locator('.detail')
    await detail.waitFor()
    await holds(page, `document.activeElement.closest('#step-${last}') !== null && scrollY > 0`)
    await page.goBack()
    await detail.waitFor({ state: 'detached' })
    await holds(page, 'scrollY === 0')

    await page.goto('about:blank')
    await page.goto(`${onset.url}/runs/${TURNS[1]?.traceId}#step-${last}`)
    await detail.waitFor()
    await holds(
      page,
      `document.querySelector('#step-${last}').getBoundingClientRect().top < innerHeight`
    )
    await detail.getByRole('link', { name: 'Back to the onset' }).press('Enter')
    await holds(page, 'document.activeElement.id === "onset" && scrollY < innerHeight')
    t.equal(await detail.count(), 0)
  })

  await t.test('a session that nobody had is said so', async () => {
    for (const path of ['/session?id=nobody', '/session']) {
      await page.goto(onset.url + path)
      await page.getByText('No run of this session').waitFor()
    }
  })
  t.same(complaints, [])
})

t.test('the list under the fingers', options, async (t) => {
  const onset = await startOnset(t, { dataDir: aDataDir(t), env: ENV })
  const { page, complaints } = await openBrowser(t, BROWSER ?? '')
  for (const turn of TURNS) await sendSpans(onset.url, toTurnSpans(turn))
  await page.goto(`${onset.url}/?utm_source=mail`)
  const rows = page.locator('table.runs tbody tr')
  await rows.nth(TURNS.length - 1).waitFor()

  await t.test('what is typed stays while the list is refreshed', async (t) => {
    const agent = page.getByLabel('agent', { exact: true })
    await agent.pressSequentially('talk')
    await page.waitForResponse((answer) => answer.url().includes('/api/runs?'))
    await page.waitForResponse((answer) => answer.url().includes('/api/runs?'))
    t.equal(await agent.inputValue(), 'talk')
    await agent.pressSequentially('er')
    await agent.press('Enter')
    await page.waitForURL(/agent=talker/)
  })

  await t.test('a filter keeps the keyboard where it was, and the address keeps it', async (t) => {
    const started = page.getByRole('combobox', { name: 'started' })
    await started.focus()
    await started.selectOption('1h')
    await page.waitForURL(/started=1h/)
    await page.getByText('No run matches').waitFor()
    t.equal(await page.evaluate('document.activeElement.name'), 'started')
    await page.reload()
    await page.getByText('No run matches').waitFor()
    t.equal(await started.inputValue(), '1h')
    await started.selectOption('')
    await rows.nth(TURNS.length - 1).waitFor()
    await page.goBack()
    await page.getByText('No run matches').waitFor()
    t.equal(await started.inputValue(), '1h')
  })

  await t.test('a run is found by the beginning of its id', async (t) => {
    await page.getByLabel('run id').fill('3c3c3c3c')
    await page.getByLabel('run id').press('Enter')
    await page.getByRole('heading', { name: 'Fix it again' }).waitFor()
    t.equal(new URL(page.url()).pathname, '/runs/3c3c3c3c')
  })
  t.same(complaints, [])
})

t.test('a step that is open stays open when an analysis numbers it anew', options, async (t) => {
  const onset = await startOnset(t, { dataDir: aDataDir(t), env: ENV })
  const { page, complaints } = await openBrowser(t, BROWSER ?? '')
  const turn: Turn = {
    traceId: '5e'.repeat(16),
    session: 'open',
    at: 0,
    outcome: 'error',
    task: 'Go on',
    isOpen: true
  }
  const [read, ...later] = toTurnSpans(turn)
  await sendSpans(onset.url, later)
  await page.goto(onset.url)
  await page.locator('table.runs .task').getByRole('link').first().click()
  await page.locator('.line', { hasText: 'node --test' }).click()
  await page.locator('#step-2 .detail').waitFor()
  await sendSpans(onset.url, read === undefined ? [] : [read])
  await page.locator('#step-3 .detail').waitFor()
  t.match(await page.locator('#step-3 .line').textContent(), 'node --test')
  t.equal(await page.locator('.detail').count(), 1)
  t.equal(new URL(page.url()).hash, '#step-3')
  await sendSpans(onset.url, toTurnSpans({ ...turn, isOpen: false }))
  await page.getByRole('status').getByText('error').waitFor()
  t.equal(await page.locator('#step-3 .detail').count(), 1)
  t.same(complaints, [])
})

/** Asked from outside: what polls inside of the page evaluates strings, which its policy forbids. */
async function holds(
  page: Awaited<ReturnType<typeof openBrowser>>['page'],
  condition: string
): Promise<void> {
  await waitFor(condition, async () =>
    (await page.evaluate(condition)) === true ? true : undefined
  )
}

// From people's words on runs to the precision of the localizer and a labelled set, with a real Onset and the
// `onset` command. What is exported is evaluated by the command that reads labelled sets.

import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import type { PrecisionListJson, RunDetail } from '../../instrumentation/api-client/index.ts'
import { sendFailingRun } from '../support/failing-run.ts'
import { aDataDir, startOnset } from '../support/onset-process.ts'
import { runOnsetCommand } from '../support/run-onset-command.ts'
import { waitFor } from '../support/wait-for.ts'

// Each command is a process that loads all of them, on a machine that may be busy.
t.setTimeout(300_000)

const RUNS = ['a1', 'b2', 'c3', 'd4'].map((pair) => pair.repeat(16))
const [FIRST = '', SECOND = '', THIRD = '', FOURTH = ''] = RUNS
const SECRET = `ghp_${'a1B2c3D4e5F6'.repeat(3)}`

const onset = await startOnset(t, {
  dataDir: aDataDir(t),
  env: { ONSET_COMPLETION_SETTLE_MS: '100' }
})
const folder = aDataDir(t)
const command = (...args: readonly string[]) => runOnsetCommand(args, { ONSET_URL: onset.url })

async function show(run: string): Promise<RunDetail> {
  return JSON.parse((await command('show', run, '--json')).stdout) as RunDetail
}

function linesOf(file: string): readonly Record<string, unknown>[] {
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Record<string, unknown>)
}

t.before(async () => {
  for (const run of RUNS) await sendFailingRun(onset.url, run)
  for (const run of RUNS) {
    await waitFor('the analysis', async () => {
      const detail = await fetch(`${onset.url}/api/runs/${run}`)
      if (!detail.ok) return undefined
      const { run: head } = (await detail.json()) as RunDetail
      return head.state === 'complete' ? true : undefined
    })
  }
})

t.test('a verifier reports from the command line, and its checks are shown', async (t) => {
  const report = [
    FIRST,
    'error',
    '--check',
    `parses minutes=failed:expected 60, got 3600 ${SECRET}`,
    '--check',
    'reads=passed'
  ]
  t.match(await command('outcome', ...report), { code: 0, stdout: /stored with 2 checks/ })
  const wrong = await command('outcome', FIRST, 'error', '--check', 'x=maybe')
  t.match(wrong, { code: 2, stderr: /expected NAME=STATUS/ })
  t.match(await command('outcome', FIRST, 'splendid'), { code: 2, stderr: /outcome/ })
  await waitFor('the next revision', async () =>
    (await show(FIRST)).run.outcomeSource === 'reported' ? true : undefined
  )
  const { stdout } = await command('show', FIRST)
  t.match(stdout, /checks +failed +parses minutes +expected 60, got 3600/)
  t.match(stdout, /\n +passed +reads/)
})

t.test('feedback counts for the version that it judged, once for each author', async (t) => {
  t.match((await command('precision')).stdout, /no feedback yet/)
  const { run, onsets } = await show(FIRST)
  const named = onsets[0]?.stepIndex ?? 0
  const other = named === 1 ? 2 : 1
  t.ok(named > 0, 'the run has a suspect')
  const say = (id: string, ...args: readonly string[]) => command('feedback', id, ...args)
  t.match(await say(FIRST, '--onset', String(other), '--author', 'ada'), {
    code: 0,
    stdout: new RegExp(`revision ${run.revision}`)
  })
  await say(FIRST, '--onset', String(named), '--author', 'ada', '--category', 'mislocalized_edit')
  await say(SECOND, '--none', '--author', 'ada')
  await say(THIRD, '--onset', String(named), '--author', 'ada')
  await say(THIRD, '--none', '--author', 'bob')
  const { stdout } = await command('precision', '--json')
  const [item, ...others] = (JSON.parse(stdout) as PrecisionListJson).items
  t.strictSame(others, [])
  t.match(item, {
    runs: 3,
    disagreements: 1,
    exact: { count: 1, of: 1, share: 1, high: 1 },
    top3: { count: 1, of: 1 },
    missed: { count: 0, of: 1 },
    falseAccusations: { count: 1, of: 1, share: 1 }
  })
  t.ok((item?.exact.low ?? 1) < 0.25, 'one run shows little')
  t.match((await command('precision')).stdout, /1\/1 100 % \[21,100\]/)
  t.match((await command('precision', '--until', '2020-01-01')).stdout, /no feedback yet/)
})

t.test('feedback that cannot be meant is refused with what is right', async (t) => {
  t.match(await command('feedback', FIRST), { code: 2, stderr: /--onset or --none/ })
  t.match(await command('feedback', FIRST, '--onset', '0'), { code: 2, stderr: /from 1/ })
  t.match(await command('feedback', FIRST, '--onset', '999'), { code: 2, stderr: /999, but/ })
  const stale = await command('feedback', FIRST, '--none', '--revision', '99')
  t.match(stale, { code: 2, stderr: /revision is 99, but the run is at/ })
  t.match(await command('feedback', '', '--none'), { code: 2, stderr: /<run> is empty/ })
  t.match(await command('feedback', '--none'), { code: 2, stderr: /<run> is missing/ })
  for (const unknown of ['no-such-run', 'f'.repeat(32)]) {
    t.match(await command('feedback', unknown, '--none'), {
      code: 1,
      stdout: '',
      stderr: new RegExp(`there is no run ${unknown}\\.`)
    })
  }
})

t.test('feedback is shown with the run, the newest first, with author and time', async (t) => {
  const time = String.raw`\(20\d\d-\d\d-\d\d \d\d:\d\d UTC\)`
  await command('feedback', FOURTH, '--onset', '1', '--comment', 'it\u001b[31m guessed')
  await command('feedback', FOURTH, '--none', '--author', 'bob')
  for (const name of ['show', 'localize']) {
    const { stdout } = await command(name, FOURTH)
    const newest = `feedback  bob: no step is to blame ${time}`
    t.match(stdout, new RegExp(`${newest}\n {10}a person: step 1 ${time} "it[^\u001b]* guessed"\n`))
  }
  t.equal((await command('show', FOURTH, '--json')).stdout.includes('bob'), false)
})

t.test('an outcome may come before its run, and that is said', async (t) => {
  t.match(await command('outcome', 'e5'.repeat(16), 'ok', '--check', 'a=passed'), {
    code: 0,
    stdout:
      /^stored with 1 check; run (?:e5){16} is not known yet; it counts once the run arrives\n$/
  })
})

t.test('a beginning that is too short is told how long it has to be', async (t) => {
  t.match(await command('show', 'a1a'), { code: 1, stderr: /at least four characters/ })
  t.match(await command('show', 'a1a1'), { code: 0 })
})

t.test('renormalize takes a date as the other commands do', async (t) => {
  const ended = await command('renormalize', '--since', '2026-01-01', '--until', '2026-01-02')
  t.match(ended, { code: 0, stdout: /0 spans read/ })
})

t.test('an address or a key that cannot be one is said to be so', async (t) => {
  const runs = (env: Record<string, string>) => runOnsetCommand(['runs'], env)
  t.match(await runs({ ONSET_URL: 'foo' }), { code: 1, stderr: /ONSET_URL is "foo", not an http/ })
  const password = await runs({ ONSET_URL: 'ftp://me:a-password@host' })
  t.match(password, { code: 1, stderr: /ONSET_URL/ })
  t.notMatch(password.stderr, /a-password/)
  const broken = await runs({ ONSET_URL: onset.url, ONSET_API_KEY: 'abc\ndef' })
  t.match(broken, { code: 1, stderr: /ONSET_API_KEY contains a line break/ })
  t.notMatch(broken.stderr, /abc|def/)
})

t.test('what people agree on is a labelled set that onset eval reads', async (t) => {
  const file = join(folder, 'labelled.jsonl')
  const exported = await command('export', '--format', 'jsonl', '--labelled-only', '-o', file)
  t.match(exported, { code: 0, stderr: '' })
  const lines = linesOf(file)
  t.strictSame(new Set(lines.map((line) => line['id'])), new Set([FIRST, SECOND]))
  const labelled = lines.find((line) => line['id'] === FIRST)
  t.match(labelled, { solved: false, label: { attributable: true, category: 'mislocalized_edit' } })
  t.notMatch(readFileSync(file, 'utf8'), SECRET)
  const report = await command('eval', file, '--json')
  t.equal(report.code, 0, report.stderr)
  t.match(JSON.parse(report.stdout), { format: 'onsets', runs: 2 })
})

t.test('the evaluation reads every run that was exported', async (t) => {
  const file = join(folder, 'all.jsonl')
  await command('export', '--format', 'jsonl', '-o', file)
  t.equal(linesOf(file).length, RUNS.length)
  t.match(await command('eval', file, '--errors'), { code: 0, stdout: /Localizer/ })
})

t.test('every step has a verdict and a reward, corrected by people', async (t) => {
  const file = join(folder, 'rewards.jsonl')
  t.match(await command('export', '--format', 'rl', '-o', file), { code: 0, stderr: '' })
  const rows = linesOf(file)
  const { onsets, steps } = await show(FIRST)
  const rowsOf = (run: string) => rows.filter((row) => row['traj_id'] === run)
  t.equal(rowsOf(FIRST).length, steps.length)
  const named = rowsOf(FIRST).find((row) => row['step_id'] === onsets[0]?.stepIndex)
  t.match(named, {
    verdict: 'incorrect',
    reward_signal: -1,
    impact_severity: 'critical',
    deviation_type: 'wrong_target',
    source: 'feedback'
  })
  t.notOk(rowsOf(SECOND).some((row) => row['verdict'] === 'incorrect'))
  t.match(rowsOf(FOURTH)[0], { source: 'localizer', correct_alternative: null })
  t.ok(rows.every((row) => Math.abs(Number(row['reward_signal'])) <= 1))
})

t.test('stages cover a run and hold the steps that are wrong', async (t) => {
  const file = join(folder, 'stages.jsonl')
  await command('export', '--format', 'tracebench', '-o', file)
  const run = linesOf(file).find((line) => line['traj_id'] === FIRST)
  const { onsets, steps } = await show(FIRST)
  const stages = run?.['stages'] as readonly Record<string, number>[]
  t.equal(stages[0]?.['start_step_id'], 1)
  t.equal(stages.at(-1)?.['end_step_id'], steps.length)
  t.equal(run?.['stage_count'], stages.length)
  const wrong = run?.['incorrect_stages'] as readonly Record<string, number[]>[]
  const incorrect = wrong.flatMap((stage) => stage['incorrect_step_ids'] ?? [])
  t.ok(incorrect.includes(onsets[0]?.stepIndex ?? 0))
})

t.test('an export goes on from the cursor of any page', async (t) => {
  const ids: unknown[] = []
  let cursor: string | null = ''
  let pages = 0
  while (cursor !== null) {
    const query = new URLSearchParams({ format: 'tracebench', limit: '1' })
    if (cursor !== '') query.set('cursor', cursor)
    const answer = await fetch(`${onset.url}/api/export?${query.toString()}`)
    t.equal(answer.headers.get('content-type'), 'application/x-ndjson')
    ids.push((JSON.parse(await answer.text()) as Record<string, unknown>)['traj_id'])
    cursor = answer.headers.get('onset-next-cursor')
    pages += 1
  }
  t.equal(pages, RUNS.length)
  t.strictSame(new Set(ids), new Set(RUNS))
})

t.test('a wrong export is refused before anything is written', async (t) => {
  t.match(await command('export'), { code: 2, stderr: /--format is missing; expected jsonl/ })
  t.match(await command('export', '--format', 'xml'), { code: 2, stderr: /jsonl, rl, tracebench/ })
  const nowhere = join(folder, 'no', 'such', 'folder.jsonl')
  t.match(await command('export', '--format', 'rl', '-o', nowhere), { code: 2, stderr: /ENOENT/ })
  const outcome = await command('export', '--format', 'rl', '--outcome', 'splendid')
  t.match(outcome, { code: 2, stdout: '', stderr: /outcome/ })
  const file = join(folder, 'kept.jsonl')
  writeFileSync(file, '{"kept":true}\n')
  const gone = await runOnsetCommand(['export', '--format', 'rl', '--cursor', 'x', '-o', file], {
    ONSET_URL: 'http://127.0.0.1:9'
  })
  t.match(gone, { code: 1, stderr: /no Onset answers/ })
  t.equal(readFileSync(file, 'utf8'), '{"kept":true}\n')
})

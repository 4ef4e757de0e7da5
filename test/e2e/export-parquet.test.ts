// `onset export --format parquet` against a real Onset: a file that the engine reads back, with the rows of jsonl.

import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { Session } from 'chdb'
import t from 'tap'
import { sendFailingRun } from '../support/failing-run.ts'
import { aDataDir, startOnset } from '../support/onset-process.ts'
import { runOnsetCommand } from '../support/run-onset-command.ts'
import { waitFor } from '../support/wait-for.ts'

const RUNS = ['a1', 'b2', 'c3'].map((pair) => pair.repeat(16))
const [FIRST = '', SECOND = ''] = RUNS

const dataDir = aDataDir(t)
const onset = await startOnset(t, {
  dataDir,
  env: { ONSET_COMPLETION_SETTLE_MS: '100' }
})
const folder = aDataDir(t)
const command = (...args: readonly string[]) => runOnsetCommand(args, { ONSET_URL: onset.url })
const exportTo = (file: string, ...args: readonly string[]) =>
  command('export', '--format', 'parquet', '--out', file, ...args)

interface Row extends Record<string, unknown> {
  readonly id: string
  readonly index: number
}

interface LabelledLine extends Record<string, unknown> {
  readonly steps: readonly Record<string, unknown>[]
  readonly label: Record<string, unknown> | null
}

/** As the engine reads the file: its own schema, nothing said by us. */
async function read(file: string, what = '*'): Promise<readonly Row[]> {
  const session = new Session(join(folder, 'engine'))
  try {
    const settings = "SETTINGS date_time_output_format = 'unix_timestamp'"
    const statement = `SELECT ${what} FROM file('${file}', Parquet) ${settings}`
    const answer = await session.queryAsync(statement, { format: 'JSONEachRow' })
    const lines = answer.text().split('\n')
    return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as Row)
  } finally {
    session.close()
  }
}

/** Answers every export with this. */
async function aServer(
  t: { teardown(gone: () => void): void },
  answer: (request: IncomingMessage, response: ServerResponse) => void
): Promise<string> {
  const server = createServer(answer)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

t.before(async () => {
  for (const run of RUNS) await sendFailingRun(onset.url, run)
  for (const run of RUNS) {
    await waitFor('the analysis', async () => {
      const answer = await fetch(`${onset.url}/api/runs/${run}`)
      if (!answer.ok) return undefined
      const { run: head } = (await answer.json()) as { run: { state: string } }
      return head.state === 'complete' ? true : undefined
    })
  }
  const checks = ['--check', "it's \\ 😀=failed:expected 60\ngot 3600", '--check', 'reads=passed']
  await command('outcome', FIRST, 'error', ...checks)
  await command('feedback', FIRST, '--onset', '2', '--category', 'mislocalized_edit')
  await command('feedback', SECOND, '--none')
  await waitFor('the report', async () => {
    const answer = await fetch(`${onset.url}/api/runs/${FIRST}`)
    const { run } = (await answer.json()) as { run: { outcomeSource?: string } }
    return run.outcomeSource === 'reported' ? true : undefined
  })
})

t.test('a file has the steps of the lines, field by field', async (t) => {
  const file = join(folder, 'runs.parquet')
  t.match(await exportTo(file), { code: 0, stdout: '', stderr: '' })
  const { stdout } = await command('export', '--format', 'jsonl')
  const runs = stdout.split('\n').filter((line) => line !== '')
  const expected = runs.flatMap((line) => {
    const { steps, label, ...run } = JSON.parse(line) as LabelledLine
    return steps.map((step) => toRow(run, label, step))
  })
  const byKey = (a: Row, b: Row) => (a.id === b.id ? a.index - b.index : a.id < b.id ? -1 : 1)
  const rows = await read(file)
  t.equal(rows.length, 15)
  t.strictSame(rows, expected.toSorted(byKey))
  t.strictSame(
    rows.map(({ id, index }) => [id, index]),
    rows.toSorted(byKey).map(({ id, index }) => [id, index]),
    'in order'
  )
})

function toRow(
  run: Record<string, unknown>,
  label: Record<string, unknown> | null,
  step: Record<string, unknown>
): Row {
  const time = (seconds: unknown) => (seconds === null ? null : Number(seconds).toFixed(9))
  return {
    id: String(run['id']),
    task: run['task'],
    agent: run['agent'],
    model: run['model'],
    service: run['service'],
    outcome: run['outcome'],
    outcome_source: run['outcome_source'],
    solved: run['solved'],
    tests: run['tests'],
    test_messages: run['test_messages'],
    test_output: run['test_output'],
    labelled: label !== null,
    onset_step: label?.['onset_step'] ?? null,
    category: label?.['category'] ?? null,
    index: Number(step['index']),
    kind: step['kind'],
    name: step['name'],
    step_agent: step['agent'],
    start_time: time(step['time']),
    end_time: time(step['end']),
    tool: step['tool'],
    thought: step['thought'],
    action: step['action'],
    arguments: step['arguments'],
    observation: step['observation'],
    is_error: step['is_error'],
    error: step['error'],
    exit_code: step['exit_code'],
    truncated: step['truncated'],
    sidechain: step['sidechain']
  }
}

t.test('filters and labels choose the runs of a file too', async (t) => {
  const labelled = join(folder, 'labelled.parquet')
  await exportTo(labelled, '--labelled-only')
  const rows = await read(labelled, 'DISTINCT id, labelled, onset_step, category')
  t.strictSame(
    new Set(rows.map((row) => JSON.stringify(row))),
    new Set([
      JSON.stringify({ id: FIRST, labelled: true, onset_step: 2, category: 'mislocalized_edit' }),
      JSON.stringify({ id: SECOND, labelled: true, onset_step: null, category: null })
    ])
  )
  const none = join(folder, 'none.parquet')
  t.match(await exportTo(none, '--until', '2001-01-01'), { code: 0 })
  t.strictSame(await read(none), [], 'a file without rows is a file')
  t.match(await exportTo(none, '--outcome', 'splendid'), { code: 2, stderr: /outcome/ })
})

t.test('runs beyond one file go to the next ones', async (t) => {
  const ids: string[] = []
  let cursor: string | null = ''
  for (let part = 0; cursor !== null; part += 1) {
    const query = new URLSearchParams({ format: 'parquet', limit: '2' })
    if (cursor !== '') query.set('cursor', cursor)
    const answer = await fetch(`${onset.url}/api/export?${query.toString()}`)
    t.equal(answer.headers.get('content-type'), 'application/vnd.apache.parquet')
    t.equal(answer.headers.get('onset-export-runs'), part === 0 ? '2' : '1')
    const file = join(folder, `part-${part}.parquet`)
    writeFileSync(file, new Uint8Array(await answer.arrayBuffer()))
    for (const { id } of await read(file, 'DISTINCT id')) ids.push(id)
    cursor = answer.headers.get('onset-next-cursor')
  }
  t.strictSame(ids.toSorted(), RUNS)
})

t.test('a pipe is given the file', async (t) => {
  const answer = await fetch(`${onset.url}/api/export?format=parquet`)
  const bytes = Buffer.from(await answer.arrayBuffer())
  const { code, stdout } = await command('export', '--format', 'parquet')
  t.equal(code, 0)
  t.equal(stdout, bytes.toString('utf8'), 'the same bytes, read as text')
})

t.test('whoever goes away leaves nothing behind', async () => {
  for (const afterMs of [0, 5, 20, 60]) {
    const gone = AbortSignal.timeout(afterMs)
    await fetch(`${onset.url}/api/export?format=parquet`, { signal: gone }).catch(() => undefined)
  }
  await waitFor('an empty folder', async () => {
    const left = readdirSync(join(dataDir, 'ingest')).filter((name) => name.endsWith('.out'))
    return left.length === 0 ? true : undefined
  })
  await waitFor('two files at once, as many as may be', async () => {
    const ask = () => fetch(`${onset.url}/api/export?format=parquet`)
    const answers = await Promise.all([ask(), ask()])
    for (const answer of answers) await answer.arrayBuffer()
    return answers.every(({ status }) => status === 200) ? true : undefined
  })
})

t.test('a file that broke off is not there, and what was there stays', async (t) => {
  const half = readFileSync(join(folder, 'runs.parquet')).subarray(0, 1_000)
  const cut = await aServer(t, (_request: IncomingMessage, response: ServerResponse) => {
    response.writeHead(200, { 'content-type': 'application/vnd.apache.parquet' })
    response.write(half)
    setTimeout(() => response.destroy(), 20)
  })
  const short = await aServer(t, (_request: IncomingMessage, response: ServerResponse) => {
    response.end(half)
  })
  for (const [name, url] of [
    ['cut', cut],
    ['short', short]
  ] as const) {
    const file = join(folder, `${name}.parquet`)
    writeFileSync(file, 'as it was')
    const args = ['export', '--format', 'parquet', '--out', file]
    t.match(await runOnsetCommand(args, { ONSET_URL: url }), { code: 1, stderr: /interrupted/ })
    t.equal(readFileSync(file, 'utf8'), 'as it was')
    t.notOk(existsSync(`${file}.part`))
  }
  const gone = await runOnsetCommand(['export', '--format', 'parquet'], { ONSET_URL: short })
  t.match(gone, { code: 1, stderr: /interrupted .*output is incomplete/ })
})

t.test('what fails midway goes on from the part that failed', async (t) => {
  const whole = readFileSync(join(folder, 'runs.parquet'))
  const url = await aServer(t, (request: IncomingMessage, response: ServerResponse) => {
    if (request.url?.includes('cursor=') === true) {
      response.writeHead(503, { 'content-type': 'application/json' })
      response.end(JSON.stringify({ error: { code: 'STORE_BUSY', message: 'too many files' } }))
      return
    }
    response.writeHead(200, { 'onset-next-cursor': 'next', 'onset-export-runs': '3' })
    response.end(whole)
  })
  const file = join(folder, 'parts.parquet')
  const end = await runOnsetCommand(['export', '--format', 'parquet', '--out', file], {
    ONSET_URL: url
  })
  t.match(end, { code: 1, stderr: /too many files.*first file is complete.*--cursor next/ })
  t.strictSame(readFileSync(file), whole)
  const piped = await runOnsetCommand(['export', '--format', 'parquet'], { ONSET_URL: url })
  t.match(piped, { code: 2, stdout: '', stderr: /--out FILE/ })
})

t.test('a folder that is not there is said before anything is asked for twice', async (t) => {
  t.match(await exportTo(join(folder, 'no', 'such', 'x.parquet')), { code: 2, stderr: /ENOENT/ })
})

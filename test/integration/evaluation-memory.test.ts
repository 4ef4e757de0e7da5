// `onset eval --memory`: what memory would be worth as a weight, beside the same localizer without it.

import { join } from 'node:path'
import { writeFileSync } from 'node:fs'
import t from 'tap'
import { evalCommand } from '../../processors/evaluation/index.ts'
import type { Report, Row } from '../../processors/evaluation/report/report.ts'
import { anOnsetsRecord, toJsonLines } from '../support/labelled-records.ts'
import { aDataDir } from '../support/onset-process.ts'

const DAY = 86_400

/** Unlike each other: what shares most of its words is taken for one task. */
const TASKS = [
  'Count the words of /app/words.txt with count.py.',
  'Tell how many lines a log has since midnight.',
  'Sum up what each customer has paid in May.',
  'Find the longest name among all the files here.'
]

/** The counter of words again and again, each of another task and a day later. */
function aRun(number: number, task: string, solved: boolean): Record<string, unknown> {
  const content = solved ? 'print(len(open(0).read().split()))' : 'print(len(open(0)))'
  const record = anOnsetsRecord(
    {
      id: `agent_a/${task}/${number}`,
      task_id: task,
      task,
      solved,
      ...(solved ? { label: null, tests: { test_count: 'passed' }, test_output: '' } : {})
    },
    [
      { tool: 'Read', arguments: { file_path: '/app/words.txt' } },
      { tool: 'Write', arguments: { file_path: '/app/count.py', content } },
      { tool: 'Bash', arguments: { command: 'python count.py' }, is_error: !solved }
    ]
  )
  const steps = record['steps'] as readonly Record<string, number>[]
  const later = (seconds = 0) => seconds + number * DAY
  return {
    ...record,
    steps: steps.map((step) => ({ ...step, time: later(step['time']), end: later(step['end']) }))
  }
}

async function evaluate(...args: readonly string[]) {
  let stdout = ''
  let stderr = ''
  const code = await evalCommand.run(args, {
    stdout: { write: (text: string) => (stdout += text) },
    stderr: { write: (text: string) => (stderr += text) },
    env: {}
  })
  return { code, stdout, stderr }
}

function rowsOf(report: string, title: string): readonly Row[] {
  const { sections } = JSON.parse(report) as Report
  return sections.find((section) => section.title.startsWith(title))?.rows ?? []
}

t.test('each weight is printed with its gain, its n and its interval', async (t) => {
  const file = join(aDataDir(t), 'runs.jsonl')
  const records = TASKS.map((task, at) => aRun(at, task, false))
  writeFileSync(file, toJsonLines([...records, aRun(5, TASKS[0] ?? '', true)]))
  const { code, stdout, stderr } = await evaluate(file, '--memory', '--json')
  t.equal(code, 0, stderr)
  const weighed = rowsOf(stdout, 'Memory as a weight')
  t.strictSame(weighed[0]?.name, 'without memory')
  t.equal(weighed.length, 7)
  for (const { figures } of weighed.slice(1)) {
    t.match(figures, { exactGain: { n: 4, interval: {} }, acceptableGain: { n: 4 } })
  }
  const alone = rowsOf(stdout, 'Where a run left the way')
  t.equal(alone.length, 3)
  for (const { figures } of alone) t.equal(figures['exact']?.n, 1, 'one has a success of its task')
  const { stdout: table } = await evaluate(file, '--memory')
  // The first run has nothing before it; the three after it have met the pattern.
  t.match(table, /Of these runs 3 have a suspect whose pattern was met before/)
  t.notMatch((await evaluate(file)).stdout, /Memory/)
})

t.test('memory alone is nothing to measure', async (t) => {
  const end = await evaluate('runs.jsonl', '--memory', '--baselines-only')
  t.match(end, { code: 2, stderr: /leave out --baselines-only/ })
})

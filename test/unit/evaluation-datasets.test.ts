// Reads small made-up files of every format from disk, as the command does.
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import t from 'tap'
import type { Test } from 'tap'
import { cutText, STEP_TEXT_CHARS_MAX } from '../../collector/model/index.ts'
import { readDataset } from '../../processors/evaluation/datasets/dataset.ts'
import type { OnsetsCall } from '../support/labelled-records.ts'
import {
  aHandCraftedRecord,
  anAgentRxTauRecord,
  anOnsetsLabel,
  anOnsetsRecord,
  aStepKindsRecord,
  aWhoAndWhenRecord,
  toJsonLines
} from '../support/labelled-records.ts'

async function read(t: Test, content: string | Uint8Array, limit?: number) {
  const path = join(t.testdir({}), 'runs.jsonl')
  await writeFile(path, content)
  return readDataset(path, limit)
}

async function readOne(t: Test, record: Record<string, unknown>) {
  const { runs } = await read(t, toJsonLines([record]))
  const [run] = runs
  if (run === undefined) throw new Error('no run was read')
  return { run, steps: run.numbered.map((id) => run.steps.find((step) => step.stepId === id)) }
}

t.test('each format is told by its shape', async (t) => {
  const formats: [string, Record<string, unknown>][] = [
    ['onsets', anOnsetsRecord()],
    ['who-and-when', aWhoAndWhenRecord()],
    ['who-and-when', aHandCraftedRecord()],
    ['agentrx-tau', anAgentRxTauRecord()],
    ['step-kinds', aStepKindsRecord()]
  ]
  for (const [format, record] of formats) {
    t.equal((await read(t, toJsonLines([record]))).format, format)
  }
})

t.test(
  'a tool call of an onsets run becomes a step with what it did and what came back',
  async (t) => {
    const { steps } = await readOne(t, anOnsetsRecord())
    t.match(steps[1], {
      kind: 'tool',
      tool: 'Write',
      action: 'Write /app/count.py',
      arguments: '{"file_path":"/app/count.py","content":"print(len(open(0)))"}',
      observation: 'done',
      outcome: 'ok',
      agent: 'claude-code',
      model: 'agent_a'
    })
    t.match(steps[2], { action: 'python count.py', outcome: 'error', error: 'done' })
  }
)

t.test('the verifier of an onsets run reports, as CI would', async (t) => {
  const { run } = await readOne(t, anOnsetsRecord())
  t.match(run.outcomeReports, [
    {
      outcome: 'error',
      source: 'verifier',
      checks: [{ name: 'test_count', status: 'failed', message: '' }],
      output: 'FAILED test_count - assert 3 == 4'
    }
  ])
  const { run: unverified } = await readOne(t, anOnsetsRecord({ tests: null }))
  t.same(unverified.outcomeReports[0]?.checks, [])
})

t.test('an onsets run is framed by its agent and closed by its final message', async (t) => {
  const { run } = await readOne(t, anOnsetsRecord())
  t.match(run.steps[0], { kind: 'agent', input: /Count the words/, action: 'The counter is done.' })
  t.match(run.steps.at(-1), { kind: 'llm', action: 'The counter is done.' })
  t.equal(run.numbered.length, 4)
  const { run: silent } = await readOne(t, anOnsetsRecord({ final_message: '' }))
  t.equal(silent.steps.length, 5)
})

t.test('the label of an onsets run speaks of steps, and stages in our words', async (t) => {
  const stages = [
    { name: 'environment_check', start: 1, end: 1 },
    { name: 'dependency_install', start: 2, end: 2 },
    { name: 'cleanup', start: 3, end: 4 }
  ]
  const label = anOnsetsLabel({ acceptable_onsets: [3], unuseful_steps: [4], stages })
  const { run } = await readOne(t, anOnsetsRecord({ label }))
  t.match(run.label, {
    verdict: 'failed',
    attributable: true,
    onset: { stepIndex: 2, acceptable: [3], incorrect: [2], category: 'requirement_missed' },
    unuseful: [4]
  })
  t.same(
    run.label.stages?.map(({ name }) => name),
    ['environment', 'dependencies', 'delivery']
  )
})

t.test('a run that nobody could have saved has no onset, and a solved one no label', async (t) => {
  const blameless = anOnsetsLabel({ attributable: false, onset_step: null, incorrect_steps: [] })
  const { run } = await readOne(t, anOnsetsRecord({ label: blameless }))
  t.match(run.label, { verdict: 'failed', attributable: false, onset: undefined })
  const { run: solved } = await readOne(t, anOnsetsRecord({ solved: true, label: null }))
  t.match(solved.label, { verdict: 'solved', attributable: undefined, onset: undefined })
})

t.test('a step of a sub-agent hangs under the call that started it', async (t) => {
  const { steps } = await readOne(
    t,
    anOnsetsRecord({ label: null }, [
      { tool: 'Task', end: 1_780_000_009 },
      { tool: 'Read', sidechain: true },
      { tool: 'Read' }
    ])
  )
  t.equal(steps[1]?.parentSpanId, steps[0]?.spanId)
  t.not(steps[2]?.parentSpanId, steps[0]?.spanId)
})

t.test('a call that the end of the run cut off has no outcome', async (t) => {
  const { steps } = await readOne(
    t,
    anOnsetsRecord({ label: null }, [{ end: null, observation: null }])
  )
  t.match(steps[0], { outcome: 'unknown', observation: '' })
  t.equal(steps[0]?.endTime, steps[0]?.startTime)
})

t.test('steps keep the recorded order, whatever their clocks say', async (t) => {
  const record = anOnsetsRecord({ label: null })
  const calls = (record['steps'] as Record<string, unknown>[]).map((call, position) => ({
    ...call,
    time: 1_780_000_000 - position
  }))
  const { steps } = await readOne(t, { ...record, steps: calls })
  for (const [position, step] of steps.slice(1).entries()) {
    t.ok((step?.startTime ?? 0n) > (steps[position]?.startTime ?? 0n))
  }
})

t.test('texts are cut as the normalizer cuts them', async (t) => {
  const long = 'x'.repeat(STEP_TEXT_CHARS_MAX + 1)
  const { steps } = await readOne(t, anOnsetsRecord({ label: null }, [{ observation: long }]))
  t.equal(steps[0]?.observation, cutText(long, STEP_TEXT_CHARS_MAX))
  t.equal(steps[0]?.truncated, true)
})

t.test('runs of one task and its variants are one task', async (t) => {
  const ids = ['sort', 'sort.easy', 'sort.hard', 'sort.harder']
  const { runs } = await read(t, toJsonLines(ids.map((id) => anOnsetsRecord({ task_id: id }))))
  t.same(
    runs.map((run) => run.task),
    ['sort', 'sort', 'sort', 'sort.harder']
  )
})

t.test(
  'a message of a talk is a step of its sender, and a terminal answer a tool call',
  async (t) => {
    const { run, steps } = await readOne(t, aWhoAndWhenRecord())
    t.match(steps, [
      { kind: 'llm', agent: 'Reading_Expert' },
      {
        kind: 'tool',
        tool: 'Computer_terminal',
        action: 'print(open("numbers").read())',
        outcome: 'error',
        exitCode: 1
      },
      { kind: 'llm', agent: 'Adding_Expert', action: 'I take it to be 10.' },
      { kind: 'llm', agent: 'Reading_Expert' }
    ])
    t.match(run.label.onset, { stepIndex: 3, agent: 'Adding_Expert' })
  }
)

t.test('a human asks and is no step; roles lose their asides', async (t) => {
  const { run, steps } = await readOne(t, aHandCraftedRecord())
  t.same(
    steps.map((step) => step?.agent),
    ['Orchestrator', 'Orchestrator', 'WebSurfer', 'Orchestrator']
  )
  t.match(run.label.onset, { stepIndex: 3, agent: 'WebSurfer' })
  t.match(run.steps[0], { kind: 'agent', input: 'When does the shop open?' })
})

t.test('the expected answer of a talk is not told', async (t) => {
  const { run } = await readOne(t, aWhoAndWhenRecord({ ground_truth: 'twelve and a half' }))
  const { label, ...seen } = run
  t.notMatch(JSON.stringify(seen, textOfBigint), /twelve and a half|guessed/)
  t.ok(label)
})

t.test('a call with its result is one step, a message of either side another', async (t) => {
  const { run, steps } = await readOne(t, anAgentRxTauRecord())
  t.match(steps, [
    { kind: 'llm', agent: 'User' },
    { kind: 'tool', agent: 'Assistant', tool: 'find', observation: '{"order":7}', outcome: 'ok' },
    { kind: 'llm', agent: 'User', action: 'And hurry.' },
    { kind: 'tool', tool: 'cancel', thought: 'Done.', outcome: 'error', error: 'Error: sent' },
    { kind: 'llm', agent: 'Assistant', action: 'It is cancelled.' }
  ])
  t.match(run.label.onset, { stepIndex: 4, incorrect: [3, 4], agent: 'Assistant' })
  t.match(run.steps[0], {
    input: 'You sell kettles. Cancel nothing unasked.\n\nCancel order 7, please.'
  })
})

t.test('blame on a result falls on the call that it answers', async (t) => {
  const record = anAgentRxTauRecord()
  const label = {
    failures: [{ failure_id: 1, step_number: 4, failed_agent: 'Assistant' }],
    root_cause: { failure_id: 1 }
  }
  const { run } = await readOne(t, { ...record, label })
  t.equal(run.label.onset?.stepIndex, 2)
})

t.test('a command is a step, its kind and stage are labels', async (t) => {
  const { run, steps } = await readOne(t, aStepKindsRecord())
  t.match(steps[3], { tool: 'bash', arguments: '{"command":"echo 1 > out/one"}' })
  t.same(run.label.effects, ['explore', 'explore', 'change', 'change'])
  t.match(run.label.stages, [
    { firstStepIndex: 1, lastStepIndex: 2 },
    { firstStepIndex: 3, lastStepIndex: 4 }
  ])
  const { steps: typed } = await readOne(t, aStepKindsRecord({ framework: 'terminus2' }))
  t.match(typed[0], { tool: 'bash_command', arguments: '{"keystrokes":"ls"}' })
})

t.test('gzip is told by its bytes and gives the same runs', async (t) => {
  const text = toJsonLines([anOnsetsRecord(), anOnsetsRecord({ id: 'other' })])
  const plain = await read(t, text)
  const zipped = await read(t, gzipSync(text))
  t.equal(JSON.stringify(zipped.runs, textOfBigint), JSON.stringify(plain.runs, textOfBigint))
})

t.test('a mark of byte order, blank lines and a missing last line end are no matter', async (t) => {
  const [first = '', second = ''] = [anOnsetsRecord(), anOnsetsRecord()].map((record) =>
    JSON.stringify(record)
  )
  t.equal((await read(t, `\uFEFF${first}\r\n\n  \n${second}`)).runs.length, 2)
})

t.test('a character across two chunks of the stream is kept whole', async (t) => {
  const task = '😀'.repeat(50_000)
  const { run } = await readOne(t, anOnsetsRecord({ task: `a${task}`, label: null }))
  t.notMatch(run.steps[0]?.input, /\uFFFD/)
})

t.test('a limit reads the first runs only, and nothing behind them', async (t) => {
  const text = `${toJsonLines([anOnsetsRecord(), anOnsetsRecord()])}not json\n`
  t.equal((await read(t, text, 2)).runs.length, 2)
})

t.test('what is wrong is told with line, field and what would be right', async (t) => {
  const good = JSON.stringify(anOnsetsRecord())
  const wrong: [string, RegExp][] = [
    [`${good}\n{"id":`, /runs\.jsonl:2 is not JSON/],
    [`${good}\n\n[1]`, /runs\.jsonl:3 is not a JSON object/],
    ['{"a":1}', /runs\.jsonl:1 has the fields of no known format .*: a/],
    ['', /holds no runs/],
    [`${good}\n${JSON.stringify(aStepKindsRecord())}`, /:2 is no run of format onsets/],
    [toJsonLines([anOnsetsRecord({ solved: 'no' })]), /:1: solved is "no"; true or false/],
    [toJsonLines([anOnsetsRecord({}, [])]), /:1.*(?:no steps|a step of 1\.\.0)/],
    [
      toJsonLines([anOnsetsRecord({ label: anOnsetsLabel({ onset_step: 9 }) })]),
      /label\.onset_step is 9; a step of 1\.\.4/
    ],
    [
      toJsonLines([anOnsetsRecord({ steps: [{ index: 2 }] })]),
      /steps\[0\]\.index is 2; 1 is required/
    ],
    [
      toJsonLines([aWhoAndWhenRecord({ mistake_step: '4' })]),
      /mistake_step is "4"; a message of 0\.\.3/
    ],
    [toJsonLines([aWhoAndWhenRecord({ history: ['a'] })]), /history\[0\] is "a"; an object/],
    [
      toJsonLines([anAgentRxTauRecord({ label: { failures: [], root_cause: { failure_id: 1 } } })]),
      /failure_id/
    ],
    [toJsonLines([aStepKindsRecord({ stages: ['all'] })]), /stages\[0\] is "all"; \[first, last\]/]
  ]
  for (const [text, message] of wrong) {
    await t.rejects(read(t, text), { code: 'INVALID_ARGUMENT', message })
  }
})

t.test('stages with a gap are left out and said to be; the rest of the run stays', async (t) => {
  const stages = [{ name: 'cleanup', start: 1, end: 3 }]
  const { runs, flaws } = await read(
    t,
    `\n${toJsonLines([anOnsetsRecord({ label: anOnsetsLabel({ stages }) })])}`
  )
  t.match(runs[0]?.label, { stages: undefined, onset: { stepIndex: 2 } })
  t.same(flaws, ['line 2: the last stage ends at 3; 4 is required'])
  const gaps: [readonly unknown[], RegExp][] = [
    [
      [
        [1, 2],
        [4, 4]
      ],
      /stages\[1\] starts at 4; 3 is required/
    ],
    [
      [
        [1, 2],
        [3, 2]
      ],
      /stages\[1\] ends at 2, before its start/
    ]
  ]
  for (const [ranges, flaw] of gaps) {
    const gapped = await read(t, toJsonLines([aStepKindsRecord({ stages: ranges })]))
    t.equal(gapped.runs[0]?.label.stages, undefined)
    t.match(gapped.flaws[0], flaw)
  }
})

t.test('what a recorder did not know may be null', async (t) => {
  const unknown = { agent: null, model: null, tests: null, test_output: null, final_message: null }
  const calls = [{ tool: null, thought: null, observation: null, is_error: null, end: null }]
  const record = anOnsetsRecord({ ...unknown, label: null }, calls as unknown as OnsetsCall[])
  const { steps } = await readOne(t, record)
  t.match(steps, [{ tool: '', thought: '', observation: '', outcome: 'unknown' }])
})

t.test('a damaged archive and a missing file say so', async (t) => {
  const zipped = gzipSync(toJsonLines([anOnsetsRecord()]))
  await t.rejects(read(t, zipped.subarray(0, zipped.length - 20)), {
    code: 'INVALID_ARGUMENT',
    message: /damaged/
  })
  await t.rejects(readDataset(join(t.testdir({}), 'none.jsonl')), {
    code: 'NOT_FOUND',
    message: /none\.jsonl/
  })
  await t.rejects(readDataset(t.testdir({})), { message: /cannot read/ })
})

function textOfBigint(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? String(value) : value
}

// `onset eval` with a judge: what it prints beside the baselines, that a recording gives the same figures
// without the endpoint, and that stubs bound what a judge can do.

import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import type { Test } from 'tap'
import { assembleRun } from '../../processors/assembler/index.ts'
import { createEvalCommand } from '../../processors/evaluation/index.ts'
import type { Localize } from '../../processors/evaluation/index.ts'
import { JUDGE_DEFAULTS } from '../../processors/judge/index.ts'
import { anOnset, someEffects } from '../support/builders.ts'
import { startEndpoint, verdict, type Endpoint } from '../support/judge-endpoint.ts'
import { anOnsetsRecord, toJsonLines } from '../support/labelled-records.ts'

/** Suspects 1, then 2, which is the labelled onset, then 3. */
const suspecting: Localize = ({ run, steps }) => ({
  onsets: [1, 2, 3].map((stepIndex, at) => {
    const { stepId, spanId } = steps[stepIndex - 1]!
    const { runId } = run
    return anOnset({ runId, stepIndex, stepId, spanId, rank: at + 1, confidence: 0.5 - at / 10 })
  }),
  abstention: undefined,
  incorrectSteps: [],
  unusefulSteps: []
})

async function evaluate(args: readonly string[], endpoint?: Endpoint) {
  let stdout = ''
  let stderr = ''
  const command = createEvalCommand(
    {
      classifyStep: () => someEffects(),
      assembleRun,
      localize: suspecting,
      fitLocalizer: undefined
    },
    {
      readJudgeSettings: async () => ({
        endpoint: endpoint && { baseUrl: endpoint.url, apiKey: undefined, model: 'm-1' },
        limits: { ...JUDGE_DEFAULTS, requestTimeoutMs: 5_000 },
        prices: { input: 1, output: 10 }
      })
    }
  )
  const exitCode = await command.run(args, {
    stdout: { write: (text) => (stdout += text) },
    stderr: { write: (text) => (stderr += text) },
    env: {}
  })
  return { exitCode, stdout, stderr }
}

async function aFile(t: Test): Promise<string> {
  const path = join(t.testdir({}), 'runs.jsonl')
  const runs = [1, 2, 3, 4].map((run) =>
    anOnsetsRecord({ id: `run-${run}`, task_id: `task-${run}` })
  )
  await writeFile(path, toJsonLines(runs))
  return path
}

/** Right in every run. */
const RIGHT = verdict({ ranking: [2], claims: [[2, '/app/count.py']] })
const WITHOUT_SPEED = /Speed:[^]*/

t.test('a judge is measured beside the baselines, with gain, cost and intervals', async (t) => {
  const endpoint = await startEndpoint(t, () => RIGHT)
  const { exitCode, stdout, stderr } = await evaluate([await aFile(t), '--judge'], endpoint)
  t.equal(exitCode, 0, stderr)
  t.match(stdout, /localizer and judge m-1 +100 \[100,100\]/)
  t.match(stdout, /localizer, as shipped +0\.0 \[0,0\]/)
  t.match(stdout, /Gain of judge m-1 over without a judge, 4 failed runs/)
  t.match(stdout, /exact, top-1 +\+100 \[\+100,\+100\] +100 \[100,100\] +0\.0 \[0,0\] +100/)
  t.match(stdout, /4 of 4 runs were for the judge/)
  t.match(stdout, /requests +– +12/)
  t.match(stdout, /tokens a judged run +– +6300 +\[6300,6300\]/)
  t.match(stdout, /dollars a judged run +– +0\.009/)
  t.match(stderr, /judging run 1 of 4/)
  t.notMatch(stdout, 'Replayed')
  t.same(
    stdout.split('\n').filter((line) => line.length > 100),
    []
  )
})

t.test('a recording replays the same figures without the endpoint, and says so', async (t) => {
  const endpoint = await startEndpoint(t, (_, nth) => (nth % 4 === 0 ? { status: 401 } : RIGHT))
  const file = await aFile(t)
  const record = join(t.testdirName, 'record.jsonl')
  const first = await evaluate([file, '--judge-record', record], endpoint)
  t.match(first.stdout.replaceAll(/\s+/g, ' '), `Recorded in ${record}`)
  const lines = (await readFile(record, 'utf8')).trim().split('\n')
  t.equal(lines.length, endpoint.asked.length)
  t.match(JSON.parse(lines[0] ?? ''), { sample: 1, model: 'm-1', hash: /^[0-9a-f]{64}$/ })

  const asked = endpoint.asked.length
  const replayed = [1, 2].map(async () => evaluate([file, '--judge-replay', record]))
  for (const { stdout, exitCode } of await Promise.all(replayed)) {
    t.equal(exitCode, 0)
    t.match(stdout.replaceAll(/\s+/g, ' '), /Replayed from .*: no model was asked now/)
    const plain = (text: string) =>
      text.replace(WITHOUT_SPEED, '').replaceAll(/ +(?:Recorded in|Replayed from)[^]*?\n\n/g, '\n')
    t.equal(plain(stdout), plain(first.stdout))
  }
  t.equal(endpoint.asked.length, asked)

  await evaluate([file, '--judge', '--judge-record', record], endpoint)
  t.ok(endpoint.asked.length - asked < asked, 'only what failed is asked again')
})

t.test('a question that was not recorded ends the replay with the name of its run', async (t) => {
  const endpoint = await startEndpoint(t, () => RIGHT)
  const file = await aFile(t)
  const record = join(t.testdirName, 'record.jsonl')
  await evaluate([file, '--judge-record', record, '--limit', '2'], endpoint)
  const { exitCode, stderr } = await evaluate([file, '--judge-replay', record])
  t.equal(exitCode, 2)
  t.match(stderr, /run-3: .*record\.jsonl has no answer for run/)
  const none = await evaluate([file, '--judge-replay', join(t.testdirName, 'none.jsonl')])
  t.match(none, { exitCode: 2, stderr: /none\.jsonl cannot be read/ })
  await writeFile(record, '{"run":1}\n')
  const broken = await evaluate([file, '--judge-replay', record])
  t.match(broken, { exitCode: 2, stderr: /line 1 is no recorded answer/ })
})

t.test('a record belongs to one model', async (t) => {
  const endpoint = await startEndpoint(t, () => RIGHT)
  const file = await aFile(t)
  const record = join(t.testdirName, 'record.jsonl')
  await evaluate([file, '--judge-stub', 'first', '--judge-record', record])
  const { exitCode, stderr } = await evaluate([file, '--judge-record', record], endpoint)
  t.equal(exitCode, 2)
  t.match(stderr, /is a record of first; m-1 needs a file of its own/)
})

t.test(
  'the oracle reaches the share among the first five, the yes-man changes nothing',
  async (t) => {
    const file = await aFile(t)
    const gain = async (kind: string): Promise<string> =>
      /exact, top-1 .*/.exec(
        (await evaluate([file, '--judge-stub', kind])).stdout.split('Gain of')[1] ?? ''
      )?.[0] ?? ''
    t.match(await gain('oracle'), /\+100 .* 100 \[100,100\]$/)
    t.match(await gain('first'), /exact, top-1 +0\.0 \[0,0\] +0\.0/)
    t.match(await gain('random'), /exact, top-1/)
    const { stdout } = await evaluate([file, '--judge-stub', 'oracle'])
    t.match(stdout, /The oracle knows the label/)
  }
)

t.test('flags that contradict each other are refused', async (t) => {
  const wrong: readonly (readonly [readonly string[], RegExp])[] = [
    [['--judge'], /needs ONSET_JUDGE_BASE_URL/],
    [['--judge', '--judge-stub', 'first'], /give one of them/],
    [['--judge-stub', 'gpt'], /one of oracle, random, first/],
    [['--judge-replay', 'f', '--judge-record', 'g'], /leave out the other/],
    [['--judge-stub', 'first', '--baselines-only'], /leave out --baselines-only/]
  ]
  const file = await aFile(t)
  for (const [flags, says] of wrong) {
    const { exitCode, stderr } = await evaluate([file, ...flags])
    t.equal(exitCode, 2)
    t.match(stderr, says)
  }
})

import t from 'tap'
import { renderRunList, renderRunTree } from '../../instrumentation/terminal/index.ts'
import { aRunDetail, anOnsetJson, aStepJson } from '../support/run-detail.ts'

const PLAIN = { color: false } as const

function lineOf(text: string, part: string): string {
  return text.split('\n').find((line) => line.includes(part)) ?? ''
}

t.test('the onset and the symptom are marked on their own steps', async (t) => {
  const steps = [1, 2, 3, 4].map((index) => aStepJson(index))
  const onset = anOnsetJson(2, { chain: [2, 3, 4], symptomStepIndex: 4 })
  const text = renderRunTree(aRunDetail(steps, [onset]), PLAIN)
  t.match(lineOf(text, 'step 2 '), /▶ +2 .*ONSET incorrect_hypothesis/)
  t.match(lineOf(text, 'step 4 '), /│ +4 .*symptom/)
  t.notMatch(lineOf(text, 'step 1 '), /ONSET|symptom|▶/)
})

t.test('why and what it cost stand below the steps', async (t) => {
  const onset = anOnsetJson(1, {
    chain: [1, 2],
    symptomStepIndex: 2,
    evidence: [{ stepIndex: 2, detector: 'non_zero_exit', quote: 'Exit code 1' }],
    caveats: ['the verifier never ran'],
    waste: { steps: 1, tokens: { input: 1500, output: 10 }, cost: 0.25, ms: 61_000 }
  })
  const text = renderRunTree(aRunDetail([aStepJson(1), aStepJson(2)], [onset]), PLAIN)
  t.match(text, /onset +step 1, stage implementation, incorrect_hypothesis, confidence 72 %/)
  t.match(text, /evidence +step 2 +non_zero_exit +"Exit code 1"/)
  t.match(text, /chain +1 → 2/)
  t.match(text, /waste +1 step · 1\.5k tokens · \$0\.25 · 1 min 01 s after the onset/)
  t.match(text, /caveat +the verifier never ran/)
})

t.test('evidence is named by what it means, where the collector says so', async (t) => {
  const said = { stepIndex: 1, detector: 'tool_error', label: 'tool reported an error', quote: 'x' }
  const text = renderRunTree(
    aRunDetail([aStepJson(1)], [anOnsetJson(1, { evidence: [said] })]),
    PLAIN
  )
  t.match(text, /evidence +step 1 +tool reported an error +"x"/)
})

t.test('confidences that do not add up to 100 % are said to be of each alone', async (t) => {
  const steps = [aStepJson(1), aStepJson(2)]
  const also = 'they need not add up to 100 %'
  const two = renderRunTree(aRunDetail(steps, [anOnsetJson(1), anOnsetJson(2)]), PLAIN)
  t.match(two, /also +step 2 \(72 %\)/)
  t.match(two, also)
  t.notMatch(renderRunTree(aRunDetail(steps, [anOnsetJson(1)]), PLAIN), also)
})

t.test('a file that a run which did its task only looked at is no fault', async (t) => {
  const requirements = [
    { kind: 'file', text: 'SPEC.md', status: 'seen', stepIndexes: [2] },
    { kind: 'file', text: 'cart.js', status: 'addressed', stepIndexes: [3, 4] },
    { kind: 'port', text: '8075', status: 'seen', stepIndexes: [] },
    { kind: 'name', text: 'Cart', status: 'untouched', stepIndexes: [] }
  ]
  const shown = (outcome: string) =>
    renderRunTree(aRunDetail([aStepJson(1)], [], { outcome, requirements }), PLAIN)
  t.match(lineOf(shown('ok'), 'SPEC.md'), /file SPEC\.md {2}seen in step 2$/)
  t.match(lineOf(shown('ok'), '8075'), /port 8075 {2}seen$/)
  t.match(lineOf(shown('error'), 'SPEC.md'), /seen in step 2, nothing done$/)
  t.match(lineOf(shown('error'), '8075'), /seen, nothing done$/)
  t.match(lineOf(shown('ok'), 'cart.js'), /addressed by steps 3, 4$/)
  t.match(lineOf(shown('ok'), 'name Cart'), /never touched$/)
})

t.test('a suspicion on an open run is not called an onset outright', async (t) => {
  const onset = anOnsetJson(1, { provisional: true })
  t.match(renderRunTree(aRunDetail([aStepJson(1)], [onset]), PLAIN), /SUSPECTED ONSET/)
})

t.test('control characters of a run never reach the terminal', async (t) => {
  const hostile = '\u001b[2J\u001b]0;owned\u0007\u009b31m\u202ered\r\nrm -rf'
  const onset = anOnsetJson(1, {
    summary: hostile,
    caveats: [hostile],
    evidence: [{ stepIndex: 1, detector: 'x', quote: hostile }]
  })
  const step = aStepJson(1, { action: hostile, error: hostile })
  const run = { task: hostile, agent: hostile, id: hostile, incompleteReasons: [hostile] }
  const text = renderRunTree(aRunDetail([step], [onset], run), PLAIN)
  // oxlint-disable-next-line no-control-regex -- looking for them is the test
  t.notMatch(text, /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/)
  t.match(text, /rm -rf/, 'the text itself is still there')
  // oxlint-disable-next-line no-control-regex -- as above
  t.notMatch(renderRunList([aRunDetail([step], [], run).run]), /[\u0000-\u0009\u000b-\u001f\u009b]/)
})

t.test('a long run is shown around what matters, and whole when asked', async (t) => {
  const steps = Array.from({ length: 500 }, (_, position) => aStepJson(position + 1))
  const detail = aRunDetail(steps, [anOnsetJson(250, { chain: [250, 400], symptomStepIndex: 400 })])
  const text = renderRunTree(detail, PLAIN)
  t.match(text, /step 249 /)
  t.match(text, /step 401 /)
  t.notMatch(text, /step 300 /)
  t.match(text, /… 243 steps …/)
  t.match(renderRunTree(detail, { color: false, all: true }), /step 300 /)
})

t.test('a run without steps, and one without an onset, say so', async (t) => {
  t.match(renderRunTree(aRunDetail([]), PLAIN), /no steps yet/)
  const text = renderRunTree(
    aRunDetail([aStepJson(1)], [], { abstention: 'the run succeeded' }),
    PLAIN
  )
  t.match(text, /no onset +the run succeeded/)
})

t.test('steps of a sub-agent are indented below the step they happened in', async (t) => {
  const steps = [aStepJson(1), aStepJson(2, { parentIndex: 1 }), aStepJson(3, { parentIndex: 2 })]
  const text = renderRunTree(aRunDetail(steps), PLAIN)
  t.match(lineOf(text, 'step 3 '), / 3 {5}○/)
})

t.test('a list row carries outcome and onset', async (t) => {
  const { run } = aRunDetail([aStepJson(1)], [anOnsetJson(1)])
  const text = renderRunList([{ ...run, topOnset: anOnsetJson(14) }])
  t.match(text, /aaaa +2026-01-02 03:04:05 +coder +error +1 +41\.2k +14 +incorrect_hypothesis/)
})

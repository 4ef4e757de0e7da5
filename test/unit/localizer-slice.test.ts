// From a verifier's output to the steps behind it: what the failing checks are about, which files they
// read, who produced those, and whose lines are left at the end.

import t from 'tap'
import { readFailure } from '../../processors/localizer/failure.ts'
import { traceLineage } from '../../processors/localizer/lineage.ts'
import { overlapWithFailure } from '../../processors/localizer/overlap.ts'
import { isAuxiliaryPath, pathsIn } from '../../processors/localizer/paths.ts'
import { readRunFacts } from '../../processors/localizer/run-facts.ts'
import { sliceBackward } from '../../processors/localizer/slice.ts'
import { quoteFrom, shorten } from '../../processors/localizer/step-text.ts'
import { aRunStep } from '../support/builders.ts'
import { agentRun, edited, failing, passing, ran, viewed, wrote } from '../support/agent-runs.ts'

const PYTEST = [
  '    def test_total():',
  '        report = Path("/app/report.csv").read_text()',
  ">       assert 'grand_total' in report",
  "E       AssertionError: assert 'grand_total' in 'sum;12'",
  'E       FileNotFoundError: /usr/lib/python3/site-packages/pandas/io.py',
  'FAILED tests/test_report.py::test_total - AssertionError',
  'a line about nothing'
].join('\n')

function failedRun(deeds: Parameters<typeof agentRun>[0], output: string, task?: string) {
  const checks = [failing('test_total'), passing('test_exists')]
  return agentRun(deeds, {
    outcome: 'error',
    checks,
    output,
    ...(task === undefined ? {} : { task })
  })
}

t.test('failure: a report names checks, words and paths, and not the verifier’s own', async (t) => {
  const failure = readFailure(failedRun([ran('ls', 'a')], PYTEST))
  t.equal(failure.source, 'report')
  t.same([failure.failedCount, failure.passedCount], [1, 1])
  t.ok(failure.words.includes('grand_total'))
  t.notOk(failure.words.includes('assertionerror'))
  t.notOk(failure.paths.some((path) => path.includes('site-packages')))
  t.notOk(failure.text.includes('about nothing'))
})

t.test('failure: without a report the last failing check of the run speaks', async (t) => {
  const output = 'not ok 1 - rounds\n  Expected: 30\n  Received: 31\n  at cart.test.ts:5:3'
  const failure = readFailure(
    agentRun([wrote('cart.ts', 'x'), ran('npm test', output, { exit: 1 })])
  )
  t.equal(failure.source, 'run')
  t.equal(failure.symptomStepIndex, 2)
  t.ok(failure.paths.includes('cart.test.ts'))
})

t.test('failure: a run that checked nothing has none', async (t) => {
  const failure = readFailure(agentRun([ran('ls', 'a')]))
  t.same([failure.source, failure.words, failure.paths], ['none', [], []])
})

t.test('failure: checks that reached nothing say nothing about content', async (t) => {
  const output =
    "E   ConnectionError: HTTPConnectionPool(host='localhost', port=3000): refused total_sum\nE   connection refused"
  const checks = [failing('test_total_sum')]
  const failure = readFailure(agentRun([ran('ls', 'a')], { outcome: 'error', checks, output }))
  t.equal(failure.refused, true)
  t.same(failure.words, [])
})

t.test('failure: a verifier that could not start did not run', async (t) => {
  const output = 'curl: (7) Could not connect to server\nuvx: command not found'
  t.equal(readFailure(agentRun([ran('ls', 'a')], { outcome: 'error', output })).verifierRan, false)
})

t.test('paths: of a text, in order, without code, versions and addresses', async (t) => {
  const text =
    'open("/app/out.txt") os.environ[x] v1.2.3 http://a.b/c ../data/in.csv file:///w/a.test.js:6:10'
  t.same(pathsIn(text), ['/app/out.txt', '../data/in.csv', '/w/a.test.js'])
})

t.test('paths: tests and notes are auxiliary unless the task names them', async (t) => {
  t.equal(isAuxiliaryPath('tests/test_cart.py', ''), true)
  t.equal(isAuxiliaryPath('docs/SUMMARY.md', ''), true)
  t.equal(isAuxiliaryPath('src/cart.py', ''), false)
  t.equal(isAuxiliaryPath('SUMMARY.md', 'Write SUMMARY.md with the totals.'), false)
  t.equal(isAuxiliaryPath('test_page.html', ''), false)
})

t.test(
  'slice: the producer of what failed, and what it was made from, and nothing else',
  async (t) => {
    const tree = failedRun(
      [
        wrote('/app/rates.py', 'rates = {"eur": 1}'),
        wrote('/app/unrelated.py', 'x = 1'),
        ran('python3 /app/rates.py > /app/report.csv', '')
      ],
      PYTEST.replace(
        'FileNotFoundError: /usr/lib/python3/site-packages/pandas/io.py',
        'in /app/report.csv'
      )
    )
    const { nearness, neverWritten } = sliceBackward(readRunFacts(tree))
    t.equal(neverWritten, false)
    t.same([nearness[0], nearness[1], nearness[2]], [0.7, 0, 1])
  }
)

t.test(
  'slice: a file that nobody wrote is missed in the folder that somebody filled',
  async (t) => {
    const output = 'E   FileNotFoundError: /app/model_cache/config.json'
    const tree = failedRun(
      [ran('tar -xf model.tar -C /app/model_cache', ''), wrote('/a.py', 'x')],
      output
    )
    const { nearness } = sliceBackward(readRunFacts(tree))
    t.equal(nearness[0], 1)
  }
)

t.test('slice: a test file leads to the file it tests', async (t) => {
  const output = '  AssertionError: 5400000 !== 5400\n  at duration.test.js:6:10'
  const tree = agentRun([
    wrote('duration.js', 'export const unit = 1000'),
    wrote('usage.txt', 'how to'),
    ran('node --test', output, { exit: 1 })
  ])
  const { nearness } = sliceBackward(readRunFacts(tree))
  t.same([nearness[0], nearness[1]], [1, 0])
})

t.test('slice: what was never written is said so', async (t) => {
  const output = "E   FileNotFoundError: [Errno 2] No such file or directory: '/app/answer.txt'"
  t.equal(sliceBackward(readRunFacts(failedRun([ran('ls', 'a')], output))).neverWritten, true)
})

t.test('lineage: a line belongs to the step that first wrote it, through rewrites', async (t) => {
  const tree = agentRun([
    wrote('a.py', 'first = 1\nsecond = 2'),
    wrote('a.py', 'first = 1\nsecond = 2\nthird = 3'),
    edited('a.py', 'third = 3', 'fourth = 4')
  ])
  const { survivingShare } = traceLineage(readRunFacts(tree).steps)
  t.same(
    survivingShare.map((share) => Math.round(share * 3)),
    [2, 0, 1]
  )
})

t.test('lineage: what was replaced entirely has no share', async (t) => {
  const tree = agentRun([wrote('a.py', 'draft = 1'), wrote('a.py', 'final = 2')])
  t.same(traceLineage(readRunFacts(tree).steps).survivingShare, [0, 1])
})

t.test('lineage: a failed write leaves nothing', async (t) => {
  const failed = { ...wrote('a.py', 'x = 1'), outcome: 'error' as const, error: 'refused' }
  t.same(traceLineage(readRunFacts(agentRun([failed])).steps).survivingShare, [0])
})

t.test(
  'overlap: rare words of the assertion count, words that every step writes do not',
  async (t) => {
    const tree = failedRun(
      [wrote('/app/a.py', 'report = 1'), wrote('/app/b.py', 'report = 2\ngrand_total = 3')],
      PYTEST
    )
    const { share, rarest } = overlapWithFailure(readRunFacts(tree))
    t.equal(share[1], 1)
    t.ok((share[0] ?? 1) < 1)
    t.equal(rarest[1], 'grand_total')
  }
)

t.test('overlap: reading the word is not writing it', async (t) => {
  const tree = failedRun(
    [viewed('/app/a.py', 'grand_total = 1'), wrote('/app/b.py', 'x = 1')],
    PYTEST
  )
  t.equal(overlapWithFailure(readRunFacts(tree)).share[0], 0)
})

t.test('quotes: what does not occur verbatim falls back to a line that does', async (t) => {
  const step = aRunStep({
    action: 'Write a.py',
    arguments: '{"content":"say \\"hi\\"\\nplain line"}',
    thought: '',
    observation: ''
  })
  t.equal(quoteFrom(step, 'say "hi"\nplain line'), 'plain line')
  t.equal(quoteFrom(step, 'nowhere'), 'Write a.py')
})

t.test('quotes: are cut without splitting a character in two', async (t) => {
  const step = aRunStep({ action: '😀'.repeat(300) })
  const quote = quoteFrom(step, step.action)
  t.ok(step.action.includes(quote))
  t.equal(quote.length, 240)
  t.equal(quoteFrom(aRunStep({ action: `a${'😀'.repeat(300)}` }), '').isWellFormed(), true)
  t.equal(shorten('x\n  y', 10), 'x y')
})

// Small runs whose onset is known because they were made around it. A person who reads them names the
// same step; the localizer must too, and say what an engineer needs.

import t from 'tap'
import { localizeOnset } from '@onset/processors/localizer'
import type { Localization, Onset } from '../../collector/model/index.ts'
import {
  agentRun,
  edited,
  failing,
  passing,
  planned,
  ran,
  said,
  viewed,
  wrote
} from '../support/agent-runs.ts'

function best({ onsets }: Localization): Onset {
  const [onset] = onsets
  if (onset === undefined) throw new Error('no onset')
  return onset
}

t.test('an early wrong guess that shows only in the last test', async (t) => {
  const tree = agentRun(
    [
      ran('ls', 'SPEC.md\nduration.js\nduration.test.js'),
      viewed('duration.js', 'export function parseDuration(text) {}'),
      wrote(
        'duration.js',
        'const UNITS = { h: 3_600_000, m: 60_000, s: 1000 }\nexport function parseDuration(text) {\n  return sum(text, UNITS)\n}',
        'Durations in JavaScript are milliseconds.'
      ),
      wrote(
        'cli.js',
        "import { parseDuration } from './duration.js'\nconsole.log(parseDuration('1h'))"
      ),
      ran('node cli.js 1h30m', '5400000'),
      wrote('USAGE.md', 'Run node cli.js 1h30m.'),
      ran(
        'node --test',
        '✖ hours and minutes\n  AssertionError: Expected values to be strictly equal:\n\n  5400000 !== 5400\n\n  at duration.test.js:6:10',
        { exit: 1 }
      ),
      said('parseDuration() is implemented.')
    ],
    { task: 'Implement parseDuration(text) in duration.js as SPEC.md describes.' }
  )
  const onset = best(localizeOnset(tree))
  t.equal(tree.run.outcome, 'error')
  t.equal(onset.stepIndex, 3)
  t.equal(onset.symptomStepIndex, 7)
  t.same([onset.chain[0], onset.chain.at(-1)], [3, 7])
  t.match(onset.summary, /Step 3 .*duration\.js.*5400000 !== 5400/)
})

t.test('a command that fails the same way until the budget is gone', async (t) => {
  const again = ran('node migrate.js --config settings.yaml', 'Error: ENOENT settings.yaml', {
    exit: 1
  })
  const tree = agentRun([ran('node --version', 'v24'), ...Array.from({ length: 7 }, () => again)], {
    outcome: 'error'
  })
  const localization = localizeOnset(tree)
  const onset = best(localization)
  t.equal(onset.stepIndex, 2)
  t.equal(onset.category, 'unproductive_loop')
  t.equal(onset.waste.steps, 6)
  t.same(localization.incorrectSteps, [2])
  t.same(localization.unusefulSteps, [3, 4, 5, 6, 7, 8])
})

t.test('stopping with a question and nothing written', async (t) => {
  const tree = agentRun(
    [
      viewed('data.csv', 'a,b'),
      ran('python3 -m pip --version', 'No module named pip', { exit: 1 }),
      ran('which duckdb', '', { exit: 1 }),
      said('I cannot install packages here. Shall I try another way?')
    ],
    {
      task: 'Convert data.csv to data.parquet.',
      outcome: 'error',
      checks: [failing('test_parquet_exists', "FileNotFoundError: '/app/data.parquet'")]
    }
  )
  const onset = best(localizeOnset(tree))
  t.equal(onset.stepIndex, 3)
  t.match(onset.category, /premature_completion|dependency_resolution/)
})

t.test('made-up data after a failed fetch, before the write that carries it on', async (t) => {
  const output = "E   AssertionError: Expected 7 books, got 4\nE   assert '13.85' in 'average 9.10'"
  const tree = agentRun(
    [
      wrote('scrape.py', 'import requests\nprint(requests.get(URL))'),
      ran('python3 scrape.py', 'Error: 502 Bad Gateway', { exit: 1 }),
      wrote(
        'page.html',
        '<title>Mock page</title><p>sample data for books</p>',
        'The server is not available, so I write a page with sample data.'
      ),
      ran('python3 scrape.py page.html > books.csv', ''),
      said('The scraper works perfectly.')
    ],
    { outcome: 'error', checks: [failing('test_books'), passing('test_csv_exists')], output }
  )
  t.equal(best(localizeOnset(tree)).stepIndex, 3)
})

t.test('one of several edits wrote the line that the check shows as wrong', async (t) => {
  const output =
    'E   AssertionError: assert text == wanted\nE     - image: app:1.4\nE     + image: app:latest-build'
  const tree = agentRun(
    [
      wrote('a.yaml', 'name: a\nreplicas: 3'),
      edited('b.yaml', 'image: app:1.4', 'image: app:latest-build'),
      wrote('c.yaml', 'name: c\nreplicas: 2\nport: 80\nhost: c'),
      ran('grep -rn image .', 'b.yaml:1:image: app:latest-build')
    ],
    {
      outcome: 'error',
      checks: [failing('test_image'), passing('test_a'), passing('test_b')],
      output
    }
  )
  const onset = best(localizeOnset(tree))
  t.equal(onset.stepIndex, 2)
  t.equal(onset.category, 'requirement_missed')
  t.equal(onset.evidence[0]?.detector, 'wrong_value_written')
  t.equal(onset.evidence[0]?.quote, 'image: app:latest-build')
})

t.test('an error that the agent repaired is not accused', async (t) => {
  const output = "E   AssertionError: assert 'EUR' in 'total 30'\nE   in /app/report.txt"
  const tree = agentRun(
    [
      ran('python3 report.py', 'python3: command not found', { exit: 127 }),
      ran('apt-get install -y python3', 'done'),
      wrote('report.py', "open('/app/report.txt', 'w').write('total 30')"),
      ran('python3 report.py', ''),
      said('The report is written.')
    ],
    { outcome: 'error', checks: [failing('test_currency', 'EUR')], output }
  )
  const onset = best(localizeOnset(tree))
  t.equal(onset.stepIndex, 3)
})

t.test('a run whose errors were all recovered and that succeeded has no onset', async (t) => {
  const tree = agentRun(
    [
      ran('node --test', '1 failing', { exit: 1 }),
      edited('cart.js', 'sum', 'round(sum)'),
      ran('node --test', 'pass 1')
    ],
    { outcome: 'ok', checks: [passing('totals')] }
  )
  const { onsets, abstention, incorrectSteps } = localizeOnset(tree)
  t.same([onsets, incorrectSteps], [[], []])
  t.equal(abstention, 'The run succeeded.')
})

t.test('a talk: the message that first said what the run ended with', async (t) => {
  const wrong = `The table lists Cuba with one athlete and Panama with one. ${'I compared every row. '.repeat(40)}So the country is Cuba, code CUB.`
  const tree = agentRun(
    [
      said('Let us plan: read the table, then compare.', 'planner'),
      said(wrong, 'analyst'),
      said('Agreed, Cuba.', 'checker'),
      said('The final answer is Cuba with the code CUB.', 'planner')
    ],
    { task: 'Which country had the least athletes?', outcome: 'error' }
  )
  t.equal(best(localizeOnset(tree)).stepIndex, 2)
})

t.test('a run of one failing step is its own onset', async (t) => {
  const onset = best(
    localizeOnset(agentRun([ran('deploy', 'denied', { exit: 1 })], { outcome: 'error' }))
  )
  t.same([onset.stepIndex, onset.symptomStepIndex, onset.chain], [1, 1, [1]])
  t.equal(onset.waste.steps, 0)
})

t.test('spending after the onset is added up, and what nobody reported stays absent', async (t) => {
  const deeds = [wrote('a.py', 'x = 1'), ran('ls', 'a'), ran('pwd', '/')].map((deed, at) => ({
    ...deed,
    tokens: { input: 10 * (at + 1) },
    ...(at === 2 ? { costUsd: 0.5 } : {})
  }))
  const { waste } = best(localizeOnset(agentRun(deeds, { outcome: 'error' })))
  t.same(waste.tokens, { input: 50 })
  t.equal(waste.costUsd, 0.5)
  t.ok(waste.ms >= 2_000)
})

t.test('plans that say nothing new and empty looks are unuseful, work is not', async (t) => {
  const tree = agentRun(
    [
      planned({ write: 'pending' }),
      planned({ write: 'in_progress' }),
      wrote('a.py', 'x = 1'),
      ran('grep -rn nothing .', '')
    ],
    { outcome: 'error' }
  )
  const { unusefulSteps } = localizeOnset(tree)
  t.same(unusefulSteps, [2, 4])
})

t.test(
  'a report that speaks for itself is not explained by an earlier check of the run',
  async (t) => {
    const tree = agentRun(
      [
        ran('node --test', 'AssertionError [ERR_ASSERTION]: expected 1 cart', { exit: 1 }),
        wrote('cart.js', 'export const total = () => 5400000'),
        ran('node --test', 'ok 1 - carts'),
        said('Done.')
      ],
      { outcome: 'error', checks: [failing('test_total', 'assert 5400000 == 5400')] }
    )
    const { summary, stepIndex } = best(localizeOnset(tree))
    t.equal(stepIndex, 2)
    t.match(summary, 'test_total failed: assert 5400000 == 5400')
    t.notMatch(summary, 'expected 1 cart')
  }
)

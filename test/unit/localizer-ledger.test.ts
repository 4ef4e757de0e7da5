// The ledger of a task: what it asks for, which step addressed it, and what no step ever did.

import * as fc from 'fast-check'
import t from 'tap'
import { localizeOnset } from '@onset/processors/localizer'
import { readRequirements } from '../../processors/localizer/requirements.ts'
import { requirementUntouched } from '../../processors/localizer/detectors/requirement-untouched.ts'
import { readRunFacts } from '../../processors/localizer/run-facts.ts'
import { agentRun, failing, passing, planned, ran, viewed, wrote } from '../support/agent-runs.ts'

function asked(task: string) {
  return readRequirements(task).map(({ kind, text }) => `${kind} ${text}`)
}

t.test('files, ports, commands, names, formats and numbers of a task are read', async (t) => {
  const task = [
    'Build a service that runs on port 8075 and answers GET /totals.',
    '1. Save it as `/srv/app/serve.py` and start it with `python3 serve.py --quiet`.',
    '2. Answer with JSON that has the key "grand_total", rounded to 12 digits.',
    '3. Define the class CartTotals.'
  ].join('\n')
  t.same(asked(task), [
    'name /totals',
    'port 8075',
    'file /srv/app/serve.py',
    'command python3 serve.py --quiet',
    'format grand_total',
    'number 12',
    'name CartTotals'
  ])
})

t.test('what a task forbids or limits is read as a constraint, in its own words', async (t) => {
  t.same(asked('Repair the parser. You must not touch the lexer of the project.'), [
    'constraint You must not touch the lexer of the project.'
  ])
})

t.test('list numbers, closing tags and parts of names are nothing that is asked for', async (t) => {
  t.same(asked('12. Tidy up.\n13. Parse <div>a</div> with html5lib-1.1.'), [])
})

const TASK = 'Write the sum to /app/total.txt and the mean to /app/mean.txt.'

function ledgerOf(tree: ReturnType<typeof agentRun>) {
  return (localizeOnset(tree).requirements ?? []).map(({ text, status, stepIndexes }) =>
    `${text} ${status} ${stepIndexes.join()}`.trim()
  )
}

t.test('a step that writes a file addresses it; one that looks or plans does not', async (t) => {
  const deeds = [
    viewed('/app/mean.txt', ''),
    wrote('/app/total.txt', '12'),
    ran('cat /app/total.txt', '12'),
    planned({ 'write /app/mean.txt': 'pending' })
  ]
  t.same(ledgerOf(agentRun(deeds, { task: TASK, outcome: 'error' })), [
    '/app/total.txt addressed 2',
    '/app/mean.txt seen 1,4'
  ])
})

t.test('a task that is one constraint is not listed as a part of itself', async (t) => {
  const deeds = [wrote('/app/total.txt', 'the sum, without the mean')]
  const constraintsOf = (task: string) =>
    (localizeOnset(agentRun(deeds, { task, outcome: 'ok' })).requirements ?? []).filter(
      ({ kind }) => kind === 'constraint'
    )
  const task = 'Write only the sum to /app/total.txt, without the mean.'
  t.same(constraintsOf(task), [])
  t.same(constraintsOf(`${'Sum up '.repeat(30)}and ${task}`), [], 'however long it is')
  t.equal(constraintsOf(`Sum up.\n${task}`)[0]?.text, task)
})

t.test('what stands in no step at all is untouched, on successful runs too', async (t) => {
  t.same(ledgerOf(agentRun([wrote('/app/total.txt', '12')], { task: TASK, outcome: 'ok' })), [
    '/app/total.txt addressed 1',
    '/app/mean.txt untouched'
  ])
})

t.test('a number is addressed as itself, not inside a longer one', async (t) => {
  const task = 'Keep it below 2,500 bytes.'
  const addressed = ledgerOf(agentRun([ran('head -c 2500 a > b')], { task, outcome: 'error' }))
  t.same(addressed, ['2,500 addressed 1'])
  const longer = ledgerOf(agentRun([ran('head -c 12500 a > b')], { task, outcome: 'error' }))
  t.same(longer, ['2,500 untouched'])
})

const MISSES_MEAN = {
  task: TASK,
  outcome: 'error' as const,
  checks: [failing('test_mean'), passing('test_total')],
  output: "E   FileNotFoundError: [Errno 2] No such file or directory: '/app/mean.txt'"
}

function omission(tree: ReturnType<typeof agentRun>) {
  return requirementUntouched.find(readRunFacts(tree)).map(({ at }) => at + 1)
}

t.test('an omission points at the first work on what stands beside it in the task', async (t) => {
  const deeds = [
    ran('ls /app', 'data.csv'),
    wrote('/app/sum.py', 'print(12)'),
    wrote('/app/total.txt', '12'),
    ran('cat /app/total.txt', '12')
  ]
  t.same(omission(agentRun(deeds, MISSES_MEAN)), [3])
})

t.test('an omission of a run that built nothing points at its last action', async (t) => {
  const deeds = [ran('ls /app', 'data.csv'), viewed('/app/data.csv', '5\n7')]
  t.same(omission(agentRun(deeds, MISSES_MEAN)), [2])
})

t.test('the summary of an omission names what is missing', async (t) => {
  const deeds = [wrote('/app/total.txt', '12'), ran('cat /app/total.txt', '12')]
  const [onset] = localizeOnset(agentRun(deeds, MISSES_MEAN)).onsets
  t.match(onset?.summary, /began the work without \/app\/mean\.txt, which the task names/)
})

t.test('what no failing check speaks of is no omission', async (t) => {
  const deeds = [wrote('/app/mean.txt', '6')]
  t.same(omission(agentRun(deeds, MISSES_MEAN)), [])
})

t.test('any text is read as a task, in bounded many pieces that stand in it', async () => {
  const word = fc.constantFrom(
    '`',
    '"',
    "'",
    '/app/a.txt',
    'port 80',
    '12,500',
    'must not',
    'a_b',
    '\n',
    '. A',
    '<',
    '>',
    '😀'
  )
  const task = fc.oneof(
    fc.string({ unit: 'grapheme', maxLength: 400 }),
    fc.array(word, { maxLength: 200 }).map((words) => words.join(' ')),
    fc.array(word, { maxLength: 200 }).map((words) => words.join(''))
  )
  fc.assert(
    fc.property(task, (text) => {
      const found = readRequirements(text)
      return found.length <= 64 && found.every((one) => text.includes(one.text))
    }),
    { numRuns: 500 }
  )
})

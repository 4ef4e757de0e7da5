// The parts of the judge that need no endpoint: what counts as a quote, how text is framed, what tools
// answer, how votes become a ranking, and what may be spent.

import * as fc from 'fast-check'
import t from 'tap'
import { Allowance, costOf } from '../../processors/judge/allowance.ts'
import { askAbout } from '../../processors/judge/question.ts'
import { Breaker } from '../../processors/judge/breaker.ts'
import { rerank } from '../../processors/judge/combine.ts'
import { JUDGE_DEFAULTS, isWanted } from '../../processors/judge/index.ts'
import { findQuote, textsOf } from '../../processors/judge/quotes.ts'
import { quoteInline, quoteLines, quoteName } from '../../processors/judge/quoting.ts'
import { runTool } from '../../processors/judge/tools.ts'
import { readVerdict } from '../../processors/judge/verdict.ts'
import { fingerprint } from '../../processors/judge/wanted.ts'
import { anOnset, aRun, aRunStep, aRunTree } from '../support/builders.ts'
import { aSuspectedRun } from '../support/judge-endpoint.ts'

t.test('a quote is found as the step has it, white space apart', async (t) => {
  const step = aRunStep({
    thought: 'First I look.\n\n\tThen   I  guess the factor.',
    arguments: JSON.stringify({ content: 'print("five")\nexit' })
  })
  t.equal(findQuote(step, ' look. Then I guess '), 'look.\n\n\tThen   I  guess')
  t.equal(findQuote(step, 'print("five")'), 'print(\\"five\\")', 'escaped, as arguments are')
  t.equal(findQuote(step, 'Then I Guess'), undefined, 'letters are letters')
  t.equal(findQuote(step, 'Then I'), undefined, 'too short')
  t.equal(findQuote(step, ' '.repeat(20)), undefined, 'nothing')
  t.equal(findQuote(step, `guess the factor.${' '.repeat(500)}`), undefined, 'too long')
})

t.test('whatever is found is a part of the step', async () => {
  const text = fc.string({ unit: 'binary', maxLength: 200 })
  fc.assert(
    fc.property(text, text, text, (thought, observation, quote) => {
      const step = aRunStep({ thought, observation })
      for (const wanted of [quote, thought.slice(3, 60), observation.replaceAll(/\s/g, '  ')]) {
        const found = findQuote(step, wanted)
        if (found !== undefined && !textsOf(step).some((each) => each.includes(found))) return false
      }
      return true
    })
  )
})

t.test('no text leaves its frame', async () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 300 }), fc.nat(200), (text, chars) => {
      const lines = quoteLines(text, chars).split(/[\n\r\v\f\u0085\u2028\u2029]/)
      const inline = quoteInline(text, chars + 1)
      return (
        lines.every((line) => line.startsWith('|')) &&
        inline.length <= chars + 1 &&
        !/[\n\r\v\f\u0085\u2028\u2029\p{Cf}]/u.test(inline) &&
        /^[\p{L}\p{N}_./:@+-]*$/u.test(quoteName(text).replaceAll('…', '')) &&
        inline.isWellFormed()
      )
    })
  )
})

t.test('a tool answers whatever it is asked, within its bound', async () => {
  const { tree } = aSuspectedRun()
  const names = fc.constantFrom(
    'step',
    'stage',
    'search',
    'diff',
    'failed_checks',
    'no',
    'toString'
  )
  const given = fc.oneof(
    fc.json({ maxDepth: 3 }),
    fc.string({ maxLength: 3_000 }),
    fc.record({ step: fc.anything(), text: fc.anything(), path: fc.anything() }).map((value) => {
      try {
        return JSON.stringify(value)
      } catch {
        return '{}'
      }
    })
  )
  fc.assert(
    fc.property(names, given, fc.integer({ min: 200, max: 3_000 }), (name, text, charsMax) => {
      const answer = runTool(tree, { id: '', name, arguments: text }, charsMax)
      return answer.length > 0 && answer.length < 6_000
    })
  )
})

t.test('a question is about as long as it may be, whatever the run', async (t) => {
  const long = 'x'.repeat(30_000)
  const steps = Array.from({ length: 2_000 }, () => ({
    action: long,
    thought: long,
    observation: long,
    tool: long
  }))
  const checks = Array.from({ length: 500 }, (_, at) => ({
    name: `${at}${long}`,
    status: 'failed' as const,
    message: long
  }))
  const tree = aRunTree(steps, {
    task: long,
    checks,
    verifierOutput: long,
    finalMessage: long,
    outcome: 'error'
  })
  const onsets = [9, 900, 1_999, 3, 1_000].map((stepIndex, at) =>
    anOnset({ stepIndex, rank: at + 1 })
  )
  const localization = { onsets, abstention: undefined, incorrectSteps: [], unusefulSteps: [] }
  for (const charsMax of [2_500, 10_000, 40_000]) {
    const [, question] = askAbout(tree, localization, { suspects: onsets, charsMax })
    const { length } = question?.content ?? ''
    t.ok(length < 1.25 * charsMax + 1_500, `${length} for ${charsMax}`)
    t.ok(length > 0.7 * charsMax, `${length} for ${charsMax}`)
    for (const { stepIndex } of onsets) t.match(question?.content, `step ${stepIndex},`)
  }
})

t.test('votes and confidence make one ranking', async (t) => {
  const { localization } = aSuspectedRun()
  const votes = (...steps: number[]) => ({
    verdicts: steps.map((step) => ({ ranking: [step], category: undefined, evidence: [] })),
    asked: 3,
    suspects: 5
  })
  const order = (...steps: number[]) =>
    rerank(localization, aRun({ outcome: 'error' }), votes(...steps)).map(
      ({ stepIndex }) => stepIndex
    )
  t.same(order(), [4, 2, 6], 'nobody votes')
  t.same(order(6, 6, 6), [6, 4, 2], 'who is unanimous decides')
  t.same(order(2, 6, 4), [4, 2, 6], 'who is divided decides nothing')
  t.same(order(6, 6, 4), [6, 4, 2], 'two of three make good a third of the confidence')
  t.same(order(2, 2), [2, 4, 6])
  const two = rerank(localization, aRun({ outcome: 'error' }), { ...votes(6, 6, 6), suspects: 2 })
  t.same(
    two.map(({ stepIndex }) => stepIndex),
    [4, 2, 6],
    'who is not in question keeps its place'
  )
  t.same(rerank({ ...localization, onsets: [] }, aRun(), votes()), [])
})

t.test('a ranking keeps the same suspects, whatever is voted', async () => {
  const { localization } = aSuspectedRun()
  const verdicts = fc.array(
    fc.record({
      ranking: fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 1, maxLength: 4 }),
      category: fc.constantFrom(undefined, 'other' as const, 'budget_exhausted' as const),
      evidence: fc.constant([])
    }),
    { maxLength: 5 }
  )
  fc.assert(
    fc.property(verdicts, fc.integer({ min: 1, max: 5 }), (cast, suspects) => {
      const onsets = rerank(localization, aRun({ outcome: 'error' }), {
        verdicts: cast,
        asked: 5,
        suspects
      })
      const steps = onsets.map(({ stepIndex }) => stepIndex).toSorted((a, b) => a - b)
      return (
        steps.join(' ') === '2 4 6' &&
        onsets.every(
          ({ rank, confidence }, at) => rank === at + 1 && confidence >= 0 && confidence <= 1
        ) &&
        onsets.every(({ confidence }) => confidence <= (onsets[0]?.confidence ?? 0))
      )
    })
  )
})

t.test('any answer is read or refused', async () => {
  const { tree } = aSuspectedRun()
  fc.assert(
    fc.property(fc.oneof(fc.json(), fc.string(), fc.string({ unit: 'binary' })), (content) => {
      try {
        const { verdict } = readVerdict(content, tree, new Set([2, 4, 6]))
        return verdict === undefined || verdict.ranking.length > 0
      } catch (error) {
        return error instanceof Error && error.name === 'JudgeFailure'
      }
    })
  )
})

t.test(
  'an hour and a day have their budgets, and a run is begun only with all it may cost',
  async (t) => {
    const limits = { ...JUDGE_DEFAULTS, tokensPerRun: 100, tokensPerHour: 250, tokensPerDay: 400 }
    const hour = 3_600_000
    const allowance = new Allowance(limits, undefined)
    t.equal(allowance.refusal(0), undefined)
    allowance.spend({ input: 100, output: 60 }, 0)
    t.equal(allowance.refusal(1), 'hourly_budget')
    t.equal(allowance.refusal(hour), undefined)
    allowance.spend({ input: 150, output: 0 }, hour)
    t.equal(allowance.refusal(2 * hour), 'daily_budget')
    t.equal(allowance.refusal(24 * hour), undefined)

    const priced = new Allowance({ ...JUDGE_DEFAULTS, usdPerDay: 1 }, { input: 10, output: 20 })
    t.equal(priced.refusal(0), undefined)
    priced.spend({ input: 30_000, output: 10_000 }, 0)
    t.equal(priced.refusal(0), 'daily_budget', '0.50 and at worst 0.60 more')
    t.equal(costOf({ input: 1_000_000, output: 500_000 }, { input: 2, output: 8 }), 6)
    t.equal(costOf({ input: 1, output: 1 }, undefined), undefined)
  }
)

t.test('an endpoint that keeps failing is left alone, longer and longer', async (t) => {
  const breaker = new Breaker()
  for (const _ of [1, 2]) breaker.failed(0)
  t.notOk(breaker.isOpen(0))
  breaker.failed(0)
  t.ok(breaker.isOpen(59_999))
  t.notOk(breaker.isOpen(60_000), 'one is tried')
  breaker.failed(60_000)
  t.ok(breaker.isOpen(60_000 + 119_999))
  for (let times = 0; times < 100; times += 1) breaker.failed(0)
  t.notOk(breaker.isOpen(1_800_000), 'half an hour at most')
  breaker.succeeded()
  breaker.failed(0)
  t.notOk(breaker.isOpen(0))
})

t.test('only what is in question and unsure is for the judge', async (t) => {
  const { tree, localization } = aSuspectedRun()
  const [first, ...others] = localization.onsets
  const wanted = (onsets: typeof localization.onsets) =>
    isWanted(tree, { ...localization, onsets }, JUDGE_DEFAULTS)
  t.ok(wanted(localization.onsets))
  t.notOk(wanted([]))
  t.notOk(wanted([first!]), 'nothing to choose')
  t.notOk(wanted([{ ...first!, confidence: 0.8 }, ...others]))
  t.notOk(wanted([{ ...first!, provisional: true }, ...others]))
  const own = { ...tree, run: { ...tree.run, agent: 'onset-judge' } }
  t.notOk(isWanted(own, localization, JUDGE_DEFAULTS), 'its own runs')
})

t.test('a case is the same until the run or what is said of it changes', async (t) => {
  const { tree, localization } = aSuspectedRun()
  const same = fingerprint(tree, localization)
  t.equal(fingerprint(structuredClone(tree), structuredClone(localization)), same)
  const told = { ...tree, run: { ...tree.run, verifierOutput: 'one more line' } }
  t.not(fingerprint(told, localization), same)
  t.not(fingerprint({ ...tree, steps: tree.steps.slice(1) }, localization), same)
  t.not(fingerprint(tree, { ...localization, onsets: [] }), same)
})

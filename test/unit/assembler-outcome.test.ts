import t from 'tap'

import type { Check, OutcomeReport, Run } from '../../collector/model/index.ts'
import { CHECKS_PER_RUN_MAX } from '../../collector/model/index.ts'
import { assembleRun } from '../../processors/assembler/index.ts'
import { aTrace, secondsIn } from '../support/traces.ts'

type Trace = ReturnType<typeof aTrace>

const PASSED: Check = { name: 'test_sum', status: 'passed', message: '' }
const FAILED: Check = { name: 'test_sum', status: 'failed', message: 'assert 3 == 4' }

function aReport(overrides: Partial<OutcomeReport> = {}): OutcomeReport {
  return {
    outcome: 'ok',
    source: 'ci',
    checks: [],
    output: '',
    reportedAt: secondsIn(1_000),
    ...overrides
  }
}

function runOf(trace: Trace, outcomeReports: readonly OutcomeReport[] = []): Run {
  const tree = assembleRun(trace.steps, { outcomeReports })
  if (tree === undefined) throw new Error('a run with steps has a tree')
  return tree.run
}

/** Outcome and source of a run whose steps `act` adds under an agent span without a status. */
function outcomeOf(
  act: (trace: Trace) => void,
  reports: readonly OutcomeReport[] = [],
  agent: Parameters<Trace['agent']>[0] = {}
): string {
  const trace = aTrace()
  trace.agent(agent)
  act(trace)
  const run = runOf(trace, reports)
  return `${run.outcome} ${run.outcomeSource}`
}

function doNothing() {}

function verify(trace: Trace, given: Parameters<Trace['tool']>[0] = {}) {
  return trace.tool({
    action: 'npm test',
    observation: '',
    ...given,
    effects: { verifies: true, stage: 'verification', ...given?.effects }
  })
}

function change(trace: Trace, given: Parameters<Trace['tool']>[0] = {}) {
  return trace.tool({
    action: 'edit',
    ...given,
    effects: { effect: 'change', stage: 'implementation', ...given?.effects }
  })
}

function verifyThenChange(trace: Trace) {
  verify(trace, { exitCode: 1 })
  change(trace)
}

t.test('a run that ends "done!" has an unknown outcome when nothing else speaks', async (t) => {
  t.equal(
    outcomeOf((trace) => trace.llm({ action: 'Done! All tests pass.', outcome: 'ok' })),
    'unknown none'
  )
})

t.test('a tool error the agent recovered from does not make the run fail', async (t) => {
  t.equal(
    outcomeOf((trace) => {
      trace.tool({ outcome: 'error', error: 'no such file' })
      trace.tool()
    }),
    'unknown none'
  )
})

t.test('a report wins over everything the run says of itself', async (t) => {
  const reports = [aReport({ outcome: 'error' })]
  const agent = { declaredRunOutcome: 'ok', outcome: 'ok' } as const
  t.equal(
    outcomeOf((trace) => verify(trace, { exitCode: 0 }), reports, agent),
    'error reported'
  )
})

t.test(
  'of one source the latest report counts, of several the one that found an error',
  async (t) => {
    const earlier = aReport({ outcome: 'error', reportedAt: secondsIn(1) })
    const later = aReport({ outcome: 'ok', reportedAt: secondsIn(2) })
    t.equal(outcomeOf(doNothing, [later, earlier]), 'ok reported')
    const other = aReport({ source: 'harbor', outcome: 'error', reportedAt: secondsIn(0) })
    t.equal(outcomeOf(doNothing, [later, other]), 'error reported')
  }
)

t.test('a report without an outcome is read from its checks', async (t) => {
  const report = aReport({ outcome: 'unknown', checks: [PASSED, FAILED] })
  t.equal(outcomeOf(doNothing, [report]), 'error reported')
})

t.test('a report that knows nothing leaves the word to the next source', async (t) => {
  t.equal(
    outcomeOf(doNothing, [aReport({ outcome: 'unknown' })], { outcome: 'ok' }),
    'ok root_span'
  )
})

t.test(
  'a declaration on the outermost span wins over one inside, and over evaluations',
  async (t) => {
    t.equal(
      outcomeOf(
        (trace) => {
          trace.llm({ action: 'Done.', declaredRunOutcome: 'error' })
          trace.evaluation({ checks: [FAILED] })
        },
        [],
        { declaredRunOutcome: 'ok' }
      ),
      'ok declared'
    )
  }
)

t.test('an evaluation of the finished run decides, on its own span or on the agent', async (t) => {
  t.equal(
    outcomeOf((trace) => {
      trace.llm({ action: 'Done.' })
      trace.evaluation({ checks: [PASSED] })
      trace.evaluation({ checks: [FAILED] })
    }),
    'error evaluation'
  )
  t.equal(
    outcomeOf((trace) => trace.llm({ action: 'Done.' }), [], { checks: [PASSED] }),
    'ok evaluation'
  )
})

t.test('an evaluation that neither passed nor failed says nothing of the run', async (t) => {
  const checks = [{ name: 'relevance', status: 'skipped', message: 'score 0.8' }] as const
  t.equal(
    outcomeOf((trace) => {
      trace.llm({ action: 'Done.' })
      trace.evaluation({ checks })
    }),
    'unknown none'
  )
})

t.test('the last verification after the last change decides', async (t) => {
  t.equal(
    outcomeOf((trace) => {
      change(trace)
      verify(trace, { exitCode: 1 })
    }),
    'error verification'
  )
  t.equal(
    outcomeOf((trace) => {
      verify(trace, { exitCode: 1 })
      change(trace)
      verify(trace, { exitCode: 0 })
    }),
    'ok verification'
  )
})

t.test(
  'what the test runner printed counts for more than the exit code of its pipeline',
  async (t) => {
    const failing =
      'FAILED test_sum.py::test_sum - assert 3 == 4\n==== 1 failed, 4 passed in 0.12s ===='
    const trace = aTrace()
    trace.agent()
    verify(trace, { action: 'pytest | tail', exitCode: 0, observation: failing })
    const run = runOf(trace)
    t.match(run, { outcome: 'error', outcomeSource: 'verification', verifierOutput: failing })
    t.match(run.checks, [{ status: 'failed' }])
    t.equal(
      outcomeOf((trace) => verify(trace, { observation: '==== 5 passed in 0.12s ====' })),
      'ok verification'
    )
  }
)

t.test('a verification before a later change leaves the word to the root', async (t) => {
  t.equal(outcomeOf(verifyThenChange), 'unknown none')
  t.equal(outcomeOf(verifyThenChange, [], { outcome: 'ok' }), 'ok root_span')
})

t.test(
  'delivering the work, trying it out or cleaning up leaves its verification fresh',
  async (t) => {
    for (const stage of ['delivery', 'verification', 'environment'] as const) {
      t.equal(
        outcomeOf((trace) => {
          verify(trace, { exitCode: 0 })
          change(trace, { action: 'some command', effects: { stage } })
        }),
        'ok verification',
        stage
      )
    }
  }
)

t.test('a verification whose answer cannot be read decides nothing', async (t) => {
  t.equal(
    outcomeOf((trace) => verify(trace, { outcome: 'ok' })),
    'unknown none'
  )
})

t.test('the status of the last top-level agent is the weakest word', async (t) => {
  const trace = aTrace()
  trace.agent({ outcome: 'error' })
  trace.tool()
  trace.agent({ outcome: 'ok', parentSpanId: undefined })
  trace.tool()
  t.match(runOf(trace), { outcome: 'ok', outcomeSource: 'root_span' })
})

t.test('a failed tool at the top of a flat run is not the root', async (t) => {
  const trace = aTrace()
  trace.tool()
  trace.tool({ outcome: 'error' })
  t.match(runOf(trace), { outcome: 'unknown', outcomeSource: 'none' })
})

t.test('a single span is its own root', async (t) => {
  const trace = aTrace()
  trace.llm({ action: 'Hello.', outcome: 'cancelled' })
  t.match(runOf(trace), { outcome: 'cancelled', outcomeSource: 'root_span' })
})

t.test('checks and output are those of the reports, of all sources', async (t) => {
  const trace = aTrace()
  trace.agent()
  verify(trace, { exitCode: 0, checks: [PASSED], observation: '1 passed' })
  const run = runOf(trace, [
    aReport({ source: 'ci', checks: [FAILED], output: 'assert 3 == 4' }),
    aReport({ source: 'lint', checks: [{ ...PASSED, name: 'style' }], output: 'clean' })
  ])
  t.same(
    run.checks.map((check) => check.name),
    ['test_sum', 'style']
  )
  t.equal(run.verifierOutput, 'assert 3 == 4\nclean')
})

t.test('without reports they are those of the last verification in the run', async (t) => {
  const trace = aTrace()
  trace.agent()
  verify(trace, { checks: [FAILED], observation: '1 failed' })
  t.match(runOf(trace), { checks: [FAILED], verifierOutput: '1 failed' })
})

t.test('of too many checks the failing ones are kept', async (t) => {
  const checks = Array.from({ length: CHECKS_PER_RUN_MAX }, () => PASSED)
  const trace = aTrace()
  trace.agent()
  const run = runOf(trace, [aReport({ checks: [...checks, FAILED] })])
  t.equal(run.checks.length, CHECKS_PER_RUN_MAX)
  t.same(run.checks[0], FAILED)
})

t.test('a lone call of a model that ended well does not say that the task succeeded', async (t) => {
  const trace = aTrace()
  trace.llm({ action: 'Done! Everything passes.' })
  const run = assembleRun(trace.steps)?.run
  t.equal(run?.outcome, 'unknown')
  t.equal(run?.outcomeSource, 'none')
})

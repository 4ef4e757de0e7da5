// Any heap of steps, however broken, is one run: these properties hold for all of them, checked on
// random forests with shared ids, missing parents, circles, equal times and reused tool call ids.

import * as fc from 'fast-check'
import t from 'tap'

import type { ClassifiedStep, RunTree, StepKind, Tokens } from '../../collector/model/index.ts'
import {
  OUTCOMES,
  STAGE_NAMES,
  STEP_KINDS,
  STEPS_PER_RUN_MAX,
  toRunId,
  toSpanId,
  toStepId,
  toTraceId
} from '../../collector/model/index.ts'
import { assembleRun } from '../../processors/assembler/index.ts'
import { aStep } from '../support/builders.ts'
import { aRequest, aTrace, secondsIn } from '../support/traces.ts'

const TRACE = toTraceId('a'.repeat(32))
const RUNS = 300

/** Few ids, few times, few names: collisions are the point. */
const someId = fc.integer({ min: 0, max: 24 }).map((id) => id.toString(16).padStart(16, '0'))
const someCallId = fc.option(fc.constantFrom('call_0', 'call_1', 'c2', ''), { nil: undefined })
const someTool = fc.constantFrom(undefined, 'bash', 'read', 'mcp__fs__read')

const someStep: fc.Arbitrary<ClassifiedStep> = fc
  .record({
    spanId: someId,
    parentSpanId: fc.option(someId, { nil: undefined }),
    kind: fc.constantFrom<StepKind>(...STEP_KINDS),
    start: fc.integer({ min: 0, max: 12 }),
    seconds: fc.integer({ min: 0, max: 3 }),
    tool: someTool,
    toolCallId: someCallId,
    requested: fc.array(fc.tuple(fc.constantFrom('bash', 'read'), someCallId), { maxLength: 3 }),
    outcome: fc.constantFrom(...OUTCOMES),
    input: fc.option(fc.integer({ min: 0, max: 9 }), { nil: undefined }),
    costUsd: fc.option(fc.constantFrom(0.25, 0.5), { nil: undefined }),
    text: fc.constantFrom('', 'text', 'git stash', 'git checkout a.ts'),
    effect: fc.constantFrom('explore', 'change'),
    stage: fc.constantFrom(...STAGE_NAMES),
    declaredStage: fc.option(fc.constantFrom(...STAGE_NAMES), { nil: undefined, freq: 2 }),
    file: fc.constantFrom('a.ts', 'b.ts'),
    written: fc.constantFrom('', 'one', 'two')
  })
  .map((given) =>
    aStep({
      runId: toRunId('run'),
      traceId: TRACE,
      spanId: toSpanId(given.spanId),
      stepId: toStepId(given.spanId),
      parentSpanId: given.parentSpanId === undefined ? undefined : toSpanId(given.parentSpanId),
      kind: given.kind,
      startTime: secondsIn(given.start),
      endTime: secondsIn(given.start + given.seconds),
      tool: given.tool,
      toolCallId: given.toolCallId,
      requestedToolCalls: given.requested.map(([name, id]) => aRequest(name, id)),
      outcome: given.outcome,
      tokens: given.input === undefined ? {} : { input: given.input },
      costUsd: given.costUsd,
      action: given.text,
      ...(given.declaredStage === undefined ? {} : { declaredStage: given.declaredStage }),
      effects: {
        effect: given.effect,
        stage: given.stage,
        filesWritten: given.effect === 'change' ? [given.file] : [],
        writtenText: given.written
      }
    })
  )

const someSteps = fc.array(someStep, { minLength: 1, maxLength: 40 })

function holds(name: string, claim: (tree: RunTree, steps: readonly ClassifiedStep[]) => boolean) {
  t.test(name, async (t) => {
    t.doesNotThrow(() => {
      fc.assert(
        fc.property(someSteps, (steps) => {
          const tree = assembleRun(steps)
          return tree !== undefined && claim(tree, steps)
        }),
        { numRuns: RUNS }
      )
    })
  })
}

t.test('any order and any repetition of the steps gives the same tree', async (t) => {
  const shuffled = someSteps.chain((steps) =>
    fc.tuple(
      fc.constant(steps),
      fc.shuffledSubarray([...steps, ...steps], { minLength: steps.length * 2 })
    )
  )
  fc.assert(
    fc.property(shuffled, ([steps, again]) => {
      t.strictSame(assembleRun(again), assembleRun(steps), { diagnostic: false })
    }),
    { numRuns: RUNS }
  )
})

holds('every step id is numbered or folded, exactly once', (tree, steps) => {
  const told = [...tree.steps, ...tree.folded].map((step) => step.stepId)
  const given = new Set(steps.map((step) => step.stepId))
  return told.length === given.size && told.every((id) => given.has(id))
})

holds(
  'steps are numbered from 1 without gaps and stand after what they happened inside of',
  (tree) =>
    tree.steps.every((step, at) => step.index === at + 1 && (step.parentIndex ?? 0) < step.index)
)

holds(
  'every run has at least one step, and a folded step names one of them or none',
  (tree) =>
    tree.steps.length > 0 &&
    tree.folded.every(({ intoIndex }) => intoIndex === undefined || tree.steps[intoIndex - 1])
)

holds('stages cover the steps in order, each with another name than the one before', (tree) => {
  let next = 1
  for (const [at, stage] of tree.stages.entries()) {
    if (stage.index !== at + 1 || stage.firstStepIndex !== next) return false
    if (stage.name === tree.stages[at - 1]?.name) return false
    next = stage.lastStepIndex + 1
  }
  return next === tree.steps.length + 1
})

t.test('tokens of a run are the sum over its model calls, whatever agents sum up', async (t) => {
  /** A frame of agents and model calls: each number is a call that spent so many tokens. */
  const someFrame = fc.letrec<{ frame: Frame; call: number }>((tie) => ({
    frame: fc.array(fc.oneof({ maxDepth: 4 }, tie('call'), tie('frame')), { maxLength: 4 }),
    call: fc.integer({ min: 0, max: 9 })
  })).frame
  fc.assert(
    fc.property(someFrame, (frame) => {
      const trace = aTrace()
      const total = addFrame(trace, frame, undefined)
      t.same(assembleRun(trace.steps)?.run.tokens, { input: total }, { diagnostic: false })
    }),
    { numRuns: RUNS }
  )
})

type Frame = (Frame | number)[]

/** Adds the frame below `under`, told of its sum as aggregating producers are; returns the sum. */
function addFrame(
  trace: ReturnType<typeof aTrace>,
  frame: Frame,
  under: ClassifiedStep | undefined
): number {
  const total = totalOf(frame)
  const agent = trace.agent({ under, tokens: { input: total } })
  for (const member of frame) {
    if (typeof member === 'number') {
      trace.llm({ under: agent, action: 'text', tokens: { input: member } })
    } else {
      addFrame(trace, member, agent)
    }
  }
  return total
}

function totalOf(member: Frame | number): number {
  if (typeof member === 'number') return member
  return member.reduce<number>((sum, inner) => sum + totalOf(inner), 0)
}

t.test('retries: one step a call, and each attempt is spent once', async (t) => {
  /** What each attempt spent; all but the last failed without an answer. */
  const someCall = fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 1, maxLength: 4 })
  const someCalls = fc.array(
    fc.record({ attempts: someCall, isWrapped: fc.boolean(), endsInTool: fc.boolean() }),
    { minLength: 1, maxLength: 6 }
  )
  fc.assert(
    fc.property(someCalls, (calls) => {
      const trace = aTrace()
      const total = calls.flatMap((call) => call.attempts).reduce((sum, spent) => sum + spent, 0)
      const agent = trace.agent({ tokens: { input: total }, costUsd: total / 4 })
      for (const call of calls) addCall(trace, call, agent)
      const tree = assembleRun(trace.steps)
      const toldTwice = { diagnostic: false }
      t.same(tree?.run.tokens, { input: total }, toldTwice)
      t.equal(tree?.run.costUsd, total / 4, toldTwice)
      t.equal(tree?.steps.length, calls.length, toldTwice)
      const ofSteps = tree?.steps.map((step) => inputOf(step.tokens)) ?? []
      t.strictSame(
        ofSteps,
        calls.map(({ attempts }) => attempts.reduce((sum, spent) => sum + spent, 0)),
        toldTwice
      )
    }),
    { numRuns: RUNS }
  )
})

interface Call {
  readonly attempts: readonly number[]
  /** The SDK has a span of its own around the attempts, with their sum. */
  readonly isWrapped: boolean
  /** It asked for a tool, whose step it is the thought of. */
  readonly endsInTool: boolean
}

function addCall(
  trace: ReturnType<typeof aTrace>,
  { attempts, isWrapped, endsInTool }: Call,
  agent: ClassifiedStep
): void {
  const sum = attempts.reduce((total, spent) => total + spent, 0)
  const under = isWrapped
    ? trace.llm({ under: agent, action: 'text', tokens: { input: sum }, costUsd: sum / 4 })
    : agent
  for (const [at, spent] of attempts.entries()) {
    const counts = { tokens: { input: spent }, costUsd: spent / 4 }
    if (at < attempts.length - 1) {
      trace.llm({ under, outcome: 'error', error: '429', action: '', ...counts })
    } else if (endsInTool) {
      const id = `call_${trace.steps.length}`
      trace.llm({ under, action: '', requestedToolCalls: [aRequest('bash', id)], ...counts })
      trace.tool({ under: agent, tool: 'bash', toolCallId: id })
    } else {
      trace.llm({ under, action: 'text', ...counts })
    }
  }
}

holds('tokens of steps never exceed those of the run', (tree) => {
  const sum = tree.steps.reduce((total, step) => total + inputOf(step.tokens), 0)
  return sum <= inputOf(tree.run.tokens)
})

holds('every change opens a state under an earlier one, and reverts point back', (tree) => {
  const changes = tree.steps.filter((step) => step.effects.effect === 'change')
  return (
    tree.states.length === changes.length + 1 &&
    tree.states.every(
      (state, at) =>
        state.index === at &&
        (at === 0 || (state.parentIndex ?? at) < at) &&
        (state.revertsTo === undefined || state.revertsTo < at)
    ) &&
    tree.steps.every((step) => tree.states[step.stateIndex] !== undefined)
  )
})

holds(
  'completeness is between 0 and 1, and below 1 it has a reason',
  ({ run }) =>
    run.completeness > 0 &&
    run.completeness <= 1 &&
    (run.completeness === 1) === (run.incompleteReasons.length === 0)
)

function inputOf(tokens: Tokens): number {
  return tokens.input ?? 0
}

t.test('a chain of 20,000 spans inside of each other is assembled', async (t) => {
  // Every pass over the run is a loop; recursion would overflow the stack here.
  const trace = aTrace()
  let under: ClassifiedStep | undefined
  for (let depth = 0; depth < STEPS_PER_RUN_MAX; depth += 1) {
    under = trace.tool({ under, tool: `tool${depth}` })
  }
  const tree = assembleRun(trace.steps.toReversed())
  t.equal(tree?.steps.length, STEPS_PER_RUN_MAX)
  t.equal(tree?.steps.at(-1)?.parentIndex, STEPS_PER_RUN_MAX - 1)
})

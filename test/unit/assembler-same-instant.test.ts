// Steps that started together, as those of SDKs that stamp whole milliseconds: their order is read from the
// conversation, never from ids of spans or from the order in which they arrived.

import * as fc from 'fast-check'
import t from 'tap'

import type { ClassifiedStep } from '../../collector/model/index.ts'
import { toUnixNano } from '../../collector/model/index.ts'
import { assembleRun } from '../../processors/assembler/index.ts'
import { aRequest, aTrace, secondsIn } from '../support/traces.ts'

const NOW = secondsIn(5)
const AT_ONCE = { startTime: NOW, endTime: NOW }
const WANTED = ['read', 'edit', 'pytest', 'Done!']

interface Mock {
  readonly ids: readonly string[]
  /** What the model says that it was given, call by call. */
  readonly tokens?: readonly number[]
  /** Micro-seconds that the steps took, which SDKs add to a start in whole milliseconds. */
  readonly micros?: readonly number[]
  readonly isFramed?: boolean
  readonly isIdless?: boolean
}

/** An agent whose model and tools answer at once: three turns and a closing word. */
function mocked({ ids, tokens, micros = [], isFramed = false, isIdless = false }: Mock) {
  const trace = aTrace()
  const root = trace.agent({ startTime: secondsIn(0), endTime: secondsIn(9) })
  for (const [turn, tool] of WANTED.entries()) {
    const at = (step: number) => ({
      startTime: NOW,
      endTime: toUnixNano(NOW + BigInt((micros[2 * turn + step] ?? 0) * 1_000))
    })
    const under = isFramed ? trace.add({ ...at(0), under: root }, { kind: 'agent' }) : root
    const spent = tokens === undefined ? {} : { tokens: { input: tokens[turn] ?? 0 } }
    if (tool === 'Done!') {
      trace.llm({ ...at(0), ...spent, under, action: tool, finishReason: 'stop' })
      continue
    }
    const given = `{"of":"${tool}"}`
    const asked = { ...aRequest('bash', ids[turn]), arguments: given }
    trace.llm({ ...at(0), ...spent, under, requestedToolCalls: [asked] })
    const named = isIdless ? {} : { toolCallId: ids[turn] }
    trace.tool({ ...at(1), ...named, under, action: tool, arguments: given })
  }
  return trace.steps
}

function told(steps: readonly ClassifiedStep[]) {
  return assembleRun(steps)?.steps.map(({ action }) => action)
}

const someMicros = fc.array(fc.integer({ min: 0, max: 990 }), { minLength: 8, maxLength: 8 })
/** Random ids of calls, and ids that start anew. */
const someIds = fc.oneof(
  fc.uniqueArray(fc.uuid(), { minLength: 3, maxLength: 3 }),
  fc.constant(['call_0', 'call_0', 'call_0'])
)

t.test('turns in one millisecond stand in the order in which the conversation grew', async (t) => {
  const mocks = fc.record({
    ids: someIds,
    tokens: fc.constant([10, 25, 40, 60]),
    micros: someMicros,
    isFramed: fc.boolean(),
    isIdless: fc.boolean()
  })
  const shuffled = mocks.chain((mock) => {
    const steps = mocked(mock)
    return fc.shuffledSubarray(steps, { minLength: steps.length })
  })
  t.doesNotThrow(() => {
    fc.assert(
      fc.property(withOtherIds(shuffled), (steps) => {
        t.same(told(steps), WANTED, { diagnostic: false })
      }),
      { numRuns: 200 }
    )
  })
})

/** Ids of spans are random: steps without children get one of another order. */
function withOtherIds(someSteps: fc.Arbitrary<ClassifiedStep[]>) {
  return fc.tuple(someSteps, fc.infiniteStream(fc.nat({ max: 0xff_ff_ff }))).map(([steps, salts]) =>
    steps.map((step) => {
      if (step.kind === 'agent') return step
      const salt = Number(salts.next().value).toString(16).padStart(6, '0')
      const id = `${salt}${step.spanId.slice(6)}` as typeof step.spanId
      return { ...step, spanId: id, stepId: id as unknown as typeof step.stepId }
    })
  )
}

t.test('without tokens, calls are counted, and what stops comes last', async (t) => {
  const ids = ['call_9', 'call_10', 'call_11']
  t.same(told(mocked({ ids })), WANTED)
  t.same(told(mocked({ ids }).toReversed()), WANTED)
  t.same(told(mocked({ ids, tokens: [5, 5, 5, 5], micros: [900, 1, 800, 2, 1, 3, 0] })), WANTED)
})

t.test(
  'without any of that, each tool still follows its answer, the same way each time',
  async (t) => {
    const steps = mocked({ ids: ['z', 'm', 'b'] })
    const order = told(steps)
    t.equal(order?.at(-1), 'Done!')
    t.same(told(steps.toReversed()), order)
    const { folded } = assembleRun(steps) ?? {}
    t.strictSame(folded?.map(({ intoIndex }) => intoIndex).toSorted(), [1, 2, 3, undefined])
  }
)

t.test('what ends a millisecond later has come later', async (t) => {
  const trace = aTrace()
  trace.agent()
  const later = { startTime: NOW, endTime: toUnixNano(NOW + 1_200_000n) }
  trace.tool({ ...later, action: 'second' })
  trace.tool({ ...AT_ONCE, action: 'first' })
  t.same(told(trace.steps), ['first', 'second'])
})

t.test('a tool of an earlier answer comes before the next answer and its tool', async (t) => {
  const trace = aTrace()
  trace.agent()
  trace.llm({ requestedToolCalls: [aRequest('bash', 'a')] })
  trace.tool({ ...AT_ONCE, toolCallId: 'b', action: 'second' })
  trace.llm({ ...AT_ONCE, action: 'Done.' })
  trace.llm({ ...AT_ONCE, requestedToolCalls: [aRequest('bash', 'b')] })
  trace.tool({ ...AT_ONCE, toolCallId: 'a', action: 'first' })
  t.same(told(trace.steps), ['first', 'second', 'Done.'])
})

t.test('what happens inside of a tool stays with it', async (t) => {
  const trace = aTrace()
  trace.agent()
  const ids = ['t1', 't2']
  trace.llm({ ...AT_ONCE, requestedToolCalls: ids.map((id) => aRequest('task', id)) })
  const [one, two] = ids.map((id) =>
    trace.tool({ ...AT_ONCE, toolCallId: id, tool: 'task', action: id })
  )
  for (const [under, word] of [
    [two, 'of t2'],
    [one, 'of t1']
  ] as const) {
    const inner = trace.add({ ...AT_ONCE, under }, { kind: 'agent', agent: word })
    trace.llm({ ...AT_ONCE, under: inner, requestedToolCalls: [aRequest('bash', word)] })
    trace.tool({ ...AT_ONCE, under: inner, toolCallId: word, action: word })
  }
  trace.llm({ ...AT_ONCE, action: 'Done.' })
  t.same(told(trace.steps), ['t1', 'of t1', 't2', 'of t2', 'Done.'])
})

// A program that died of an uncaught error: what its outermost span says is the symptom of the run, and an agent
// that did not get to speak has not stopped too early. Spans as an instrumented process leaves them.

import t from 'tap'
import { assembleRun } from '@onset/processors/assembler'
import { localizeOnset } from '@onset/processors/localizer'
import { classifyStep } from '@onset/collector/effects'
import type { DecodedSpan, OutcomeReport } from '../../collector/model/index.ts'
import { toUnixNano, type AttributeValue } from '../../collector/model/index.ts'
import { normalizeSpans } from '../../collector/normalizer/index.ts'
import { failing } from '../support/agent-runs.ts'
import { aSpan, aSpanId, aTraceId, BUILT_START, someAttributes } from '../support/builders.ts'

type Told = Partial<Omit<DecodedSpan, 'attributes'>> & {
  readonly attributes: Readonly<Record<string, AttributeValue>>
}

const NO_SUCH_TOOL = 'tools[c.function.name] is not a function'
const CRASH = { type: 'TypeError', message: NO_SUCH_TOOL }
const QUOTED = `TypeError: ${NO_SUCH_TOOL}`
const AT_WORK = [
  called('read_file', { path: 'src/cart.js' }, 'export const total = () => 0'),
  called('list_files', { path: 'src' }, 'cart.js')
]
const WROTE = called('write_file', { path: 'src/cart.js', content: 'export const a = 1' }, 'ok')
const UNKNOWN = called('search_web', { query: 'cart' })
const RED: OutcomeReport = {
  outcome: 'error',
  source: 'ci',
  checks: [failing('adds up', 'expected 3, got 0')],
  output: 'not ok 1 - adds up\n  error: expected 3, got 0',
  reportedAt: BUILT_START
}

/** Without a result, as a tool that was never run. */
function called(name: string, args: object, result?: string): Told {
  return {
    name: `execute_tool ${name}`,
    attributes: {
      'gen_ai.operation.name': 'execute_tool',
      'gen_ai.tool.name': name,
      'gen_ai.tool.call.arguments': JSON.stringify(args),
      ...(result === undefined ? {} : { 'gen_ai.tool.call.result': result })
    }
  }
}

function failed(told: Told, message: string): Told {
  return { ...told, statusCode: 'error', statusMessage: message }
}

interface Ending {
  readonly crash?: { readonly type: string; readonly message: string } | undefined
  readonly reports?: readonly OutcomeReport[]
  /** The crash is told by a process inside of a launcher that knows an exit code only. */
  readonly isLaunched?: boolean
  /** What the agent did stands beside the frame of the process, which begins when it dies. */
  readonly isBeside?: boolean
}

function at(second: number) {
  return toUnixNano(BUILT_START + BigInt(second) * 1_000_000_000n)
}

function frame(told: Partial<DecodedSpan>, crash: Ending['crash']): DecodedSpan {
  const exception = crash && {
    time: told.endTime ?? BUILT_START,
    name: 'exception',
    attributes: someAttributes({
      'exception.type': crash.type,
      'exception.message': crash.message
    }),
    droppedAttributesCount: 0
  }
  return aSpan({
    name: 'invoke_agent coder',
    attributes: someAttributes({
      'gen_ai.operation.name': 'invoke_agent',
      'gen_ai.agent.name': 'coder',
      'process.exit.code': 1,
      'error.type': crash?.type ?? 'exit_code'
    }),
    statusCode: 'error',
    statusMessage: crash === undefined ? 'exit code 1' : `${crash.type}: ${crash.message}`,
    events: exception === undefined ? [] : [exception],
    ...told
  })
}

function build(told: readonly Told[], ending: Ending = {}) {
  const { crash = CRASH, reports = [], isLaunched = false, isBeside = false } = ending
  const traceId = aTraceId()
  const root = aSpanId()
  const process = isLaunched ? aSpanId() : root
  const [startTime, endTime] = [at(0), at(told.length + 1)]
  const times = { traceId, startTime, endTime }
  const inner = { ...times, startTime: isBeside ? endTime : startTime }
  const frames = isLaunched
    ? [
        frame({ ...times, spanId: root }, undefined),
        frame({ ...inner, spanId: process, parentSpanId: root }, crash)
      ]
    : [frame({ ...times, spanId: root }, 'crash' in ending ? ending.crash : crash)]
  const spans = told.map(({ attributes, ...span }, position) =>
    aSpan({
      ...span,
      traceId,
      spanId: aSpanId(),
      parentSpanId: isBeside ? root : process,
      startTime: at(position + 1),
      endTime: at(position + 2),
      attributes: someAttributes(attributes)
    })
  )
  const { steps } = normalizeSpans([...frames, ...spans])
  const classified = steps.map((step) => ({ ...step, effects: classifyStep(step) }))
  const tree = assembleRun(classified, { outcomeReports: reports })
  if (tree === undefined) throw new Error('a run has steps')
  return tree
}

function localize(told: readonly Told[], ending: Ending = {}) {
  return localizeOnset(build(told, ending))
}

t.test('the program died on a tool that never answered: that call is the onset', async (t) => {
  const { onsets } = localize([...AT_WORK, UNKNOWN])
  t.equal(onsets[0]?.stepIndex, 3)
  t.equal(onsets[0]?.category, 'invalid_tool_use')
  t.match(onsets[0]?.summary, QUOTED)
  t.match(
    onsets[0]?.evidence.map(({ detector }) => detector),
    ['crashed_call']
  )
})

t.test('a verifier that then finds nothing done does not make it a completion', async (t) => {
  const launched = { isLaunched: true }
  for (const how of [{}, launched, { ...launched, isBeside: true }]) {
    const { onsets } = localize([...AT_WORK, UNKNOWN], { reports: [RED], ...how })
    t.equal(onsets[0]?.stepIndex, 3)
    t.equal(onsets[0]?.category, 'invalid_tool_use')
    t.notOk(onsets.some(({ category }) => category === 'premature_completion'))
    t.match(onsets[0]?.summary, QUOTED)
  }
})

t.test('of two calls that did not answer, the one to a tool that never did', async (t) => {
  const again = called('read_file', { path: 'src/b.js' })
  t.equal(localize([...AT_WORK, again, UNKNOWN]).onsets[0]?.stepIndex, 4)
  t.equal(localize([...AT_WORK, UNKNOWN, again]).onsets[0]?.stepIndex, 3)
})

t.test(
  'a producer without spans of tools: the answer that asked for one is the onset',
  async (t) => {
    const parts = [{ type: 'tool_call', id: 'call_9', name: 'search_web', arguments: {} }]
    const asks: Told = {
      name: 'chat m-1',
      attributes: {
        'gen_ai.operation.name': 'chat',
        'gen_ai.request.model': 'm-1',
        'gen_ai.output.messages': JSON.stringify([{ role: 'assistant', parts }])
      }
    }
    const { onsets } = localize([...AT_WORK, asks], { reports: [RED] })
    t.equal(onsets[0]?.stepIndex, 3)
    t.equal(onsets[0]?.category, 'invalid_tool_use')
  }
)

t.test('a tool that threw what ended the program is the onset', async (t) => {
  const threw = failed(called('apply_patch', { patch: '@@' }), 'RangeError: no hunk')
  const crash = { type: 'RangeError', message: 'no hunk' }
  const { onsets } = localize([...AT_WORK, threw], { crash, reports: [RED] })
  t.equal(onsets[0]?.stepIndex, 3)
  t.equal(onsets[0]?.category, 'invalid_tool_use')
})

t.test('a crash that no step explains names none, and is quoted', async (t) => {
  const beside = { isLaunched: true, isBeside: true }
  for (const how of [{}, { reports: [RED] }, beside, { ...beside, reports: [RED] }]) {
    const { onsets, abstention } = localize(AT_WORK, how)
    t.strictSame(onsets, [])
    t.match(abstention, QUOTED)
  }
})

t.test('a crash after work that fails its checks is said next to the suspect', async (t) => {
  const { onsets } = localize([...AT_WORK, WROTE, AT_WORK[0] as Told], { reports: [RED] })
  t.equal(onsets[0]?.stepIndex, 3)
  t.match(onsets[0]?.caveats.join(' '), QUOTED)
})

t.test('a program that died of a failed model call is told as that', async (t) => {
  const call: Told = {
    name: 'chat m-1',
    attributes: { 'gen_ai.operation.name': 'chat', 'gen_ai.request.model': 'm-1' }
  }
  const crash = { type: 'APIError', message: '529 overloaded' }
  const told = [...AT_WORK, failed(call, '529 overloaded')]
  for (const isBeside of [false, true]) {
    const { onsets, abstention } = localize(told, { crash, isLaunched: true, isBeside })
    t.strictSame(onsets, [])
    t.match(abstention, 'error of its model call: 529 overloaded')
  }
})

t.test('only frames were recorded, and that they crashed', async (t) => {
  const { onsets, abstention } = localize([], { isLaunched: true })
  t.strictSame(onsets, [])
  t.match(abstention, QUOTED)
})

t.test('an exit code alone is no crash: an agent that stopped may set it', async (t) => {
  const tree = build([...AT_WORK, WROTE, UNKNOWN], { crash: undefined })
  t.equal(tree.error, undefined)
  t.notOk(localizeOnset(tree).onsets.some(({ summary }) => summary.includes('crashed')))
})

t.test(
  'an error that the program survived, or that the run did not end in, is no crash',
  async (t) => {
    const traceId = aTraceId()
    const root = aSpanId()
    const helper = { traceId, parentSpanId: root, startTime: at(1), endTime: at(2) }
    const later = {
      traceId,
      parentSpanId: root,
      startTime: at(3),
      endTime: at(4),
      attributes: someAttributes(UNKNOWN.attributes)
    }
    for (const statusCode of ['ok', 'error'] as const) {
      const whole = frame({ traceId, spanId: root, startTime: at(0), endTime: at(5) }, undefined)
      const outer: DecodedSpan =
        statusCode === 'error'
          ? whole
          : {
              ...whole,
              statusCode,
              attributes: someAttributes({ 'gen_ai.operation.name': 'invoke_agent' })
            }
      const { steps } = normalizeSpans([outer, frame(helper, CRASH), aSpan(later)])
      const tree = assembleRun(steps.map((step) => ({ ...step, effects: classifyStep(step) })))
      t.equal(tree?.error, undefined, statusCode)
    }
  }
)

t.test('running out of turns is no crash of the program', async (t) => {
  const crash = { type: 'MaxTurnsExceeded', message: 'Max turns (10) exceeded' }
  const { onsets } = localize([...AT_WORK, WROTE, UNKNOWN], { crash, reports: [RED] })
  t.not(onsets.length, 0)
  t.notOk(
    onsets.some(({ evidence }) => evidence.some(({ detector }) => detector === 'crashed_call'))
  )
})

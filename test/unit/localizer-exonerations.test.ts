// The rules of the gate that hold in no labelled run, each on a run as an instrumented agent sends it (spans of the
// GenAI conventions, through normalizer and assembler), and on its neighbour that the rule must not clear.

import t from 'tap'
import { assembleRun } from '@onset/processors/assembler'
import { localizeOnset } from '@onset/processors/localizer'
import { classifyStep } from '@onset/collector/effects'
import { toUnixNano, type AttributeValue, type DecodedSpan } from '../../collector/model/index.ts'
import { normalizeSpans } from '../../collector/normalizer/index.ts'
import { aSpan, aSpanId, aTraceId, BUILT_START, someAttributes } from '../support/builders.ts'

type Told = Partial<Omit<DecodedSpan, 'attributes'>> & {
  readonly attributes: Readonly<Record<string, AttributeValue>>
}

/** A chat that gave nothing but tool calls, or that failed. */
function asked(failure?: string): Told {
  return {
    name: 'chat m-1',
    kind: 'client',
    attributes: {
      'gen_ai.operation.name': 'chat',
      'gen_ai.provider.name': 'anthropic',
      'gen_ai.request.model': 'm-1',
      ...(failure === undefined ? {} : { 'error.type': failure.split(' ')[0] ?? '' })
    },
    ...(failure === undefined ? {} : { statusCode: 'error', statusMessage: failure })
  }
}

function called(name: string, args: object, result: string, failed = false): Told {
  return {
    name: `execute_tool ${name}`,
    attributes: {
      'gen_ai.operation.name': 'execute_tool',
      'gen_ai.tool.name': name,
      'gen_ai.tool.call.arguments': JSON.stringify(args),
      'gen_ai.tool.call.result': result
    },
    ...(failed ? { statusCode: 'error', statusMessage: result } : {})
  }
}

/** Of a run that a verifier or the launcher called failed. */
function localize(told: readonly Told[]) {
  const traceId = aTraceId()
  const root = aSpanId()
  const at = (second: number) => toUnixNano(BUILT_START + BigInt(second) * 1_000_000_000n)
  const frame = aSpan({
    traceId,
    spanId: root,
    name: 'invoke_agent coder',
    startTime: at(0),
    endTime: at(told.length + 1),
    attributes: someAttributes({
      'gen_ai.operation.name': 'invoke_agent',
      'gen_ai.agent.name': 'coder',
      'onset.run.outcome': 'error'
    })
  })
  const spans = told.map(({ attributes, ...span }, position) =>
    aSpan({
      ...span,
      traceId,
      spanId: aSpanId(),
      parentSpanId: root,
      startTime: at(position + 1),
      endTime: at(position + 2),
      attributes: someAttributes(attributes)
    })
  )
  const { steps } = normalizeSpans([frame, ...spans])
  const tree = assembleRun(
    steps.map((step) => ({ ...step, effects: classifyStep(step) })),
    { outcomeReports: [] }
  )
  if (tree === undefined) throw new Error('a run has steps')
  return localizeOnset(tree)
}

const WORK = [
  asked(),
  called('read_file', { path: 'src/cart.js' }, 'export const total = () => 0'),
  asked(),
  called('write_file', { path: 'src/cart.js', content: 'export const total = sum' }, 'written')
]
const OVERLOADED = '529 {"type":"error","error":{"type":"overloaded_error"}}'

t.test('the provider fails in the middle of the work: the run is not the agent’s', async (t) => {
  const { onsets, abstention } = localize([...WORK, asked(OVERLOADED)])
  t.strictSame(onsets, [])
  t.match(abstention, /ended in an error of its model call: 529/)
})

t.test('a model call that failed and was tried again clears nobody', async (t) => {
  const failing = called('bash', { command: 'npm test' }, 'not ok 1 - adds up\n# fail 1', true)
  t.not(localize([...WORK, asked(OVERLOADED), asked(), failing]).onsets.length, 0)
})

t.test('a conversation that outgrew the model is the agent’s to keep short', async (t) => {
  const tooLong = '400 prompt is too long: 214011 tokens > 200000 maximum'
  t.not(localize([...WORK, asked(tooLong)]).onsets.length, 0)
})

const DEAD = 'Error response from daemon: container 5d1c is not running'

t.test('the sandbox has died: nothing the agent did had a world to act on', async (t) => {
  const tries = [
    called('bash', { command: 'ls -la' }, DEAD, true),
    called('read_file', { path: 'src/cart.js' }, DEAD, true),
    called('bash', { command: 'cat src/cart.js' }, DEAD, true),
    called('write_file', { path: 'src/cart.js', content: 'export {}' }, DEAD, true)
  ]
  const { onsets, abstention } = localize(tries.flatMap((call) => [asked(), call]))
  t.strictSame(onsets, [])
  t.match(abstention, /Not one call of the agent went through/)
})

t.test('one call that went through, or calls that were wrong, clear nobody', async (t) => {
  const dead = ['ls', 'pwd', 'cat a'].map((command) => called('bash', { command }, DEAD, true))
  t.not(localize([...WORK, ...dead]).onsets.length, 0, 'the agent had a world')
  const wrong = ['a', 'b', 'c'].map((name) =>
    called('write_file', { file: name }, 'invalid arguments: path is required', true)
  )
  t.not(localize(wrong).onsets.length, 0, 'the agent did not know its tools')
})

t.test('a launcher and its network are all that was recorded: nobody can be accused', async (t) => {
  const request: Told = {
    name: 'POST',
    kind: 'client',
    attributes: { 'http.request.method': 'POST', 'url.full': 'https://api.example/v1/messages' }
  }
  const { onsets, abstention } = localize([request, request])
  t.strictSame(onsets, [])
  t.match(abstention, /Nothing of what the agent did was recorded/)
  t.not(localize([request, ...WORK]).onsets.length, 0, 'one action is something to look at')
})

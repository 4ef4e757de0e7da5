// Builds the steps of one trace in the order they happen, a second apart, so that a test of assembly or
// completion reads as the run it describes: `trace.agent()`, `trace.llm({ requests: ['bash'] })`, `trace.tool()`.

import type {
  ClassifiedStep,
  RequestedToolCall,
  Step,
  StepEffects
} from '../../collector/model/index.ts'
import { toUnixNano } from '../../collector/model/index.ts'
import { aStep, aTraceId, BUILT_START } from './builders.ts'

type Given = Partial<Step> & {
  readonly effects?: Partial<StepEffects>
  /** The step inside of which this one happens; the last agent unless told otherwise. */
  readonly under?: ClassifiedStep | undefined
}

/** Seconds after the builders' start, as a time of a step. */
export function secondsIn(seconds: number) {
  return toUnixNano(BUILT_START + BigInt(Math.round(seconds * 1e9)))
}

export function aRequest(name: string, id?: string): RequestedToolCall {
  return { id, name, arguments: '{}' }
}

export function aTrace(traceId = aTraceId()) {
  const steps: ClassifiedStep[] = []
  let second = 0
  let agent: ClassifiedStep | undefined

  const add = ({ under, ...given }: Given, defaults: Partial<Step> = {}): ClassifiedStep => {
    const startTime = given.startTime ?? secondsIn(second)
    second += 1
    const parent = under ?? agent
    const step = aStep({
      tool: undefined,
      action: '',
      arguments: '',
      observation: '',
      outcome: 'unknown',
      ...defaults,
      traceId,
      startTime,
      endTime: toUnixNano(startTime + 500_000_000n),
      parentSpanId: parent?.spanId,
      ...given
    })
    steps.push(step)
    return step
  }

  return {
    traceId,
    steps,
    /** A step of any kind. */
    add,
    agent(given: Given = {}) {
      agent = add(given, { kind: 'agent', name: 'invoke_agent coder', agent: 'coder' })
      return agent
    },
    llm(given: Given = {}) {
      return add(given, { kind: 'llm', name: 'chat m-1', model: 'm-1' })
    },
    tool(given: Given = {}) {
      return add(given, {
        kind: 'tool',
        name: 'execute_tool bash',
        tool: 'bash',
        action: 'ls',
        arguments: '{"command":"ls"}',
        observation: 'src',
        outcome: 'ok'
      })
    },
    unknown(given: Given = {}) {
      return add(given, { kind: 'unknown', name: 'POST', action: 'POST' })
    },
    evaluation(given: Given = {}) {
      return add(given, { kind: 'evaluation', name: 'evaluation' })
    }
  }
}

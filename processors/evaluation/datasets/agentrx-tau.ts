// Reads conversations of a shop's agent with a simulated customer, failures labelled by message number.
// A call with what it returned is a tool step; every other message is a step of whoever wrote it, the
// customer too, since a model plays it and some failures are its own.
// Format: https://github.com/microsoft/AgentRx

import type { OutcomeReport, Step } from '@onset/collector/model'
import type { LabelledRun, RunLabel } from '../labelled-run.ts'
import { NOTHING_LABELLED } from '../labelled-run.ts'
import {
  FieldError,
  readInteger,
  readNumber,
  readObject,
  readObjects,
  readText,
  readTextOr,
  within
} from './fields.ts'
import type { JsonObject } from './fields.ts'
import { buildAgentStep, buildStep, frameRun, inventTime } from './recorded-run.ts'
import type { RunFrame } from './recorded-run.ts'

const CLERK = 'Assistant'
const CUSTOMER = 'User'

export function isAgentRxTauRecord(record: JsonObject): boolean {
  return 'traj' in record && 'reward' in record && 'task_id' in record
}

export function readAgentRxTauRun(record: JsonObject): LabelledRun {
  const id = String(readInteger(record, 'task_id'))
  const frame = frameRun(`agentrx-tau ${id}`, { service: 'shop', agent: CLERK })
  const messages = readObjects(record, 'traj')
  const { steps, stepOfMessage } = buildSteps(messages, frame)
  const solved = readNumber(record, 'reward') === 1
  return {
    id,
    task: id,
    subset: undefined,
    steps: [buildAgentStep(frame, readConversation(messages), steps), ...steps],
    outcomeReports: [reportOf(solved, steps.at(-1))],
    numbered: steps.map((step) => step.stepId),
    label: readLabel(record, solved, stepOfMessage),
    flaws: []
  }
}

/** What the agent was told: the shop's policy and what the customer wanted first. */
function readConversation(messages: readonly JsonObject[]) {
  const told = ['system', 'user'].map((role) =>
    messages.find((message) => message['role'] === role)
  )
  const task = told.map((message) => (message ? readTextOr(message, 'content', '') : ''))
  const answer = messages.findLast((message) => message['role'] === 'assistant')
  return {
    task: task.filter((text) => text !== '').join('\n\n'),
    answer: answer === undefined ? '' : readTextOr(answer, 'content', '')
  }
}

function buildSteps(messages: readonly JsonObject[], frame: RunFrame) {
  const steps: Step[] = []
  const stepOfMessage: number[] = []
  for (const [position, message] of messages.entries()) {
    within(`traj[${position}]`, () => {
      const role = readText(message, 'role')
      const answers = role === 'tool' ? steps.length : steps.length + 1
      stepOfMessage.push(answers)
      if (role === 'user') steps.push(buildMessage(frame, steps.length + 1, [CUSTOMER, message]))
      if (role === 'assistant') {
        steps.push(...buildClerkSteps(frame, steps.length + 1, [message, messages]))
      }
    })
  }
  return {
    steps,
    stepOfMessage: stepOfMessage.map((step) => Math.max(1, Math.min(step, steps.length)))
  }
}

function buildClerkSteps(
  frame: RunFrame,
  number: number,
  [message, messages]: readonly [JsonObject, readonly JsonObject[]]
): readonly Step[] {
  const asked = message['tool_calls']
  if (asked === undefined || asked === null) return [buildMessage(frame, number, [CLERK, message])]
  const calls = readObjects(message, 'tool_calls')
  if (calls.length === 0) return [buildMessage(frame, number, [CLERK, message])]
  return calls.map((call, position) =>
    within(`tool_calls[${position}]`, () => {
      const called = readObject(call, 'function')
      const id = readText(call, 'id')
      const result = messages.find((other) => other['tool_call_id'] === id)
      const observation = result === undefined ? '' : readTextOr(result, 'content', '')
      return buildCall(frame, number + position, {
        tool: readText(called, 'name'),
        arguments: readTextOr(called, 'arguments', ''),
        thought: position === 0 ? readTextOr(message, 'content', '') : '',
        observation
      })
    })
  )
}

interface Call {
  readonly tool: string
  readonly arguments: string
  readonly thought: string
  readonly observation: string
}

function buildCall(frame: RunFrame, number: number, call: Call): Step {
  // The shop's tools answer a refused call with a text that begins so.
  const failed = /^Error\b/.test(call.observation)
  return buildStep(frame, {
    number,
    kind: 'tool',
    name: `execute_tool ${call.tool}`,
    startTime: inventTime(number),
    endTime: inventTime(number),
    agent: CLERK,
    tool: call.tool,
    action: `${call.tool} ${call.arguments}`.trim(),
    arguments: call.arguments,
    thought: call.thought,
    observation: call.observation,
    outcome: failed ? 'error' : 'ok',
    error: failed ? call.observation : undefined
  })
}

function buildMessage(
  frame: RunFrame,
  number: number,
  [agent, message]: readonly [string, JsonObject]
): Step {
  return buildStep(frame, {
    number,
    kind: 'llm',
    name: `chat ${agent}`,
    startTime: inventTime(number),
    endTime: inventTime(number),
    agent,
    action: readTextOr(message, 'content', ''),
    outcome: 'ok'
  })
}

function reportOf(solved: boolean, last: Step | undefined): OutcomeReport {
  return {
    outcome: solved ? 'ok' : 'error',
    source: 'reward',
    checks: [],
    output: '',
    reportedAt: last?.endTime ?? inventTime(0)
  }
}

function readLabel(
  record: JsonObject,
  solved: boolean,
  stepOfMessage: readonly number[]
): RunLabel {
  const verdict = solved ? 'solved' : 'failed'
  if (record['label'] === null || record['label'] === undefined || solved) {
    return { ...NOTHING_LABELLED, verdict }
  }
  return within('label', () => {
    const label = readObject(record, 'label')
    const failures = readObjects(label, 'failures').map((failure, position) =>
      within(`failures[${position}]`, () => ({
        id: readInteger(failure, 'failure_id'),
        agent: readText(failure, 'failed_agent'),
        stepIndex: toStep(failure, stepOfMessage)
      }))
    )
    const rootId = readInteger(readObject(label, 'root_cause'), 'failure_id')
    const root = failures.find(({ id }) => id === rootId)
    if (root === undefined) throw new FieldError('root_cause.failure_id', rootId, 'one of failures')
    const { stepIndex, agent } = root
    const incorrect = [...new Set(failures.map((failure) => failure.stepIndex))]
    const onset = { stepIndex, acceptable: [], incorrect, category: undefined, agent }
    return { ...NOTHING_LABELLED, verdict, attributable: true, onset }
  })
}

function toStep(failure: JsonObject, stepOfMessage: readonly number[]): number {
  const number = readInteger(failure, 'step_number')
  const stepIndex = stepOfMessage[number - 1]
  if (stepIndex !== undefined) return stepIndex
  throw new FieldError('step_number', number, `a message of 1..${stepOfMessage.length}`)
}

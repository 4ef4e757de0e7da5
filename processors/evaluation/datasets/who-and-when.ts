// Reads failure logs of agents that talk to each other. A message is a step of the agent that sent it;
// what a terminal answers is the tool call that ran the code of the message before it.
// Format: https://github.com/ag2ai/Agents_Failure_Attribution

import type { OutcomeReport, Step } from '@onset/collector/model'
import type { LabelledRun, RunLabel } from '../labelled-run.ts'
import { NOTHING_LABELLED } from '../labelled-run.ts'
import { FieldError, readObjects, readText, readTextOr, within } from './fields.ts'
import type { JsonObject } from './fields.ts'
import { buildAgentStep, buildStep, firstLineOf, frameRun, inventTime } from './recorded-run.ts'
import type { RunFrame } from './recorded-run.ts'

export function isWhoAndWhenRecord(record: JsonObject): boolean {
  return 'history' in record && 'mistake_step' in record && 'mistake_agent' in record
}

export function readWhoAndWhenRun(record: JsonObject): LabelledRun {
  const question = readText(record, 'question')
  const id = readTextOr(record, 'question_ID', question)
  const frame = frameRun(id, { service: 'agents' })
  const history = readObjects(record, 'history').map((entry, position) =>
    within(`history[${position}]`, () => toMessage(entry))
  )
  const { steps, stepOfMessage } = buildSteps(history, frame)
  const solved = record['is_correct'] === true
  return {
    id,
    task: id,
    subset: undefined,
    steps: [
      buildAgentStep(frame, { task: question, answer: history.at(-1)?.text ?? '' }, steps),
      ...steps
    ],
    outcomeReports: [reportOf(solved, steps.at(-1))],
    numbered: steps.map((step) => step.stepId),
    label: solved ? { ...NOTHING_LABELLED, verdict: 'solved' } : readLabel(record, stepOfMessage),
    flaws: []
  }
}

interface Message {
  readonly sender: string
  readonly text: string
}

/** One file names the actor, the other gives it a role with what it does in parentheses. */
function toMessage(entry: JsonObject): Message {
  const actor = entry['name'] === undefined ? readText(entry, 'role') : readText(entry, 'name')
  const aside = actor.indexOf(' (')
  const sender = aside === -1 ? actor : actor.slice(0, aside)
  return { sender, text: readTextOr(entry, 'content', '') }
}

/** The human's message is what the run was asked, not a step of it; blame on it falls on the answer. */
function buildSteps(history: readonly Message[], frame: RunFrame) {
  const steps: Step[] = []
  const stepOfMessage: number[] = []
  for (const [position, message] of history.entries()) {
    stepOfMessage.push(steps.length + 1)
    if (message.sender === 'human') continue
    const number = steps.length + 1
    steps.push(
      isTerminal(message.sender)
        ? buildTerminalStep(frame, number, [history[position - 1], message])
        : buildMessageStep(frame, number, message)
    )
  }
  return { steps, stepOfMessage: stepOfMessage.map((step) => Math.min(step, steps.length)) }
}

function isTerminal(sender: string): boolean {
  return /^computer_?terminal$/i.test(sender)
}

function buildMessageStep(frame: RunFrame, number: number, { sender, text }: Message): Step {
  return buildStep(frame, {
    number,
    kind: 'llm',
    name: `chat ${sender}`,
    startTime: inventTime(number),
    endTime: inventTime(number),
    agent: sender,
    action: text,
    outcome: 'ok'
  })
}

function buildTerminalStep(
  frame: RunFrame,
  number: number,
  [request, answer]: readonly [Message | undefined, Message]
): Step {
  const code = codeIn(request?.text ?? '')
  const exitCode = /^exitcode: (\d{1,3})\b/.exec(answer.text)?.[1]
  const failed = exitCode !== undefined && exitCode !== '0'
  return buildStep(frame, {
    number,
    kind: 'tool',
    name: `execute_tool ${answer.sender}`,
    startTime: inventTime(number),
    endTime: inventTime(number),
    agent: answer.sender,
    tool: answer.sender,
    action: code,
    arguments: code === '' ? '' : JSON.stringify({ code }),
    observation: answer.text,
    outcome: failed ? 'error' : 'ok',
    error: failed ? firstLineOf(answer.text) : undefined,
    exitCode: exitCode === undefined ? undefined : Number(exitCode)
  })
}

/** Contents of the fenced blocks, without the language on the fence. */
function codeIn(text: string): string {
  const parts = text.split('```')
  const blocks = parts.filter((_, position) => position % 2 === 1)
  return blocks.map((block) => block.slice(block.indexOf('\n') + 1).trim()).join('\n')
}

function reportOf(solved: boolean, last: Step | undefined): OutcomeReport {
  return {
    outcome: solved ? 'ok' : 'error',
    source: 'answer',
    checks: [],
    output: '',
    reportedAt: last?.endTime ?? inventTime(0)
  }
}

function readLabel(record: JsonObject, stepOfMessage: readonly number[]): RunLabel {
  const message = readText(record, 'mistake_step')
  const stepIndex = /^\d{1,9}$/.test(message) ? stepOfMessage[Number(message)] : undefined
  if (stepIndex === undefined) {
    throw new FieldError('mistake_step', message, `a message of 0..${stepOfMessage.length - 1}`)
  }
  const agent = readText(record, 'mistake_agent')
  return {
    ...NOTHING_LABELLED,
    verdict: 'failed',
    attributable: true,
    onset: { stepIndex, acceptable: [], incorrect: undefined, category: undefined, agent }
  }
}

// Reads runs of a coding agent with a verifier's result and one labelled onset each. A tool call is a
// step; what the verifier found goes in as an outcome report, as CI would send it.

import {
  cutText,
  fromUnixMillis,
  ONSET_CATEGORIES,
  OUTCOME_SOURCES,
  OUTCOMES,
  STEP_KINDS,
  toUnixNano
} from '@onset/collector/model'
import { CHECKS_PER_RUN_MAX, VERIFIER_OUTPUT_CHARS_MAX } from '@onset/collector/model'
import type {
  Check,
  Outcome,
  OutcomeReport,
  OutcomeSource,
  StageName,
  Step,
  UnixNano
} from '@onset/collector/model'
import type { LabelledRun, OnsetLabel, RunLabel, StageLabel } from '../labelled-run.ts'
import { NOTHING_LABELLED } from '../labelled-run.ts'
import { describeAction } from './action.ts'
import {
  FieldError,
  readBoolean,
  readBooleanOr,
  isAbsent,
  readChoice,
  readChoiceOr,
  readInteger,
  readIntegers,
  readNumber,
  readObject,
  readObjects,
  readText,
  readTextOr,
  within
} from './fields.ts'
import type { JsonObject } from './fields.ts'
import { findStageFlaw } from './stage-labels.ts'
import { buildAgentStep, buildStep, firstLineOf, frameRun } from './recorded-run.ts'
import type { RunFrame } from './recorded-run.ts'

export function isOnsetsRecord(record: JsonObject): boolean {
  return 'steps' in record && 'task_id' in record && 'label' in record
}

export function readOnsetsRun(record: JsonObject): LabelledRun {
  const id = readText(record, 'id')
  const agent = readTextOr(record, 'agent', 'agent')
  const frame = frameRun(id, { service: agent, agent, model: readTextOr(record, 'model', '') })
  const tools = readToolSteps(record, frame)
  const answer = readTextOr(record, 'final_message', '')
  const steps = answer === '' ? tools : [...tools, buildClosingStep(frame, tools, answer)]
  const task = readTextOr(record, 'task', '')
  const told = readOutcome(record)
  const stages = readStages(record)
  const flaw = stages && findStageFlaw(stages, tools.length)
  return {
    id,
    task: toTaskBase(readText(record, 'task_id')),
    subset: undefined,
    steps: [tellOutcome(buildAgentStep(frame, { task, answer }, steps), told), ...steps],
    outcomeReports: isReported(told) ? [readReport(record, told, steps.at(-1)?.endTime)] : [],
    numbered: tools.map((step) => step.stepId),
    label: {
      ...readLabel(record, told.outcome, tools.length),
      stages: flaw === undefined ? stages : undefined
    },
    flaws: flaw === undefined ? [] : [flaw]
  }
}

/** `x.easy` and `x.hard` are one task told twice. */
function toTaskBase(taskId: string): string {
  return taskId.replace(/\.(?:easy|hard)$/, '')
}

const SUB_AGENT_TOOLS = new Set(['Task', 'Agent'])

function readToolSteps(record: JsonObject, frame: RunFrame): readonly Step[] {
  const steps: Step[] = []
  const recorded = readObjects(record, 'steps')
  for (const [position, call] of recorded.entries()) {
    const step = within(`steps[${position}]`, () => {
      const index = readInteger(call, 'index')
      if (index !== position + 1) throw new FieldError('index', index, `${position + 1}`)
      return buildToolStep(call, frame, steps)
    })
    steps.push(step)
  }
  return steps
}

function buildToolStep(call: JsonObject, frame: RunFrame, before: readonly Step[]): Step {
  const tool = readTextOr(call, 'tool', '')
  const args = call['arguments']
  const observation = readTextOr(call, 'observation', '')
  const startTime = startAfter(before.at(-1), readTime(call, 'time'))
  // A call that the run's end cut off has no end and no observation.
  const ended = call['end'] !== null && call['end'] !== undefined
  const failed = readBooleanOr(call, 'is_error', false)
  return buildStep(frame, {
    number: readInteger(call, 'index'),
    kind: readChoiceOr(call, 'kind', STEP_KINDS) ?? 'tool',
    name: readTextOr(call, 'name', `execute_tool ${tool}`),
    startTime,
    endTime: ended ? laterOf(startTime, readTime(call, 'end')) : startTime,
    parentSpanId: call['sidechain'] === true ? findSubAgent(before, startTime) : undefined,
    ...(readTextOr(call, 'agent', '') === '' ? {} : { agent: readText(call, 'agent') }),
    ...(tool === '' && !isAbsent(call, 'kind') ? {} : { tool }),
    action: readTextOr(call, 'action', describeAction(tool, args)),
    arguments: toArgumentsText(args),
    thought: readTextOr(call, 'thought', ''),
    observation,
    outcome: failed ? 'error' : ended ? 'ok' : 'unknown',
    truncated: readBooleanOr(call, 'truncated', false),
    error: readError(call, failed, observation),
    exitCode: isAbsent(call, 'exit_code') ? undefined : readInteger(call, 'exit_code')
  })
}

function readError(call: JsonObject, failed: boolean, observation: string): string | undefined {
  if (!isAbsent(call, 'error')) return readTextOr(call, 'error', '') || undefined
  return failed ? firstLineOf(observation) : undefined
}

function toArgumentsText(args: unknown): string {
  return typeof args === 'string' ? args : (JSON.stringify(args) ?? '')
}

/** Labels go by the recorded order, so a step never starts before or with the one that it follows. */
function startAfter(before: Step | undefined, time: UnixNano): UnixNano {
  return before === undefined ? time : laterOf(time, toUnixNano(before.startTime + 1n))
}

/** The sub-agent's call that was running at `time`; the latest, where several ran in parallel. */
function findSubAgent(before: readonly Step[], time: UnixNano) {
  return before.findLast(
    (step) => step.tool !== undefined && SUB_AGENT_TOOLS.has(step.tool) && step.endTime >= time
  )?.spanId
}

function buildClosingStep(frame: RunFrame, tools: readonly Step[], answer: string): Step {
  let time = fromUnixMillis(0)
  for (const step of tools) time = laterOf(time, step.endTime)
  return buildStep(frame, {
    number: tools.length + 1,
    kind: 'llm',
    name: `chat ${frame.model ?? ''}`.trim(),
    startTime: toUnixNano(time + 1n),
    endTime: toUnixNano(time + 1n),
    action: answer,
    outcome: 'ok'
  })
}

interface ToldOutcome {
  readonly outcome: Outcome
  /** Who knew it, where the run comes from an Onset; else a verifier did. */
  readonly source: OutcomeSource
}

function readOutcome(record: JsonObject): ToldOutcome {
  const solved = readBooleanOr(record, 'solved', false)
  return {
    outcome: readChoiceOr(record, 'outcome', OUTCOMES) ?? (solved ? 'ok' : 'error'),
    source: readChoiceOr(record, 'outcome_source', OUTCOME_SOURCES) ?? 'reported'
  }
}

/** What the run says of itself is found in it again, and is not to be trusted more than it was. */
function isReported({ source }: ToldOutcome): boolean {
  return source === 'reported' || source === 'evaluation'
}

function tellOutcome(root: Step, { outcome, source }: ToldOutcome): Step {
  if (source === 'declared') return { ...root, declaredRunOutcome: outcome }
  return source === 'root_span' ? { ...root, outcome } : root
}

function readReport(record: JsonObject, { outcome }: ToldOutcome, end?: UnixNano): OutcomeReport {
  return {
    outcome,
    source: 'verifier',
    checks: readChecks(record),
    output: cutText(readTextOr(record, 'test_output', ''), VERIFIER_OUTPUT_CHARS_MAX),
    reportedAt: end ?? fromUnixMillis(0)
  }
}

const CHECK_STATUSES = ['passed', 'failed', 'skipped', 'error'] as const

function readChecks(record: JsonObject): readonly Check[] {
  if (record['tests'] === null || record['tests'] === undefined) return []
  const tests = readObject(record, 'tests')
  const messages = isAbsent(record, 'test_messages') ? {} : readObject(record, 'test_messages')
  return within('tests', () =>
    Object.keys(tests)
      .slice(0, CHECKS_PER_RUN_MAX)
      .map((name) => ({
        name,
        status: readChoice(tests, name, CHECK_STATUSES),
        message: readTextOr(messages, name, '')
      }))
  )
}

/** Whoever labels an onset knows that the run failed. */
const VERDICT_OF_OUTCOME = {
  ok: 'solved',
  error: 'failed',
  cancelled: 'unknown',
  unknown: 'unknown'
} as const

function readLabel(record: JsonObject, outcome: Outcome, stepCount: number): RunLabel {
  const verdict = VERDICT_OF_OUTCOME[outcome]
  if (record['label'] === null || record['label'] === undefined) {
    return { ...NOTHING_LABELLED, verdict }
  }
  const label = readObject(record, 'label')
  return within('label', () => ({
    verdict: verdict === 'unknown' && readBoolean(label, 'attributable') ? 'failed' : verdict,
    attributable: readBoolean(label, 'attributable'),
    onset: readBoolean(label, 'attributable') ? readOnset(label, stepCount) : undefined,
    unuseful: readUnuseful(label, stepCount),
    effects: undefined,
    stages: undefined
  }))
}

function readOnset(label: JsonObject, stepCount: number): OnsetLabel {
  const stepIndex = readInteger(label, 'onset_step')
  const acceptable = readIntegers(label, 'acceptable_onsets')
  const incorrect = readIntegers(label, 'incorrect_steps')
  requireStep('onset_step', [stepIndex], stepCount)
  requireStep('acceptable_onsets', acceptable, stepCount)
  requireStep('incorrect_steps', incorrect, stepCount)
  const category = readChoiceOr(label, 'category', ONSET_CATEGORIES)
  return { stepIndex, acceptable, incorrect, category, agent: undefined }
}

function readUnuseful(label: JsonObject, stepCount: number): readonly number[] {
  const unuseful = readIntegers(label, 'unuseful_steps')
  requireStep('unuseful_steps', unuseful, stepCount)
  return unuseful
}

function requireStep(field: string, indexes: readonly number[], stepCount: number): void {
  const outside = indexes.find((index) => index < 1 || index > stepCount)
  if (outside !== undefined) throw new FieldError(field, outside, `a step of 1..${stepCount}`)
}

const STAGE_OF_LABEL: Readonly<Record<string, StageName>> = {
  environment_check: 'environment',
  dependency_install: 'dependencies',
  inspection: 'inspection',
  implementation: 'implementation',
  verification: 'verification',
  cleanup: 'delivery'
}

function readStages(record: JsonObject): readonly StageLabel[] | undefined {
  if (record['label'] === null || record['label'] === undefined) return undefined
  const label = readObject(record, 'label')
  if (label['stages'] === null || label['stages'] === undefined) return undefined
  const stages = within('label', () =>
    readObjects(label, 'stages').map((stage, position) =>
      within(`stages[${position}]`, () => ({
        name: STAGE_OF_LABEL[readChoice(stage, 'name', Object.keys(STAGE_OF_LABEL))],
        firstStepIndex: readInteger(stage, 'start'),
        lastStepIndex: readInteger(stage, 'end')
      }))
    )
  )
  return stages.length === 0 ? undefined : stages
}

const MICROS_PER_SECOND = 1e6
const NANOS_PER_MICRO = 1_000n
/** The year 5138: what is later is no time in seconds. */
const SECONDS_MAX = 1e11

function readTime(record: JsonObject, key: string): UnixNano {
  const seconds = readNumber(record, key)
  if (seconds < 0 || seconds > SECONDS_MAX) throw new FieldError(key, seconds, 'seconds since 1970')
  return toUnixNano(BigInt(Math.round(seconds * MICROS_PER_SECOND)) * NANOS_PER_MICRO)
}

function laterOf(a: UnixNano, b: UnixNano): UnixNano {
  return a > b ? a : b
}

// Reads runs of terminal agents whose every command is labelled as exploring or changing, with stages.
// Nothing is known of how they ended, so they measure classification and stages only.

import { EFFECTS } from '@onset/collector/model'
import type { LabelledRun, StageLabel } from '../labelled-run.ts'
import { NOTHING_LABELLED } from '../labelled-run.ts'
import {
  FieldError,
  readArray,
  readChoice,
  readInteger,
  readObjects,
  readText,
  readTextOr,
  within
} from './fields.ts'
import type { JsonObject } from './fields.ts'
import { buildAgentStep, buildStep, frameRun, inventTime } from './recorded-run.ts'
import type { RunFrame } from './recorded-run.ts'
import { findStageFlaw } from './stage-labels.ts'

export function isStepKindsRecord(record: JsonObject): boolean {
  return 'steps' in record && 'framework' in record && 'run' in record
}

export function readStepKindsRun(record: JsonObject): LabelledRun {
  const id = readText(record, 'run')
  const framework = readText(record, 'framework')
  const frame = frameRun(id, {
    service: framework,
    agent: framework,
    model: readTextOr(record, 'model', '')
  })
  const recorded = readObjects(record, 'steps')
  const steps = recorded.map((command, position) =>
    within(`steps[${position}]`, () => buildCommandStep(command, frame, position + 1))
  )
  const effects = recorded.map((command, position) =>
    within(`steps[${position}]`, () => readChoice(command, 'kind', EFFECTS))
  )
  const task = readTextOr(record, 'task_description', '')
  const stages = readStageRanges(record)
  const flaw = findStageFlaw(stages, steps.length)
  return {
    id,
    task: readText(record, 'task'),
    subset: framework,
    steps: [buildAgentStep(frame, { task, answer: '' }, steps), ...steps],
    outcomeReports: [],
    numbered: steps.map((step) => step.stepId),
    label: { ...NOTHING_LABELLED, effects, stages: flaw === undefined ? stages : undefined },
    flaws: flaw === undefined ? [] : [flaw]
  }
}

/** How each framework calls the tool that takes its commands; Terminus types keys into a terminal. */
const TERMINALS: Readonly<Record<string, { tool: string; argument: string }>> = {
  terminus2: { tool: 'bash_command', argument: 'keystrokes' }
}
const SHELL = { tool: 'bash', argument: 'command' }

function buildCommandStep(command: JsonObject, frame: RunFrame, number: number) {
  const index = readInteger(command, 'index')
  if (index !== number) throw new FieldError('index', index, `${number}`)
  const text = readText(command, 'command')
  const { tool, argument } = TERMINALS[frame.service] ?? SHELL
  return buildStep(frame, {
    number,
    kind: 'tool',
    name: `execute_tool ${tool}`,
    startTime: inventTime(number),
    endTime: inventTime(number),
    tool,
    action: text,
    arguments: JSON.stringify({ [argument]: text }),
    thought: readTextOr(command, 'thought', ''),
    observation: readTextOr(command, 'observation', '')
  })
}

function readStageRanges(record: JsonObject): readonly StageLabel[] {
  return readArray(record, 'stages').map((range, position) => {
    if (!isRange(range)) throw new FieldError(`stages[${position}]`, range, '[first, last]')
    return { name: undefined, firstStepIndex: range[0], lastStepIndex: range[1] }
  })
}

function isRange(value: unknown): value is readonly [number, number] {
  return Array.isArray(value) && value.length === 2 && value.every(Number.isSafeInteger)
}

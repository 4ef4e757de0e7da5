// A run as JSON, whole and as an item of a list. A list leaves out what only a reader of one run wants,
// because a page of a thousand runs must stay a few megabytes.

import { Type, type Static } from 'typebox'
import {
  cutText,
  OUTCOMES,
  OUTCOME_SOURCES,
  REQUIREMENT_KINDS,
  REQUIREMENT_STATUSES,
  RUN_STATES,
  type ListedRun,
  type RunRecord
} from '../model/index.ts'
import { OnsetJson, toOnsetJson } from './onset-json.ts'
import {
  CheckJson,
  costSchema,
  durationSchema,
  optional,
  StepIndex,
  timeSchema,
  toCheckJson,
  toDurationMs,
  toTimeJson,
  TokensJson,
  toTokensJson
} from './values-json.ts'

/** A task fills a table cell; whoever wants all of it reads the run. */
const LISTED_TASK_CHARS_MAX = 1_000

const listedProperties = {
  id: Type.String({ description: 'The trace id when the run is one trace.' }),
  traceIds: Type.Array(Type.String()),
  sessionId: optional(Type.String()),
  service: Type.String(),
  agent: optional(Type.String()),
  agentVersion: optional(Type.String()),
  models: Type.Array(Type.String()),
  task: Type.String({
    description: `What was asked of the agent; in lists the middle is left out beyond ${LISTED_TASK_CHARS_MAX} characters.`
  }),
  outcome: Type.Enum(OUTCOMES, { type: 'string' }),
  outcomeSource: Type.Enum(OUTCOME_SOURCES, {
    type: 'string',
    description: 'Where the outcome was read, most trusted first.'
  }),
  startedAt: timeSchema('Start of the first step.'),
  endedAt: timeSchema('End of the last step.'),
  durationMs: durationSchema('From start to end.'),
  stepCount: Type.Integer({ minimum: 0 }),
  spanCount: Type.Integer({ minimum: 0 }),
  errorCount: Type.Integer({ minimum: 0, description: 'Steps that failed.' }),
  tokens: TokensJson,
  cost: optional(costSchema('Of all steps.')),
  completeness: Type.Number({ minimum: 0, maximum: 1 }),
  incompleteReasons: Type.Array(Type.String(), { description: 'Why completeness is below 1.' }),
  state: Type.Enum(RUN_STATES, { type: 'string' }),
  revision: Type.Integer({ minimum: 1, description: 'Counts the analyses of this run.' }),
  partial: Type.Boolean({ description: 'A cap ended the run, not its own end.' }),
  analyzedAt: timeSchema('When this revision was made.'),
  abstention: optional(Type.String({ description: 'Why there is no onset.' })),
  topOnset: optional(OnsetJson)
}

export const RunListItemJson = Type.Object(listedProperties)

const RequirementJson = Type.Object({
  kind: Type.Enum(REQUIREMENT_KINDS, { type: 'string' }),
  text: Type.String({ description: 'Verbatim from the task; a constraint may be cut.' }),
  status: Type.Enum(REQUIREMENT_STATUSES, {
    type: 'string',
    description: 'seen: looked at or spoken of, but nothing was done; untouched: in no step at all.'
  }),
  stepIndexes: Type.Array(StepIndex, {
    description: 'The first steps that addressed it or, where none did, saw it.'
  })
})

const IncorrectStepJson = Type.Object({
  stepIndex: StepIndex,
  probability: optional(Type.Number({ minimum: 0, maximum: 1 }))
})

export const RunJson = Type.Object({
  ...listedProperties,
  finalMessage: Type.String({ description: 'What the agent said last.' }),
  checks: Type.Array(CheckJson, {
    description: 'Of the outcome reports, else of the last verification found in the run.'
  }),
  verifierOutput: Type.String(),
  requirements: Type.Array(RequirementJson, {
    description: 'What the task asks for by a name, a file, a number, in its order.'
  }),
  incorrectSteps: Type.Array(IncorrectStepJson, {
    description: 'Steps called wrong changes, and how likely each is one.'
  }),
  localizerVersion: optional(Type.String({ description: 'Also where it named no onset.' }))
})

export function toRunListItemJson(record: ListedRun): Static<typeof RunListItemJson> {
  const { run } = record
  return {
    id: run.runId,
    traceIds: [...run.traceIds],
    sessionId: run.sessionId,
    service: run.service,
    agent: run.agent,
    agentVersion: run.agentVersion,
    models: [...run.models],
    task: cutText(run.task, LISTED_TASK_CHARS_MAX),
    outcome: run.outcome,
    outcomeSource: run.outcomeSource,
    startedAt: toTimeJson(run.startTime),
    endedAt: toTimeJson(run.endTime),
    durationMs: toDurationMs(run.startTime, run.endTime),
    stepCount: run.stepCount,
    spanCount: run.spanCount,
    errorCount: run.errorCount,
    tokens: toTokensJson(run.tokens),
    cost: run.costUsd,
    completeness: run.completeness,
    incompleteReasons: [...run.incompleteReasons],
    state: record.state,
    revision: record.revision,
    partial: record.partial,
    analyzedAt: toTimeJson(record.analyzedAt),
    abstention: record.abstention,
    topOnset: record.topOnset === undefined ? undefined : toOnsetJson(record.topOnset)
  }
}

export function toRunJson(record: RunRecord): Static<typeof RunJson> {
  const { run } = record
  // JSON to wider JSON, both typed by their schemas: a field that is missing here does not compile.
  return {
    ...toRunListItemJson(record),
    task: run.task,
    finalMessage: run.finalMessage,
    checks: run.checks.map(toCheckJson),
    verifierOutput: run.verifierOutput,
    requirements: (record.requirements ?? []).map(({ kind, text, status, stepIndexes }) => ({
      kind,
      text,
      status,
      stepIndexes: [...stepIndexes]
    })),
    incorrectSteps: (record.incorrectSteps ?? []).map(({ stepIndex, probability }) => ({
      stepIndex,
      probability
    })),
    localizerVersion: record.localizerVersion
  }
}

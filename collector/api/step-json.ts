// A numbered step as JSON: what the agent did, why, and what came back. All texts are data of the run,
// written by models and tools: whoever shows them must not believe them.

import { Type, type Static } from 'typebox'
import {
  EFFECTS,
  OUTCOMES,
  STAGE_NAMES,
  STEP_KINDS,
  VERDICTS,
  type RunStep
} from '../model/index.ts'
import {
  costSchema,
  durationSchema,
  optional,
  StepIndex,
  timeSchema,
  toDurationMs,
  toTimeJson,
  TokensJson,
  toTokensJson
} from './values-json.ts'

export const StepJson = Type.Object({
  index: StepIndex,
  id: Type.String(),
  traceId: Type.String({ description: '32 hex digits.' }),
  spanId: Type.String({ description: '16 hex digits.' }),
  parentIndex: optional(
    Type.Integer({ minimum: 1, description: 'The step inside of which this one happened.' })
  ),
  kind: Type.Enum(STEP_KINDS, { type: 'string' }),
  effect: Type.Enum(EFFECTS, {
    type: 'string',
    description: 'explore reads without changing state, change changes state.'
  }),
  stage: Type.Enum(STAGE_NAMES, { type: 'string' }),
  stageIndex: Type.Integer({ minimum: 1 }),
  stateIndex: Type.Integer({
    minimum: 0,
    description: 'State of the workspace that this step looked at or made; 0 is the first.'
  }),
  name: Type.String({ description: 'Name of the span.' }),
  agent: optional(Type.String()),
  tool: optional(Type.String()),
  action: Type.String(),
  arguments: Type.String({ description: 'Of the tool call, as the model wrote them.' }),
  thought: Type.String(),
  observation: Type.String(),
  outcome: Type.Enum(OUTCOMES, { type: 'string' }),
  error: optional(Type.String({ description: 'One line.' })),
  exitCode: optional(Type.Integer()),
  startedAt: timeSchema('Start.'),
  durationMs: durationSchema('From start to end.'),
  model: optional(Type.String()),
  tokens: TokensJson,
  cost: optional(costSchema('Of this step.')),
  costSource: optional(
    Type.String({
      description:
        'given by the span, computed@2026-11-24 from its tokens and the prices of that day, or mixed.'
    })
  ),
  filesRead: Type.Array(Type.String()),
  filesWritten: Type.Array(Type.String()),
  verifies: Type.Boolean({ description: 'Runs tests, builds or otherwise checks the work.' }),
  verdict: optional(Type.Enum(VERDICTS, { type: 'string' })),
  orphan: Type.Boolean({ description: 'The parent of its span never arrived.' }),
  truncated: Type.Boolean({ description: 'Some text of it was cut; the raw span may have more.' })
})

export function toStepJson(step: RunStep): Static<typeof StepJson> {
  return {
    index: step.index,
    id: step.stepId,
    traceId: step.traceId,
    spanId: step.spanId,
    parentIndex: step.parentIndex,
    kind: step.kind,
    effect: step.effects.effect,
    stage: step.stage,
    stageIndex: step.stageIndex,
    stateIndex: step.stateIndex,
    name: step.name,
    agent: step.agent,
    tool: step.tool,
    action: step.action,
    arguments: step.arguments,
    thought: step.thought,
    observation: step.observation,
    outcome: step.outcome,
    error: step.error ?? step.effects.error,
    exitCode: step.exitCode ?? step.effects.exitCode,
    startedAt: toTimeJson(step.startTime),
    durationMs: toDurationMs(step.startTime, step.endTime),
    model: step.model,
    tokens: toTokensJson(step.tokens),
    cost: step.costUsd,
    costSource: step.costSource,
    filesRead: [...step.effects.filesRead],
    filesWritten: [...step.effects.filesWritten],
    verifies: step.effects.verifies,
    verdict: step.verdict,
    orphan: step.orphan,
    truncated: step.truncated
  }
}

// A stage as JSON: consecutive steps with one purpose.

import { Type, type Static } from 'typebox'
import { STAGE_NAMES, type Stage } from '../model/index.ts'
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

export const StageJson = Type.Object({
  index: Type.Integer({ minimum: 1 }),
  name: Type.Enum(STAGE_NAMES, { type: 'string' }),
  firstStepIndex: StepIndex,
  lastStepIndex: StepIndex,
  startedAt: timeSchema('Start of its first step.'),
  endedAt: timeSchema('End of its last step.'),
  durationMs: durationSchema('From start to end.'),
  tokens: TokensJson,
  cost: optional(costSchema('Of its steps.')),
  errorCount: Type.Integer({ minimum: 0 })
})

export function toStageJson(stage: Stage): Static<typeof StageJson> {
  return {
    index: stage.index,
    name: stage.name,
    firstStepIndex: stage.firstStepIndex,
    lastStepIndex: stage.lastStepIndex,
    startedAt: toTimeJson(stage.startTime),
    endedAt: toTimeJson(stage.endTime),
    durationMs: toDurationMs(stage.startTime, stage.endTime),
    tokens: toTokensJson(stage.tokens),
    cost: stage.costUsd,
    errorCount: stage.errorCount
  }
}

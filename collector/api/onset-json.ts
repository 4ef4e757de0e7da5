// An onset as JSON: where the run went wrong, why we think so, and what it cost.

import { Type, type Static } from 'typebox'
import {
  evidenceLabel,
  ONSET_CATEGORIES,
  STAGE_NAMES,
  type Onset,
  type OnsetRecord,
  type RunMemory
} from '../model/index.ts'
import {
  costSchema,
  durationSchema,
  optional,
  StepIndex,
  timeSchema,
  toTimeJson,
  TokensJson,
  toTokensJson
} from './values-json.ts'

const EvidenceJson = Type.Object({
  stepIndex: StepIndex,
  detector: Type.String({ description: 'Rule that found it, as non_zero_exit.' }),
  label: Type.String({ description: 'What the detector means, in a few words.' }),
  quote: Type.String({ description: 'Occurs verbatim in the texts of the step.' }),
  weight: Type.Number({ description: 'Share in the score.' }),
  link: optional(
    Type.Object(
      { runId: Type.String(), stepIndex: StepIndex },
      { description: 'Step of another run that this one is compared with.' }
    )
  )
})

const WasteJson = Type.Object(
  {
    steps: Type.Integer({ minimum: 0 }),
    tokens: TokensJson,
    cost: optional(costSchema('Spent after the onset.')),
    ms: durationSchema('Passed after the onset.')
  },
  { description: 'What stopping at the onset would have saved.' }
)

export const OnsetJson = Type.Object({
  rank: Type.Integer({ minimum: 1, description: '1 is the best suspect.' }),
  stepIndex: StepIndex,
  stepId: Type.String(),
  spanId: Type.String({ description: '16 hex digits.' }),
  stage: Type.Enum(STAGE_NAMES, { type: 'string' }),
  category: Type.Enum(ONSET_CATEGORIES, { type: 'string' }),
  confidence: Type.Number({ minimum: 0, maximum: 1 }),
  summary: Type.String({ description: 'One sentence.' }),
  chain: Type.Array(StepIndex, { description: 'From onset to symptom, both included.' }),
  symptomStepIndex: StepIndex,
  evidence: Type.Array(EvidenceJson),
  caveats: Type.Array(Type.String(), {
    description: 'Facts that speak against the guilt of the agent.'
  }),
  waste: WasteJson,
  method: Type.Enum(['deterministic', 'judge'], { type: 'string' }),
  localizerVersion: Type.String(),
  provisional: Type.Boolean({
    description: 'The run is still open and its next step may withdraw this.'
  })
})

export const OnsetRecordJson = Type.Object({
  runId: Type.String(),
  service: Type.String(),
  agent: optional(Type.String()),
  runStartedAt: timeSchema('Start of the run.'),
  detectedAt: timeSchema('When the analysis ended that found it.'),
  onset: OnsetJson
})

export function toOnsetJson(onset: Onset): Static<typeof OnsetJson> {
  return {
    rank: onset.rank,
    stepIndex: onset.stepIndex,
    stepId: onset.stepId,
    spanId: onset.spanId,
    stage: onset.stage,
    category: onset.category,
    confidence: onset.confidence,
    summary: onset.summary,
    chain: [...onset.chain],
    symptomStepIndex: onset.symptomStepIndex,
    evidence: onset.evidence.map((evidence) => ({
      stepIndex: evidence.stepIndex,
      detector: evidence.detector,
      label: evidenceLabel(evidence.detector),
      quote: evidence.quote,
      weight: evidence.weight
    })),
    caveats: [...onset.caveats],
    waste: {
      steps: onset.waste.steps,
      tokens: toTokensJson(onset.waste.tokens),
      cost: onset.waste.costUsd,
      ms: onset.waste.ms
    },
    method: onset.method,
    localizerVersion: onset.localizerVersion,
    provisional: onset.provisional
  }
}

/** The best suspect with where the run left the way of a successful one, which weighs nothing. */
export function withDivergence(
  onsets: readonly Static<typeof OnsetJson>[],
  memory: RunMemory | undefined
): Static<typeof OnsetJson>[] {
  const divergence = memory?.divergence
  const [top, ...others] = onsets
  if (divergence === undefined || top === undefined) return [...onsets]
  const detector = 'diverged_from_success'
  const evidence = {
    stepIndex: divergence.stepIndex,
    detector,
    label: evidenceLabel(detector),
    quote: divergence.quote,
    weight: 0,
    link: { runId: divergence.successRunId, stepIndex: divergence.successStepIndex }
  }
  return [{ ...top, evidence: [...top.evidence, evidence] }, ...others]
}

export function toOnsetRecordJson(record: OnsetRecord): Static<typeof OnsetRecordJson> {
  return {
    runId: record.onset.runId,
    service: record.service,
    agent: record.agent,
    runStartedAt: toTimeJson(record.runStartTime),
    detectedAt: toTimeJson(record.detectedAt),
    onset: toOnsetJson(record.onset)
  }
}

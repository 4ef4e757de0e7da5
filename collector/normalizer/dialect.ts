// What a dialect is: a family of attribute names and its mapping to steps. Data and small functions;
// no dialect knows another, and none fails on any span.

import type {
  Check,
  DecodedSpan,
  RequestedToolCall,
  RunId,
  Step,
  StepKind,
  Tokens
} from '../model/index.ts'

export interface Dialect {
  /** `gen_ai`. Together with `version` it is `Step.dialect`. */
  readonly name: string
  /** Raised whenever the same span would give another step, so that stored steps can be told apart. */
  readonly version: number
  /** What `recognizes` looks for, for people: `attribute langfuse.observation.type`. */
  readonly recognizedBy: string
  /** Cheap: asked of every span that no dialect before it in the list has recognized. */
  recognizes(span: DecodedSpan): boolean
  /** Total: gives one step for every span that it recognizes. */
  toStep(span: DecodedSpan): Step
}

/**
 * What a dialect reads out of a span; `buildStep` adds what every span has and bounds the texts.
 * Field by field this is Step, and absent means that the span does not say.
 */
export interface StepFacts {
  readonly kind: StepKind
  /** Where a run is not a trace: all spans and log records of it say the same. */
  readonly runId?: RunId | undefined
  readonly sessionId?: string | undefined
  readonly agent?: string | undefined
  readonly agentVersion?: string | undefined
  readonly provider?: string | undefined
  readonly model?: string | undefined
  readonly tool?: string | undefined
  readonly toolCallId?: string | undefined
  readonly action?: string | undefined
  readonly arguments?: string | undefined
  readonly thought?: string | undefined
  readonly observation?: string | undefined
  readonly input?: string | undefined
  readonly requestedToolCalls?: readonly RequestedToolCall[] | undefined
  readonly finishReason?: string | undefined
  readonly exitCode?: number | undefined
  readonly tokens?: Tokens | undefined
  readonly costUsd?: number | undefined
  readonly checks?: readonly Check[] | undefined
  /** The tool or model itself reported a failure, whatever the span's status. */
  readonly failed?: boolean | undefined
  /** The producer cut some text. */
  readonly truncated?: boolean | undefined
}

// The domain type between ingest and assembly: one normalized action of an agent and what came back.
// A step is made from one span by a dialect (normalizer), then told what it does to the agent's world
// (effects). What only the whole run can say — its number, final stage, verdict — is in run.ts.

import type { RunId, SpanId, StepId, TraceId, UnixNano } from './quantities.ts'

export const STEP_KINDS = [
  'agent',
  'llm',
  'tool',
  'retrieval',
  'handoff',
  'guardrail',
  'evaluation',
  'unknown'
] as const
export type StepKind = (typeof STEP_KINDS)[number]

/** `explore` reads without changing state, `change` changes state. */
export const EFFECTS = ['explore', 'change'] as const
export type Effect = (typeof EFFECTS)[number]

export const STAGE_NAMES = [
  'environment',
  'dependencies',
  'inspection',
  'implementation',
  'verification',
  'delivery',
  'planning',
  'research'
] as const
export type StageName = (typeof STAGE_NAMES)[number]

export const OUTCOMES = ['ok', 'error', 'cancelled', 'unknown'] as const
export type Outcome = (typeof OUTCOMES)[number]

/**
 * Tokens of one LLM call, as the GenAI conventions count them: input includes cacheRead and cacheWrite,
 * output includes reasoning. Absent means the producer did not say, which is not zero.
 */
export interface Tokens {
  readonly input?: number
  readonly output?: number
  readonly cacheRead?: number
  readonly cacheWrite?: number
  readonly reasoning?: number
}

/** One tool call that an LLM call asked for; `id` joins it to the tool step that executed it. */
export interface RequestedToolCall {
  readonly id: string | undefined
  readonly name: string
  /** JSON text, or whatever the model wrote. Cut to STEP_TEXT_CHARS_MAX like every text of a step. */
  readonly arguments: string
}

/** What a verification command reported about one named check. */
export interface Check {
  readonly name: string
  readonly status: 'passed' | 'failed' | 'skipped' | 'error'
  /** Assertion message or excerpt; empty when the verifier gave none. */
  readonly message: string
}

/** A step as the normalizer makes it. Texts are cut to STEP_TEXT_CHARS_MAX, head and tail kept. */
export interface Step {
  readonly runId: RunId
  readonly stepId: StepId
  readonly traceId: TraceId
  /** Equals `stepId` exactly when the step was made of a span; a log record's step has a synthetic one. */
  readonly spanId: SpanId
  readonly parentSpanId: SpanId | undefined
  readonly sessionId: string | undefined

  readonly kind: StepKind
  /** Span name, as emitted. */
  readonly name: string
  /** `service.name` of the resource. */
  readonly service: string
  readonly agent: string | undefined
  readonly agentVersion: string | undefined
  readonly provider: string | undefined
  readonly model: string | undefined
  readonly tool: string | undefined
  /** On an llm step the id of the model's request or response, where it joins views of one call. */
  readonly toolCallId: string | undefined

  /**
   * What was done, for a person: the command, the edited file, the query, the tool and its arguments.
   * For an llm step, the text the model answered.
   */
  readonly action: string
  /** The tool call's arguments as JSON text (or as given); empty when there were none. */
  readonly arguments: string
  /** Reasoning or text that came with the action, kept apart from it. */
  readonly thought: string
  /** What came back. */
  readonly observation: string
  /** The last user message given to an agent or llm step, from which the run's task is read. */
  readonly input: string
  /** Tool calls that an llm step asked for; empty on every other kind. */
  readonly requestedToolCalls: readonly RequestedToolCall[]
  readonly finishReason: string | undefined

  readonly outcome: Outcome
  /** One line; absent when the step did not fail. */
  readonly error: string | undefined
  readonly exitCode: number | undefined

  readonly startTime: UnixNano
  readonly endTime: UnixNano
  readonly tokens: Tokens
  /** US dollars: what the span says, or its tokens at the prices of its day; undefined when neither is known. */
  readonly costUsd: number | undefined
  /** `given` by the span, `computed@2026-11-24` by the table of prices of that day, `mixed` when summed of both. */
  readonly costSource?: string | undefined

  /** Explicit outcome a producer put on the span (`onset.run.outcome`), valid for the whole run. */
  readonly declaredRunOutcome: Outcome | undefined
  /** Stage a program put on the span (`onset.stage.name`), valid for it and all below it. */
  readonly declaredStage?: StageName | undefined
  readonly checks: readonly Check[]

  /** Name and version of the dialect that made the step, `gen_ai@1`. */
  readonly dialect: string
  /** True when some text was cut, by us or by the producer's SDK. */
  readonly truncated: boolean
  /** Attributes, events or links that the SDK dropped before export. */
  readonly droppedCount: number
}

/** What a step does to the agent's world, read from its tool, arguments and observation. */
export interface StepEffects {
  readonly effect: Effect
  readonly stage: StageName
  /** Paths as the agent wrote them, normalized (`./a` → `a`), unique, at most FILES_PER_STEP_MAX. */
  readonly filesRead: readonly string[]
  readonly filesWritten: readonly string[]
  /** Text the step put into files (file contents, new strings of edits, here-documents), for lineage. */
  readonly writtenText: string
  /** True when the step runs tests, builds or otherwise checks the work. */
  readonly verifies: boolean
  /** Exit code found in the observation when the span did not say. */
  readonly exitCode: number | undefined
  /** One line from the observation that says the action failed, although the span did not. */
  readonly error: string | undefined
}

export type ClassifiedStep = Step & { readonly effects: StepEffects }

/** 32 Ki characters: above the 99th percentile of tool results in coding runs, and 20,000 of them fit in memory. */
export const STEP_TEXT_CHARS_MAX = 32_768

/** A shell command that names more files than this is a glob; the rest adds nothing to a slice. */
export const FILES_PER_STEP_MAX = 64

/** Of one model answer; more parallel calls than this have not been seen in the wild. */
export const REQUESTED_TOOL_CALLS_MAX = 128

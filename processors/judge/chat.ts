// A conversation with a model as this room sees it: what is asked, what comes back, and how it fails.
// The wire is openai-client.ts's business; records and stubs speak these words too.

export interface ToolCall {
  readonly id: string
  readonly name: string
  /** JSON text, or whatever the model wrote. */
  readonly arguments: string
}

export type ChatMessage =
  | { readonly role: 'system' | 'user'; readonly content: string }
  | {
      readonly role: 'assistant'
      readonly content: string
      readonly toolCalls: readonly ToolCall[]
    }
  | { readonly role: 'tool'; readonly callId: string; readonly content: string }

export interface ChatRequest {
  readonly messages: readonly ChatMessage[]
  /** False when the model must answer now. */
  readonly mayRead: boolean
  readonly outputTokensMax: number
}

export interface Usage {
  readonly input: number
  readonly output: number
}

export interface ChatAnswer {
  readonly content: string
  readonly toolCalls: readonly ToolCall[]
  readonly finishReason: string
  /** As the server counts; undefined when it does not say. */
  readonly usage: Usage | undefined
  /** As the server names it. */
  readonly model: string
}

export interface CallContext {
  readonly runId: string
  /** 1-based. */
  readonly sample: number
  readonly signal: AbortSignal
}

/** @throws JudgeFailure; CollectorError only where the caller must be told, as of a record without the answer. */
export interface JudgeClient {
  /** As configured. */
  readonly model: string
  /** Of the server, for spans; undefined when there is none. */
  readonly address?: { readonly host: string; readonly port: number } | undefined
  complete(request: ChatRequest, context: CallContext): Promise<ChatAnswer>
}

export const FAILURE_REASONS = [
  'http_error',
  'rate_limited',
  'unreachable',
  'timeout',
  'answer_too_large',
  'answer_invalid',
  'tool_loop',
  'no_verified_claim',
  'token_budget',
  'run_budget',
  'hourly_budget',
  'daily_budget',
  'circuit_open',
  'queue_full',
  'internal'
] as const
export type FailureReason = (typeof FAILURE_REASONS)[number]

/** Of the endpoint and not of one answer: these open the circuit breaker. */
export const ENDPOINT_FAILURES: ReadonlySet<FailureReason> = new Set([
  'http_error',
  'rate_limited',
  'unreachable',
  'timeout',
  'answer_too_large'
])

export class JudgeFailure extends Error {
  readonly reason: FailureReason

  constructor(reason: FailureReason, message: string, options: { readonly cause?: unknown } = {}) {
    super(message, options)
    this.name = 'JudgeFailure'
    this.reason = reason
  }
}

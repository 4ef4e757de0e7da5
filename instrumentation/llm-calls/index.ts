// The door of the room that sees an agent's model calls.

export { installLlmCalls } from './install-llm-calls.ts'
export type { CaptureMode, LlmCalls, LlmCallsOptions, SpanObserver } from './options.ts'
export type { LlmCallLimits } from './limits.ts'

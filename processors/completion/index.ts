// The door of completion: decides when a run is complete and has it analyzed, again when something late
// arrives. It knows when, never what: analysis is a function it is given.

export { createCompletion } from './completion.ts'
export type { AnalyzedRun, AnalyzeRun, CompletionOptions, SetTimer } from './completion-options.ts'
export { COMPLETION_LIMITS } from './limits.ts'
export type { CompletionLimits } from './limits.ts'

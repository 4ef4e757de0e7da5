// Memory across runs: failure patterns, and the way of a run that succeeded. Evidence for people; no weight in
// the ranking (docs/memory.md has what was measured).

export { align } from './align.ts'
export { findDivergence } from './diverge.ts'
export { PATTERNS_PER_AGENT_MAX } from './limits.ts'
export { createMemory } from './memory.ts'
export type { Memory, MemoryOptions } from './memory.ts'
export { nearestSuccess, taskHash } from './same-task.ts'
export { normalizeLine, patternOf } from './signature.ts'

// The door of the assembler: all steps of one run in, the run as a tree out. It reads no store and
// knows no clock; what it cannot place it keeps and says so in the run's completeness.

export { assembleRun } from './assemble-run.ts'
export type { AssembleOptions } from './assemble-run.ts'

// What an application may import: optional names for runs, stages and tools, and the outcome of a run.

export {
  flush,
  recordOutcome,
  withRun,
  withStage,
  withTool,
  type RunDescription,
  type RunOutcome,
  type ToolDescription
} from './runs/index.ts'

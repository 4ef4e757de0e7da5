// What an application may import: optional names for runs, stages and tools, the outcome of a run, and
// what an OpenTelemetry SDK of its own needs to have its spans in the spool.

export {
  recordOutcome,
  withRun,
  withStage,
  withTool,
  type RunDescription,
  type RunOutcome,
  type ToolDescription
} from './runs/index.ts'

// The door of the room that knows what belongs to which run.

export { startRuns } from './start-runs.ts'
export { launchState } from './trace-context.ts'
export {
  flush,
  recordOutcome,
  withRun,
  withStage,
  withTool,
  type RunDescription,
  type ToolDescription
} from './with-run.ts'
export type { RunEnding, RunOutcome, Runs, RunsOptions } from './options.ts'

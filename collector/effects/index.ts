// What a step's action does to the agent's world: explore or change, which files, which stage, whether it
// checks the work, and how it ended. Pure and total; decides from one step alone, so what only the whole
// run can say (final stages, verdicts) is not said here.

export type { CheckEnding, CheckIdentity, CheckKind, CheckRun } from './checks/check-run.ts'
export { readCheckRuns } from './checks/read-check-runs.ts'
export type { StepChecks } from './checks/read-check-runs.ts'
export { readRemovedFiles } from './checks/removed-files.ts'
export { classifyStep } from './classify-step.ts'
export type {
  Joint,
  RedirectMode,
  ShellCommand,
  ShellProgram,
  ShellRedirect
} from './shell/program.ts'
export { readShell } from './shell/read-shell.ts'
export type { TestReport } from './reports/report.ts'
export { readTestReport } from './reports/read-test-report.ts'

// The door of evaluation: the command, and what another command needs to measure another localizer.

export { createEvalCommand } from './command.ts'
export type { EvalCommand } from './command.ts'
export { evalCommand } from './eval-command.ts'
export type { Localize, ProductionPath, TrainingExample } from './production.ts'

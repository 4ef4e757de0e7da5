// The agent side's part of the `onset` command.

export type { Command, CommandIo } from './command.ts'
export { EXIT_FAILED, EXIT_OK, EXIT_USAGE } from './command.ts'
export { auditCommand } from './audit.ts'
export { alertsCommand } from './alerts.ts'
export { backupCommand } from './backup.ts'
export { createExplainCommand } from './explain-dialects.ts'
export { keysCommand } from './keys.ts'
export { renormalizeCommand } from './renormalize.ts'
export { patternsCommand } from './patterns.ts'
export { createRunCommand, type RunCommandServices } from './run.ts'
export { runsCommand } from './runs.ts'
export { localizeCommand, showCommand } from './show.ts'

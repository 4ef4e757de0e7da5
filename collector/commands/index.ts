// The collector's part of the `onset` command: what works on the data folder itself.

export { explainFile } from './explain-file.ts'
export { createRestoreCommand, type RestoreCommandOptions } from './restore.ts'

// The collector's part of the `onset` command: what works on the data folder itself.

export { createRestoreCommand, type RestoreCommandOptions } from './restore.ts'

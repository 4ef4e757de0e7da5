// The words of Onset as types: the one thing every room knows. Imports no package and does no I/O.

export * from './alert.ts'
export * from './backup.ts'
export * from './errors.ts'
export * from './onset.ts'
export * from './quantities.ts'
export * from './read-only-queries.ts'
export * from './run.ts'
export * from './span.ts'
export * from './step.ts'
export * from './store.ts'
export * from './text.ts'

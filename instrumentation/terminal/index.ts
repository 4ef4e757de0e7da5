// The terminal's door: a run as a person reads it.

export { formatCount } from './format.ts'
export { ownCommandOf, type OwnCommand } from './own-command.ts'
export { toLine } from './printable.ts'
export { renderRunTree } from './render-run-tree.ts'
export { renderAlertList } from './render-alert-list.ts'
export { renderPrecision } from './render-precision.ts'
export { renderPatterns } from './render-patterns.ts'
export { renderRunList } from './render-run-list.ts'
export { renderAudit, renderKeys } from './render-keys.ts'
export type { RunDetail } from '../api-client/index.ts'

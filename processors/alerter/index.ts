// The alerter's door: tells people of localized failures by the rules an operator wrote.

export { createAlerter } from './alerter.ts'
export type { Alerter, AlerterOptions } from './alerter-options.ts'
export type { Fetch } from './delivery/send-request.ts'
export { ALERTER_LIMITS } from './limits.ts'
export type { AlerterLimits } from './limits.ts'
export type { AlertRule, AlertRules, Destination } from './rules/alert-rules.ts'
export { loadAlertRules, parseAlertRules } from './rules/load-rules.ts'

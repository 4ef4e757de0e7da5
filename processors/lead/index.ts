// The door of the lead: which of several processes on one store analyses it.

export { createLead } from './lead.ts'
export type { Lead, LeadOptions } from './lead.ts'
export { LEAD_LIMITS } from './limits.ts'
export type { LeadLimits } from './limits.ts'

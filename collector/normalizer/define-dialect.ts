// A dialect from the facts it reads: gives its steps the label that tells later which version of it made
// them, in one place.

import type { DecodedSpan } from '../model/index.ts'
import { buildStep } from './build-step.ts'
import type { Dialect, StepFacts } from './dialect.ts'

export interface DialectDefinition extends Omit<Dialect, 'toStep'> {
  /** Total, like the dialect's `toStep`. */
  readonly read: (span: DecodedSpan) => StepFacts
}

export function defineDialect({ read, ...dialect }: DialectDefinition): Dialect {
  const label = `${dialect.name}@${dialect.version}`
  return { ...dialect, toStep: (span) => buildStep(span, label, read(span)) }
}

// What is left of the bounds of one request, and what the bounds have cost the item being read.

import { VALUES_PER_REQUEST_MAX } from '../limits.ts'

/** Repairs and cuts: the item is kept and its sender told. */
export const WARNINGS = {
  end_missing: 'No end, set to the start',
  end_before_start: 'End before the start, set to it',
  own_parent: 'Own id as parent, left out',
  event_time_invalid: 'Events without a plausible time, set to the start of the span',
  name_truncated: 'Name too long, cut',
  attributes_truncated: 'Too many attributes, the rest left out',
  nesting_truncated: 'Attributes nested too deeply, inner values left out',
  events_truncated: 'Too many events, the rest left out',
  links_truncated: 'Too many links, the rest left out',
  links_invalid: 'Links without a valid trace and span id, left out',
  time_unknown: 'No time, set to when the record was observed',
  observed_time_invalid: 'No plausible observed time, set to when it was received',
  trace_context_invalid: 'Trace or span id that is none, left out',
  severity_invalid: 'Severity number beyond 24, left out',
  event_name_truncated: 'Event name too long, cut',
  exemplars_truncated: 'Too many exemplars, the rest left out',
  value_rounded: 'Integer beyond 2^53, rounded'
} as const
export type Warning = keyof typeof WARNINGS

export class RequestBudget {
  readonly #warnings = new Set<Warning>()
  #valuesLeft = VALUES_PER_REQUEST_MAX
  #exhausted = false

  /** True once a value did not fit. Whatever is read from then on is incomplete. */
  get exhausted(): boolean {
    return this.#exhausted
  }

  admitValue(): boolean {
    if (this.#valuesLeft > 0) {
      this.#valuesLeft -= 1
      return true
    }
    this.#exhausted = true
    return false
  }

  warn(warning: Warning): void {
    this.#warnings.add(warning)
  }

  /** Warnings since the last call: those of the item just read, each once. */
  takeWarnings(): readonly Warning[] {
    if (this.#warnings.size === 0) return []
    const taken = [...this.#warnings]
    this.#warnings.clear()
    return taken
  }
}

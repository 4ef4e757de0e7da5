// What is left of the bounds of one request, and what the bounds have cost the span being read.

import { VALUES_PER_REQUEST_MAX } from '../limits.ts'

/** Repairs and cuts: the span is kept, its sender told. The texts complete "n spans …". */
export const WARNINGS = {
  end_missing: 'had no end; their end is set to their start',
  end_before_start: 'ended before they started; their end is set to their start',
  own_parent: 'named themselves as parent; they are kept without one',
  event_time_invalid: 'had events without a plausible time; those are set to the start of the span',
  name_truncated: 'had a name that is too long; it was cut',
  attributes_truncated: 'had too many attributes; the rest was left out',
  nesting_truncated: 'had attributes nested too deeply; the inner values were left out',
  events_truncated: 'had too many events; the rest was left out',
  links_truncated: 'had too many links; the rest was left out',
  links_invalid: 'had links without a valid trace and span id; those were left out'
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

  /** Warnings since the last call: those of the span just read, each once. */
  takeWarnings(): readonly Warning[] {
    if (this.#warnings.size === 0) return []
    const taken = [...this.#warnings]
    this.#warnings.clear()
    return taken
  }
}

// Attributes while they are being read: without a prototype, because keys are anybody's, and counted.

import type { Attributes } from '../../model/index.ts'
import { ATTRIBUTES_MAX, NESTING_DEPTH_MAX } from '../limits.ts'
import type { RequestBudget } from './request-budget.ts'

/** An AttributeValue that is still being read. */
export type DraftValue =
  | string
  | number
  | bigint
  | boolean
  | Uint8Array
  | undefined
  | DraftValue[]
  | DraftMap

export interface DraftMap {
  [key: string]: DraftValue
}

/** Shared by everything that has none: an object for each event and scope would be half of the garbage. */
export const NO_ATTRIBUTES: Attributes = Object.freeze(withoutPrototype())

export class AttributeBag {
  readonly #budget: RequestBudget
  #attributes: DraftMap | undefined
  #count = 0
  #droppedCount = 0

  constructor(budget: RequestBudget) {
    this.#budget = budget
  }

  /** Attributes and nested values left out here, beyond those the sender already dropped. */
  get droppedCount(): number {
    return this.#droppedCount
  }

  /** False when the next attribute must be passed over; that is then counted. */
  admitAttribute(): boolean {
    if (this.#count >= ATTRIBUTES_MAX) {
      this.#droppedCount += 1
      this.#budget.warn('attributes_truncated')
      return false
    }
    this.#count += 1
    return true
  }

  /** False when the request has used up its values; the span is then rejected. */
  admitValue(): boolean {
    return this.#budget.admitValue()
  }

  /** `container` when one may stand at this depth, 0 for the attribute itself. It costs a value of its own. */
  admitContainer<T extends DraftValue>(depth: number, container: T): T | undefined {
    if (depth < NESTING_DEPTH_MAX) return this.admitValue() ? container : undefined
    this.#droppedCount += 1
    this.#budget.warn('nesting_truncated')
    return undefined
  }

  set(key: string, value: DraftValue): void {
    this.#attributes ??= withoutPrototype()
    this.#attributes[key] = value
  }

  finish(): Attributes {
    return this.#attributes ?? NO_ATTRIBUTES
  }
}

export function withoutPrototype(): DraftMap {
  return Object.create(null)
}

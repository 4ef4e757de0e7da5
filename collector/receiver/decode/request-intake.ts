// What one request brought: the items kept, the items rejected and why, and what was repaired. The same for
// spans, log records and data points, and for both encodings.

import { fromUnixMillis } from '../../model/index.ts'
import {
  FUTURE_SKEW_MS_MAX,
  ITEMS_PER_REQUEST_MAX,
  REJECTIONS_LISTED_MAX,
  REPLICATED_CHARS_PER_REQUEST_MAX,
  VALUES_PER_REQUEST_MAX
} from '../limits.ts'
import type { ItemNoun, RejectedItem, RejectReason } from './rejection.ts'
import { RequestBudget, type Warning, WARNINGS } from './request-budget.ts'
import type { ItemOwner } from './owner-drafts.ts'

/** Why an item cannot be kept. */
export interface Offence {
  readonly reason: RejectReason
  readonly message: string
}

/** How an item is named to its sender, as far as it has names. */
export interface ItemName {
  readonly traceId: string
  readonly spanId: string
}

interface WarningCount {
  items: number
  /** Name of the first one. */
  readonly example: string
}

export class RequestIntake<Item> {
  readonly budget = new RequestBudget()
  readonly items: Item[] = []
  readonly rejected: RejectedItem[] = []
  /** Milliseconds since 1970. */
  readonly now: number
  /** The end of what a sender's clock may say, in nanoseconds. */
  readonly latestTime: bigint
  readonly #noun: ItemNoun
  readonly #rejectedCounts = new Map<RejectReason, number>()
  readonly #warningCounts = new Map<Warning, WarningCount>()
  #readCount = 0
  /** Items beyond ITEMS_PER_REQUEST_MAX: two bytes each, so there may be thirty million. */
  #surplusCount = 0
  #charsLeft = REPLICATED_CHARS_PER_REQUEST_MAX

  constructor(noun: ItemNoun, now: number) {
    this.#noun = noun
    this.now = now
    this.latestTime = fromUnixMillis(now + FUTURE_SKEW_MS_MAX)
  }

  /** Kept or not. */
  get itemCount(): number {
    return this.#readCount + this.#surplusCount
  }

  get rejectedCounts(): ReadonlyMap<RejectReason, number> {
    const counts = new Map(this.#rejectedCounts)
    if (this.#surplusCount > 0) counts.set(this.#tooMany().reason, this.#surplusCount)
    return counts
  }

  /** False when the next item must be passed over unread; it is then rejected. */
  admitItem(): boolean {
    if (this.#readCount < ITEMS_PER_REQUEST_MAX) return true
    if (this.rejected.length < REJECTIONS_LISTED_MAX) this.#list(NO_NAME, this.#tooMany())
    this.#surplusCount += 1
    return false
  }

  /** To be asked of each item that was read, before anything else is held against it. */
  findCostOffence(owner: ItemOwner): Offence | undefined {
    if (this.budget.exhausted) return this.#tooManyValues()
    if (owner.chars > this.#charsLeft) return this.#ownerTooLarge()
    this.#charsLeft -= owner.chars
    return undefined
  }

  keep(item: Item, name: string): void {
    this.items.push(item)
    this.#readCount += 1
    for (const warning of this.budget.takeWarnings()) this.#countWarning(warning, name)
  }

  reject(name: ItemName, offence: Offence): void {
    this.budget.takeWarnings()
    this.#rejectedCounts.set(offence.reason, (this.#rejectedCounts.get(offence.reason) ?? 0) + 1)
    if (this.rejected.length < REJECTIONS_LISTED_MAX) this.#list(name, offence)
    this.#readCount += 1
  }

  describeWarnings(): readonly string[] {
    const { one, many } = this.#noun
    return [...this.#warningCounts].map(([warning, { items, example }]) => {
      const count = items === 1 ? `1 ${one}` : `${items} ${many}`
      const first = example === '' ? '' : ` (first ${example})`
      return `${WARNINGS[warning]}: ${count}${first}.`
    })
  }

  #list({ traceId, spanId }: ItemName, { reason, message }: Offence): void {
    this.rejected.push({ index: this.itemCount, traceId, spanId, reason, message })
  }

  #countWarning(warning: Warning, name: string): void {
    const count = this.#warningCounts.get(warning)
    if (count === undefined) this.#warningCounts.set(warning, { items: 1, example: name })
    else count.items += 1
  }

  #tooMany(): Offence {
    const message = `the request has more than ${ITEMS_PER_REQUEST_MAX} ${this.#noun.many}; send smaller batches`
    return { reason: this.#noun.tooMany, message }
  }

  #tooManyValues(): Offence {
    const message = `the request has more than ${VALUES_PER_REQUEST_MAX} ${this.#noun.values}; send smaller batches`
    return { reason: 'too_many_values', message }
  }

  #ownerTooLarge(): Offence {
    const message = `resource and scope, which are stored with every ${this.#noun.one}, add up to more than ${REPLICATED_CHARS_PER_REQUEST_MAX} characters; send smaller batches or shorter resource attributes`
    return { reason: 'resource_too_large', message }
  }
}

const NO_NAME: ItemName = { traceId: '', spanId: '' }

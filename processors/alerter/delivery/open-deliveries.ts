// The deliveries that are not done, in memory: which are due, and which go together.

import type { AlertDelivery } from '@onset/collector/model'
import { toUnixMillis } from '@onset/collector/model'

import type { DestinationAdapter } from '../destinations/notification.ts'

export interface OpenSizes {
  readonly waiting: number
  readonly held: number
  /** When the oldest event that is to be told happened; undefined when there is none. */
  readonly oldestAt: number | undefined
}

export class OpenDeliveries {
  readonly #max: number
  readonly #open = new Map<string, AlertDelivery>()
  #overflowed = false

  constructor(max: number) {
    this.#max = max
  }

  /** More are in the store than memory has taken. */
  get overflowed(): boolean {
    return this.#overflowed
  }

  get hasRoom(): boolean {
    return this.#open.size <= this.#max / 2
  }

  refill(deliveries: readonly AlertDelivery[], isAll: boolean): void {
    this.#overflowed = !isAll
    // What memory has is as new or newer.
    for (const delivery of deliveries) if (!this.#open.has(idOf(delivery))) this.put(delivery)
  }

  find(delivery: AlertDelivery): AlertDelivery | undefined {
    return this.#open.get(idOf(delivery))
  }

  /** Takes it in, or lets it go when it is done. */
  put(delivery: AlertDelivery): void {
    const id = idOf(delivery)
    if (delivery.status !== 'waiting' && delivery.status !== 'held') this.#open.delete(id)
    else if (this.#open.has(id) || this.#open.size < this.#max) this.#open.set(id, delivery)
    else this.#overflowed = true
  }

  /** Held ones whose interval is over, by rule and destination. */
  takeDueHeld(now: number): readonly (readonly AlertDelivery[])[] {
    const due = [...this.#open.values()].filter(
      (one) => one.status === 'held' && toUnixMillis(one.nextAttemptAt) <= now
    )
    const grouped = Map.groupBy(due, (one) => JSON.stringify([one.rule, one.destination]))
    return [...grouped.values()]
  }

  /** What goes out next to a destination, empty when nothing is due. */
  nextBatch(
    destination: string,
    { alertsMax, mixesGroups }: DestinationAdapter,
    now: number
  ): readonly AlertDelivery[] {
    const due = [...this.#open.values()]
      .filter((one) => one.status === 'waiting' && one.destination === destination)
      .filter((one) => toUnixMillis(one.nextAttemptAt) <= now)
      .toSorted(byTurn)
    const [first] = due
    if (first === undefined) return []
    const goesWith = (one: AlertDelivery): boolean => {
      if (first.notificationId !== '') return one.notificationId === first.notificationId
      if (one.notificationId !== '') return false
      return mixesGroups || isSameGroup(one, first)
    }
    return due.filter(goesWith).slice(0, alertsMax)
  }

  /** When the next is due for which `isReady` holds. */
  nextAt(isReady: (delivery: AlertDelivery) => number): number {
    let next = Infinity
    for (const delivery of this.#open.values()) {
      next = Math.min(next, Math.max(isReady(delivery), toUnixMillis(delivery.nextAttemptAt)))
    }
    return next
  }

  sizes(): OpenSizes {
    let [waiting, held] = [0, 0]
    let oldestAt: number | undefined
    for (const { status, event, startsAt, endsAt } of this.#open.values()) {
      if (status === 'held') held += 1
      else {
        waiting += 1
        const at = toUnixMillis(event === 'firing' ? startsAt : endsAt)
        oldestAt = Math.min(oldestAt ?? at, at)
      }
    }
    return { waiting, held, oldestAt }
  }
}

function idOf({ runId, deliveryId }: AlertDelivery): string {
  return `${runId}/${deliveryId}`
}

/** An alert that was resolved makes room before the one that took its place. */
function byTurn(a: AlertDelivery, b: AlertDelivery): number {
  if (a.nextAttemptAt !== b.nextAttemptAt) return a.nextAttemptAt < b.nextAttemptAt ? -1 : 1
  if (a.event !== b.event) return a.event === 'resolved' ? -1 : 1
  return 0
}

/** Alerts without a group go alone. */
function isSameGroup(a: AlertDelivery, b: AlertDelivery): boolean {
  if (a === b) return true
  return a.groupKey !== '' && a.groupKey === b.groupKey && a.rule === b.rule && a.event === b.event
}

// Lets a rule tell of so many alerts in an interval and no more: what comes beyond is held until the
// interval ends. Intervals begin at multiples of their length, so that a restart does not begin a new one.

import type { AlertRule } from '../rules/alert-rules.ts'

export interface Admission {
  readonly status: 'waiting' | 'held'
  /** When to send, or when the summary is due. */
  readonly at: number
}

interface Interval {
  readonly startedAt: number
  admitted: number
  /** Group → when its notification goes out; an alert that comes before joins it. */
  readonly groups: Map<string, number>
}

export class StormGuard {
  readonly #intervals = new Map<string, Interval>()

  admit(rule: AlertRule, groupKey: string, now: number): Admission {
    const interval = this.#interval(rule, now)
    const joins = interval.groups.get(groupKey)
    if (rule.groupWaitMs > 0 && joins !== undefined && joins > now) {
      return { status: 'waiting', at: joins }
    }
    if (interval.admitted >= rule.notifications) {
      return { status: 'held', at: interval.startedAt + rule.limitMs }
    }
    interval.admitted += 1
    const at = now + rule.groupWaitMs
    // At most one entry an admission, so no more than the rule's limit.
    if (rule.groupWaitMs > 0) interval.groups.set(groupKey, at)
    return { status: 'waiting', at }
  }

  /** An alert that an earlier process let through at `at`. */
  recall(rule: AlertRule, at: number, now: number): void {
    const interval = this.#interval(rule, now)
    if (at >= interval.startedAt) interval.admitted += 1
  }

  #interval(rule: AlertRule, now: number): Interval {
    const startedAt = Math.floor(now / rule.limitMs) * rule.limitMs
    const known = this.#intervals.get(rule.name)
    if (known?.startedAt === startedAt) return known
    const groups = new Map([...(known?.groups ?? [])].filter(([, at]) => at > now))
    const interval: Interval = { startedAt, admitted: 0, groups }
    this.#intervals.set(rule.name, interval)
    return interval
  }
}

// Which partitions go when the store holds more than it may: pure, so that what is lost is decided in one
// place. Raw spans first, because steps say the same shorter, then the other
// raw signals; runs, onsets and feedback are small and stay.

/** In the order in which they give. */
export const BUDGET_TABLES = [
  'otel_traces',
  'otel_logs',
  'otel_metrics_gauge',
  'otel_metrics_sum',
  'otel_metrics_histogram',
  'otel_metrics_exponential_histogram',
  'otel_metrics_summary',
  'agent_steps'
] as const
export type BudgetTable = (typeof BUDGET_TABLES)[number]

export interface Partition {
  readonly table: BudgetTable
  /** The engine's own name of it: `20261124`. */
  readonly id: string
  readonly bytes: number
  /** Seconds since 1970 at which its newest row came in: an imported run of last year is not old. */
  readonly newestArrival: number
}

/** Oldest arrival first, and never the newest partition of a table. May free less than asked for. */
export function planDrops(
  partitions: readonly Partition[],
  excessBytes: number
): readonly Partition[] {
  const dropped: Partition[] = []
  let remaining = excessBytes
  for (const table of BUDGET_TABLES) {
    const candidates = partitions
      .filter((partition) => partition.table === table)
      .toSorted((a, b) => a.newestArrival - b.newestArrival || (a.id < b.id ? -1 : 1))
      .slice(0, -1)
    for (const candidate of candidates) {
      if (remaining <= 0) return dropped
      dropped.push(candidate)
      remaining -= candidate.bytes
    }
  }
  return dropped
}

// What the API is asked for the filters in an address.

export const NAMES = ['agent', 'service', 'model', 'session'] as const

/** Counted back from now, so that a bookmark stays true. */
export const PERIODS: ReadonlyMap<string, number> = new Map([
  ['1h', 3_600_000],
  ['24h', 86_400_000],
  ['7d', 604_800_000],
  ['30d', 2_592_000_000]
])

const ASKED_OF_API = ['outcome', 'category', ...NAMES, 'since', 'until', 'launch'] as const

/** A period becomes a time, and names of others (`utm_source`) are left out. */
export function toQuery(filters: URLSearchParams, now: number): URLSearchParams {
  const query = new URLSearchParams()
  for (const name of ASKED_OF_API) {
    const value = filters.get(name)
    if (value !== null && value !== '') query.set(name, value)
  }
  const period = PERIODS.get(filters.get('started') ?? '')
  if (period !== undefined) query.set('since', new Date(now - period).toISOString())
  return query
}

// Work on all rows of a run, in slices between which the event loop serves others: spans are received, and
// liveness is told, on the same thread.

import { setImmediate } from 'node:timers/promises'

/** Some 50 µs a row of usual size, so 10 ms at a time. */
const SLICE_ROWS = 200

/** In order. `work` must be right whatever happens between two calls. */
export async function mapInSlices<T, U>(
  items: Iterable<T>,
  work: (item: T) => U
): Promise<readonly U[]> {
  const results: U[] = []
  for (const item of items) {
    if (results.length > 0 && results.length % SLICE_ROWS === 0) await setImmediate()
    results.push(work(item))
  }
  return results
}

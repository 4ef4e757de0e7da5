// Aligns two sequences of keys with the fewest insertions and deletions (Myers, An O(ND) Difference Algorithm,
// https://doi.org/10.1007/BF01840446). Work is bounded by length times edits; total on any input.

/** Position in `some` → position in `others` of the same key, ascending in both. Undefined beyond `editsMax`. */
export function align(
  some: readonly string[],
  others: readonly string[],
  editsMax: number
): ReadonlyMap<number, number> | undefined {
  const trace: Int32Array[] = []
  const limit = Math.min(editsMax, some.length + others.length)
  // Furthest position in `some` on each diagonal, shifted so that the lowest diagonal is 1.
  const furthest = new Int32Array(2 * limit + 3)
  const middle = limit + 1
  for (let edits = 0; edits <= limit; edits += 1) {
    trace.push(furthest.slice(middle - edits - 1, middle + edits + 2))
    for (let diagonal = -edits; diagonal <= edits; diagonal += 2) {
      const at = middle + diagonal
      let x = stepsDown(furthest, { at, diagonal, edits })
        ? (furthest[at + 1] ?? 0)
        : (furthest[at - 1] ?? 0) + 1
      let y = x - diagonal
      while (x < some.length && y < others.length && some[x] === others[y]) {
        x += 1
        y += 1
      }
      furthest[at] = x
      if (x >= some.length && y >= others.length) {
        return walkBack(trace, some.length, others.length)
      }
    }
  }
  return undefined
}

interface Move {
  readonly at: number
  readonly diagonal: number
  readonly edits: number
}

/** Whether the last edit before this diagonal took a key of `others` rather than one of `some`. */
function stepsDown(furthest: Int32Array, { at, diagonal, edits }: Move): boolean {
  if (diagonal === -edits) return true
  return diagonal !== edits && (furthest[at - 1] ?? 0) < (furthest[at + 1] ?? 0)
}

function walkBack(
  trace: readonly Int32Array[],
  someLength: number,
  otherLength: number
): ReadonlyMap<number, number> {
  const pairs: [number, number][] = []
  let x = someLength
  let y = otherLength
  for (let edits = trace.length - 1; edits >= 0; edits -= 1) {
    const before = trace[edits] ?? new Int32Array()
    const diagonal = x - y
    // The slice of round d begins at its diagonal -d - 1.
    const at = diagonal + edits + 1
    const down = stepsDown(before, { at, diagonal, edits })
    const earlier = down ? diagonal + 1 : diagonal - 1
    const startX = edits === 0 ? 0 : (before[earlier + edits + 1] ?? 0)
    const startY = edits === 0 ? 0 : startX - earlier
    const runX = edits === 0 ? 0 : down ? startX : startX + 1
    while (x > runX) {
      x -= 1
      y -= 1
      pairs.push([x, y])
    }
    x = startX
    y = startY
  }
  return new Map(pairs.toReversed())
}

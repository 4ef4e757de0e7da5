// Minimizes a smooth convex function under sign constraints: accelerated projected gradient with a
// backtracked step (FISTA, https://doi.org/10.1137/080716542). Enough for some thirty weights.

export interface Objective {
  readonly size: number
  /** Value at `point`; writes the gradient into `gradient` when one is given. */
  readonly evaluate: (point: Float64Array, gradient: Float64Array | undefined) => number
}

export interface MinimizeOptions {
  /** Per weight, the only sign it may have; 0 for either. */
  readonly signs: readonly number[]
  /** Weight i starts at center[i] and is pulled to it by l2[i]. */
  readonly l2: readonly number[]
  readonly center: readonly number[]
  readonly iterations: number
}

/** Curvature to start from; doubled until the quadratic bound holds. */
const CURVATURE_START = 8
const CURVATURE_MAX = 1e9
/** Rounding of sums of a few thousand terms. */
const SLACK = 1e-9

export function minimize(objective: Objective, options: MinimizeOptions): number[] {
  const { size } = objective
  const best = Float64Array.from(options.center)
  const point = Float64Array.from(options.center)
  const next = new Float64Array(size)
  const gradient = new Float64Array(size)
  let curvature = CURVATURE_START
  let momentum = 1
  for (let iteration = 0; iteration < options.iterations; iteration += 1) {
    const value = penalized(objective, options, point, gradient)
    for (;;) {
      const bound = value + stepInto(next, { point, gradient, curvature, signs: options.signs })
      if (penalized(objective, options, next) <= bound + SLACK || curvature > CURVATURE_MAX) break
      curvature *= 2
    }
    const grown = (1 + Math.sqrt(1 + 4 * momentum * momentum)) / 2
    for (let at = 0; at < size; at += 1) {
      const move = (next[at] ?? 0) - (best[at] ?? 0)
      best[at] = next[at] ?? 0
      point[at] = (next[at] ?? 0) + ((momentum - 1) / grown) * move
    }
    momentum = grown
  }
  return [...best]
}

function penalized(
  objective: Objective,
  { l2, center }: MinimizeOptions,
  point: Float64Array,
  gradient?: Float64Array
): number {
  let value = objective.evaluate(point, gradient)
  for (let at = 0; at < point.length; at += 1) {
    const away = (point[at] ?? 0) - (center[at] ?? 0)
    const pull = l2[at] ?? 0
    value += (pull / 2) * away * away
    if (gradient !== undefined) gradient[at] = (gradient[at] ?? 0) + pull * away
  }
  return value
}

/** Writes the projected gradient step into `next`; returns what the quadratic bound adds to the value. */
function stepInto(
  next: Float64Array,
  from: {
    readonly point: Float64Array
    readonly gradient: Float64Array
    readonly curvature: number
    readonly signs: readonly number[]
  }
): number {
  let added = 0
  for (let at = 0; at < next.length; at += 1) {
    const slope = from.gradient[at] ?? 0
    const start = from.point[at] ?? 0
    const sign = from.signs[at] ?? 0
    const free = start - slope / from.curvature
    const weight = sign !== 0 && free * sign < 0 ? 0 : free
    const move = weight - start
    next[at] = weight
    added += slope * move + (from.curvature / 2) * move * move
  }
  return added
}

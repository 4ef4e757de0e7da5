// The interval of a share that was counted, for counts near none or all as well.

/** 97.5 % quantile of the standard normal distribution. */
const Z = 1.959964

/**
 * 95 % interval of a count of independent runs; undefined when there are none.
 * Wilson's score interval: https://doi.org/10.1080/01621459.1927.10502953
 */
export function wilsonInterval(
  hits: number,
  of: number
): { readonly low: number; readonly high: number } | undefined {
  if (of === 0) return undefined
  const share = hits / of
  const spread = Z * Math.sqrt((share * (1 - share)) / of + (Z * Z) / (4 * of * of))
  const middle = share + (Z * Z) / (2 * of)
  const scale = 1 + (Z * Z) / of
  return {
    low: Math.max(0, (middle - spread) / scale),
    high: Math.min(1, (middle + spread) / scale)
  }
}

// Quantities in a person's words.

import type { TokensJson } from '../api-client/index.ts'

/** `850 ms`, `12.3 s`, `4 min 05 s`, `2 h 10 min`. */
export function formatMs(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`
  const seconds = Math.round(ms / 1000)
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60]
  if (hours > 0) return `${hours} h ${String(minutes).padStart(2, '0')} min`
  return `${minutes} min ${String(seconds % 60).padStart(2, '0')} s`
}

/** Input and output together, `41.2k tokens`; undefined when the producer counted none. */
export function formatTokens(tokens: TokensJson): string | undefined {
  if (tokens.input === undefined && tokens.output === undefined) return undefined
  const total = (tokens.input ?? 0) + (tokens.output ?? 0)
  if (total < 1000) return `${total} tokens`
  if (total < 1_000_000) return `${(total / 1000).toFixed(1)}k tokens`
  return `${(total / 1_000_000).toFixed(2)}M tokens`
}

export function formatCost(usd: number | undefined): string | undefined {
  return usd === undefined ? undefined : `$${usd < 0.1 ? usd.toFixed(4) : usd.toFixed(2)}`
}

/** `1 step`, `2 steps`. */
export function formatCount(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}

export function joinParts(parts: readonly (string | undefined)[]): string {
  return parts.filter((part) => part !== undefined && part !== '').join(' · ')
}

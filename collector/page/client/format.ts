// Quantities in a person's words.

import type { TokensWire } from '../../api/index.ts'

const COMPACT = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 })
const TIME = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium' })

/** `850 ms`, `12.3 s`, `4 min 05 s`, `2 h 10 min`. */
export function formatMs(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`
  const seconds = Math.round(ms / 1000)
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60]
  if (hours > 0) return `${hours} h ${String(minutes).padStart(2, '0')} min`
  return `${minutes} min ${String(seconds % 60).padStart(2, '0')} s`
}

/** Input and output together; undefined when the producer counted none. */
export function formatTokens(tokens: TokensWire): string | undefined {
  if (tokens.input === undefined && tokens.output === undefined) return undefined
  return `${COMPACT.format((tokens.input ?? 0) + (tokens.output ?? 0))} tokens`
}

export function formatCost(usd: number | undefined): string | undefined {
  return usd === undefined ? undefined : `$${usd < 0.1 ? usd.toFixed(4) : usd.toFixed(2)}`
}

/** `1 step`, `2 steps`. */
export function formatCount(count: number, noun: string): string {
  return `${count.toLocaleString('en')} ${noun}${count === 1 ? '' : 's'}`
}

export function formatPercent(share: number): string {
  return `${Math.round(share * 100)}\u00a0%`
}

/** `incorrect hypothesis` of `incorrect_hypothesis`. */
export function formatName(name: string): string {
  return name.replaceAll('_', ' ')
}

/** In the zone of the reader. */
export function formatTime(iso: string): string {
  return TIME.format(new Date(iso))
}

export function joinParts(parts: readonly (string | undefined)[]): string {
  return parts.filter((part) => part !== undefined && part !== '').join(' · ')
}

/** The first line that says something. */
export function firstLine(text: string, charsMax = 200): string {
  const line = text.trimStart().split('\n', 1)[0] ?? ''
  return line.length > charsMax ? `${line.slice(0, charsMax)}…` : line
}

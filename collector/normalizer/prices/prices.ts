// What a model call cost when its span does not say: its tokens times the prices of its day. The table is
// data (prices.json), each row with the page that says so; a file of one's own is asked before it. What is
// not known stays unknown: no cost is never a cost of zero.

import type { Step, Tokens, UnixNano } from '../../model/index.ts'
import { readPriceFile, type PriceEntry, type Rates } from './price-file.ts'

export interface Prices {
  /** The step with its cost and where that came from; the same step where there is none to add. */
  price<S extends Step>(step: S): S
}

const TOKENS_PER_PRICE = 1_000_000

/** Models seen, each looked up once; names are anybody's, so they are bounded. */
const MODELS_REMEMBERED_MAX = 1_000

/** `-20260807`, `-2026-08-07`, `@20260807` and `-latest` name a snapshot of the model at the same price. */
const SNAPSHOT = /(?:[-@]\d{8}|-\d{4}-\d{2}-\d{2}|-latest)$/

interface DatedEntry {
  readonly entry: PriceEntry
  /** Of the file it stands in. */
  readonly date: string
}

/**
 * `path`: a file of one's own, whose entries come first.
 *
 * @throws CollectorError SETTINGS_INVALID
 */
export function loadPrices(path?: string): Prices {
  const files = [
    ...(path === undefined ? [] : [readPriceFile(path)]),
    readPriceFile(new URL('./prices.json', import.meta.url))
  ]
  const known = new Map<string, readonly DatedEntry[]>()
  const find = (model: string): readonly DatedEntry[] => {
    const found = known.get(model)
    if (found !== undefined) return found
    if (known.size >= MODELS_REMEMBERED_MAX) known.clear()
    const entries = files
      .map(({ date, prices }) => entriesOf(prices, model).map((entry) => ({ entry, date })))
      .find((list) => list.length > 0)
    known.set(model, entries ?? [])
    return entries ?? []
  }
  return { price: (step) => withCost(step, find) }
}

function withCost<S extends Step>(step: S, find: (model: string) => readonly DatedEntry[]): S {
  if (step.costUsd !== undefined) return { ...step, costSource: 'given' }
  const { model, tokens } = step
  // Tokens of anything else are the sum of calls that have steps of their own.
  if (model === undefined || (step.kind !== 'llm' && step.kind !== 'retrieval')) return step
  if (tokens.input === undefined && tokens.output === undefined) return step
  const valid = validAt(find(model), step.startTime)
  const costUsd = valid === undefined ? undefined : costOf(tokens, valid.entry)
  if (costUsd === undefined || valid === undefined) return step
  return { ...step, costUsd, costSource: `computed@${valid.date}` }
}

/** Those of the pattern that says most about the model, oldest first. */
function entriesOf(prices: readonly PriceEntry[], model: string): readonly PriceEntry[] {
  const name = model.toLowerCase().replace(SNAPSHOT, '')
  let best = -1
  let entries: PriceEntry[] = []
  for (const entry of prices) {
    const fit = Math.max(...entry.models.map((pattern) => fitOf(pattern.toLowerCase(), name)))
    if (fit < 0 || fit < best) continue
    if (fit > best) entries = []
    best = fit
    entries.push(entry)
  }
  return entries.toSorted((a, b) => ((a.validFrom ?? '') < (b.validFrom ?? '') ? -1 : 1))
}

/** Characters that had to be the same; the whole name beats every beginning. */
function fitOf(pattern: string, name: string): number {
  if (!pattern.endsWith('*')) return pattern === name ? Infinity : -1
  const start = pattern.slice(0, -1)
  return name.startsWith(start) ? start.length : -1
}

function validAt(entries: readonly DatedEntry[], time: UnixNano): DatedEntry | undefined {
  const day = dayOf(time)
  return entries.findLast(({ entry }) => (entry.validFrom ?? '') <= day)
}

const NANOS_PER_MS = 1_000_000n
/** The last millisecond of a Date: https://tc39.es/ecma262/#sec-time-values-and-time-range */
const DATE_MS_MAX = 8_640_000_000_000_000n

function dayOf(time: UnixNano): string {
  const ms = time / NANOS_PER_MS
  return new Date(Number(ms > DATE_MS_MAX ? DATE_MS_MAX : ms)).toISOString().slice(0, 10)
}

function costOf(tokens: Tokens, entry: PriceEntry): number | undefined {
  const { longPrompt } = entry
  const isLong = longPrompt !== undefined && (tokens.input ?? 0) > longPrompt.aboveTokens
  const rates: Rates = isLong ? longPrompt : entry
  // A half of the call that was not told would make it look cheap; embeddings have no output.
  if (tokens.input === undefined) return undefined
  if (tokens.output === undefined && rates.output !== undefined) return undefined
  return sumKnown(partsOf(tokens.input, tokens, rates))
}

function partsOf(input: number, tokens: Tokens, rates: Rates): readonly (number | undefined)[] {
  const { output = 0, cacheRead = 0, cacheWrite = 0, reasoning = 0 } = tokens
  return [
    cost(Math.max(input - cacheRead - cacheWrite, 0), rates.input),
    cost(cacheRead, rates.cacheRead),
    cost(cacheWrite, rates.cacheWrite),
    cost(Math.max(output - reasoning, 0), rates.output),
    cost(reasoning, rates.reasoning ?? rates.output)
  ]
}

function sumKnown(parts: readonly (number | undefined)[]): number | undefined {
  let sum = 0
  for (const part of parts) {
    if (part === undefined) return undefined
    sum += part
  }
  return sum
}

/** Nothing costs nothing, whatever the price. */
function cost(count: number, price: number | undefined): number | undefined {
  if (count === 0) return 0
  return price === undefined ? undefined : (count * price) / TOKENS_PER_PRICE
}

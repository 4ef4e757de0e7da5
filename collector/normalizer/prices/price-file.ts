// A file of prices, checked when it is read: a price that is not understood is refused at start, because a
// cost that is silently wrong is worse than none.

import { readFileSync } from 'node:fs'

import { CollectorError } from '../../model/index.ts'

/** US dollars per million tokens. An absent price is not known, and what would need it has no cost. */
export interface Rates {
  readonly input?: number
  readonly cacheRead?: number
  readonly cacheWrite?: number
  readonly output?: number
  /** Of what output counts as reasoning; as output unless given. */
  readonly reasoning?: number
}

export interface PriceEntry extends Rates {
  /** Names as calls report them, without the date of a snapshot; `*` at the end stands for any rest. */
  readonly models: readonly string[]
  /** Day, UTC, of the first call it holds for; absent: since the model exists. */
  readonly validFrom?: string
  /** Of calls whose input is larger, for all their tokens; without rates they are not known. */
  readonly longPrompt?: Rates & { readonly aboveTokens: number }
  /** Address of the page that says so, and the day on which it was read. */
  readonly source: string
  readonly read: string
}

export interface PriceFile {
  /** By which costs that were computed name the table. */
  readonly date: string
  readonly prices: readonly PriceEntry[]
}

/** Ten times the table that comes with Onset; a larger file is not one of prices. */
const FILE_BYTES_MAX = 1_048_576

const PRICE_USD_MAX = 100_000

const DAY = /^\d{4}-\d{2}-\d{2}$/
const RATE_NAMES = ['input', 'cacheRead', 'cacheWrite', 'output', 'reasoning']
const ENTRY_NAMES = ['models', 'validFrom', 'longPrompt', 'source', 'read', ...RATE_NAMES]

/** @throws CollectorError SETTINGS_INVALID that names the file, the entry and what would be right. */
export function readPriceFile(path: string | URL): PriceFile {
  const file = parse(path)
  const problem = findProblem(file)
  if (problem !== undefined) throw invalid(path, problem)
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- findProblem has looked at every field
  return file as PriceFile
}

type Fields = Readonly<Record<string, unknown>>

function parse(path: string | URL): unknown {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    throw invalid(path, `cannot be read: ${String(error)}`)
  }
  if (text.length > FILE_BYTES_MAX) throw invalid(path, `is larger than ${FILE_BYTES_MAX} bytes`)
  try {
    return JSON.parse(text)
  } catch (error) {
    throw invalid(path, `is no JSON: ${String(error)}`)
  }
}

function findProblem(file: unknown): string | undefined {
  if (!isFields(file)) return 'is not an object with date and prices'
  if (!isDay(file['date'])) return 'date is not a day as 2026-11-24'
  const { prices } = file
  if (!Array.isArray(prices)) return 'prices is not a list'
  for (const [at, entry] of prices.entries()) {
    const problem = findEntryProblem(entry)
    if (problem !== undefined) return `prices[${at}]${problem}`
  }
  return undefined
}

function findEntryProblem(entry: unknown): string | undefined {
  if (!isFields(entry)) return ' is not an object'
  const stranger = Object.keys(entry).find((name) => !ENTRY_NAMES.includes(name))
  if (stranger !== undefined) return ` has ${stranger}; ${ENTRY_NAMES.join(', ')} are right`
  if (!isModels(entry['models'])) {
    return '.models is not a list of names, each with no * but at its end'
  }
  if (entry['validFrom'] !== undefined && !isDay(entry['validFrom'])) {
    return '.validFrom is not a day as 2026-11-24'
  }
  if (typeof entry['source'] !== 'string' || !URL.canParse(entry['source'])) {
    return '.source is not the address of a page'
  }
  if (!isDay(entry['read'])) return '.read is not a day as 2026-11-24'
  return findRateProblem(entry) ?? findLongPromptProblem(entry['longPrompt'])
}

function findRateProblem(rates: Fields): string | undefined {
  const wrong = RATE_NAMES.find((name) => rates[name] !== undefined && !isPrice(rates[name]))
  return wrong === undefined
    ? undefined
    : `.${wrong} is not a number of dollars per million tokens from 0 to ${PRICE_USD_MAX}`
}

function findLongPromptProblem(long: unknown): string | undefined {
  if (long === undefined) return undefined
  if (!isFields(long)) return '.longPrompt is not an object'
  if (!Number.isSafeInteger(long['aboveTokens'])) {
    return '.longPrompt.aboveTokens is not a number of tokens'
  }
  const problem = findRateProblem(long)
  return problem === undefined ? undefined : `.longPrompt${problem}`
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isDay(value: unknown): value is string {
  return typeof value === 'string' && DAY.test(value) && !Number.isNaN(Date.parse(value))
}

function isModels(value: unknown): boolean {
  return (
    Array.isArray(value) &&
    value.length > 0 &&
    value.every((name) => typeof name === 'string' && /^[^*\s]+\*?$/.test(name))
  )
}

function isPrice(value: unknown): boolean {
  return typeof value === 'number' && value >= 0 && value <= PRICE_USD_MAX
}

function invalid(path: string | URL, problem: string): CollectorError {
  return new CollectorError('SETTINGS_INVALID', `the file of prices ${String(path)}: ${problem}`, {
    retryable: false
  })
}

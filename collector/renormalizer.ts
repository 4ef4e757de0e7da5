// Makes the steps of stored spans anew after a dialect has improved: day by day and trace by trace, in the
// background, one at a time, for a bounded share of the time. Where it stands is stored after every few traces,
// so that a process that was stopped goes on where it was.

import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Logger } from 'pino'
import {
  CollectorError,
  fromUnixMillis,
  toRunId,
  toUnixNano,
  STEPS_PER_RUN_MAX,
  type ClassifiedStep,
  type RawSpanPosition,
  type RawSpanStore,
  type Renormalization,
  type RunId,
  type SpanId,
  type UnixNano
} from './model/index.ts'
import type { Prices } from './normalizer/index.ts'
import { toClassifiedSteps } from './pipeline.ts'

export interface RenormalizerOptions {
  readonly raw: RawSpanStore
  readonly prices: Prices
  /** Resolves when the run is analyzed and stored; throws OVERLOADED when too many wait. */
  readonly analyzeNow: (runId: RunId) => Promise<unknown>
  /** Of the time, 1..100, that it may be at work. */
  readonly sharePercent: number
  readonly logger: Logger
  /** Milliseconds since 1970. */
  readonly now: () => number
}

export interface RenormalizationRequest {
  readonly since?: UnixNano
  readonly until?: UnixNano
  readonly runId?: RunId
}

export interface Renormalizer {
  /**
   * Resolves when it is stored that it runs.
   *
   * @throws CollectorError OVERLOADED while one runs.
   */
  start(request: RenormalizationRequest): Promise<Renormalization>
  list(): Promise<readonly Renormalization[]>
  /** Goes on with what the last process left. */
  resume(): Promise<void>
  /** Stops between two pages; what was not done is done after the next start. */
  close(): Promise<void>
}

/** Of one read: ten milliseconds of normalizing, for which nothing else runs. */
const SPANS_PER_PAGE = 200

/** After so many the position is stored; so many are looked at once more after a stop. */
const TRACES_PER_BATCH = 10

export const RENORMALIZATIONS_LISTED_MAX = 100

const ANALYSIS_ATTEMPTS_MAX = 20
const ANALYSIS_RETRY_MS = 500

const NANOS_PER_DAY = 86_400_000_000_000n
const TIME_MAX = toUnixNano(9_223_372_036_854_775_807n)

export function createRenormalizer(options: RenormalizerOptions): Renormalizer {
  const { raw, now, logger } = options
  const stop = new AbortController()
  let running: Promise<void> | undefined
  const run = (from: Renormalization, isResumed: boolean): void => {
    running = work(options, from, { signal: stop.signal, isResumed })
      .catch((error: unknown) => logger.error({ err: error }, 're-normalization'))
      .finally(() => {
        running = undefined
      })
  }
  let isStarting = false
  return {
    start: async (request) => {
      if (running !== undefined || isStarting) {
        throw new CollectorError(
          'OVERLOADED',
          'a re-normalization is running; one runs at a time',
          {
            retryable: true
          }
        )
      }
      isStarting = true
      try {
        const state = toState(request, fromUnixMillis(now()))
        await raw.saveRenormalization(state)
        run(state, false)
        return state
      } finally {
        isStarting = false
      }
    },
    list: () => raw.listRenormalizations(RENORMALIZATIONS_LISTED_MAX),
    resume: async () => {
      const left = (await raw.listRenormalizations(1)).find(({ state }) => state === 'running')
      if (left === undefined || running !== undefined) return
      logger.info({ id: left.id }, 're-normalization goes on')
      run(left, true)
    },
    close: async () => {
      stop.abort()
      await running
    }
  }
}

function toState({ since, until, runId }: RenormalizationRequest, at: UnixNano): Renormalization {
  return {
    id: randomUUID(),
    state: 'running',
    since: since ?? toUnixNano(0n),
    until: until ?? TIME_MAX,
    runId,
    day: toUnixNano(0n),
    traceId: '',
    daysDone: 0,
    daysTotal: 0,
    spans: 0,
    stepsRewritten: 0,
    stepsHidden: 0,
    runsAnalyzed: 0,
    startedAt: at,
    updatedAt: at,
    problem: undefined
  }
}

interface How {
  readonly signal: AbortSignal
  /** The first batch may have been rewritten and not analyzed. */
  readonly isResumed: boolean
}

async function work(options: RenormalizerOptions, from: Renormalization, how: How): Promise<void> {
  const { raw, now } = options
  let state = from
  const save = async (change: Partial<Renormalization>): Promise<void> => {
    state = { ...state, ...change, updatedAt: fromUnixMillis(Math.max(now(), 0)) }
    await raw.saveRenormalization(state)
  }
  try {
    for await (const batch of batches(options, state, how)) {
      const counts = await renormalizeBatch(options, batch, how.signal)
      await save({
        ...batch.position,
        spans: state.spans + counts.spans,
        stepsRewritten: state.stepsRewritten + counts.rewritten,
        stepsHidden: state.stepsHidden + counts.hidden,
        runsAnalyzed: state.runsAnalyzed + counts.analyzed
      })
    }
    await save({ state: 'done', daysDone: state.daysTotal })
  } catch (error) {
    // Stopped, not failed: the row still says that it runs.
    if (how.signal.aborted) return
    const problem = error instanceof CollectorError ? error.message : String(error)
    await save({ state: 'failed', problem })
    throw error
  }
}

interface Batch {
  readonly traceIds: readonly string[]
  readonly mustAnalyze: boolean
  readonly position: Pick<Renormalization, 'day' | 'traceId' | 'daysDone' | 'daysTotal'>
}

async function* batches(
  { raw }: RenormalizerOptions,
  state: Renormalization,
  { isResumed, signal }: How
): AsyncGenerator<Batch> {
  let mustAnalyze = isResumed
  if (state.runId !== undefined) {
    const position = { day: state.day, traceId: state.runId, daysDone: 0, daysTotal: 1 }
    yield { traceIds: [state.runId], mustAnalyze, position }
    return
  }
  const days = await raw.listDays(state.since, state.until)
  for (const [at, day] of days.entries()) {
    if (day < state.day) continue
    const since = day > state.since ? day : state.since
    const end = toUnixNano(day + NANOS_PER_DAY)
    const until = end < state.until ? end : state.until
    let after = day === state.day ? state.traceId : ''
    for (;;) {
      signal.throwIfAborted()
      const traceIds = await raw.listTraceIds({ since, until, after, limit: TRACES_PER_BATCH })
      const last = traceIds.at(-1)
      if (last === undefined) break
      after = last
      const position = { day, traceId: last, daysDone: at, daysTotal: days.length }
      yield { traceIds, mustAnalyze, position }
      mustAnalyze = false
    }
  }
}

interface Counts {
  readonly spans: number
  readonly rewritten: number
  readonly hidden: number
  readonly analyzed: number
}

async function renormalizeBatch(
  options: RenormalizerOptions,
  { traceIds, mustAnalyze }: Batch,
  signal: AbortSignal
): Promise<Counts> {
  let spans = 0
  let rewritten = 0
  let hidden = 0
  let analyzed = 0
  for (const traceId of traceIds) {
    const made = await readAnew(options, traceId, signal)
    spans += made.spanIds.size
    // A trace without spans of an agent's run has one run as well: that of its own id.
    for (const runId of new Set([toRunId(traceId), ...made.steps.map((step) => step.runId)])) {
      const steps = made.steps.filter((step) => step.runId === runId)
      const change = await inShare(options, signal, () =>
        options.raw.rewriteSteps(runId, steps, made.spanIds)
      )
      rewritten += change.rewritten
      hidden += change.hidden
      if (!mustAnalyze && change.rewritten + change.hidden === 0) continue
      await inShare(options, signal, () => analyze(options, runId, signal))
      analyzed += 1
    }
  }
  return { spans, rewritten, hidden, analyzed }
}

async function readAnew(
  options: RenormalizerOptions,
  traceId: string,
  signal: AbortSignal
): Promise<{ readonly steps: readonly ClassifiedStep[]; readonly spanIds: ReadonlySet<SpanId> }> {
  const steps: ClassifiedStep[] = []
  const spanIds = new Set<SpanId>()
  let after: RawSpanPosition | undefined
  while (spanIds.size < STEPS_PER_RUN_MAX) {
    const at = after
    const page = await inShare(options, signal, async () => {
      const position = at === undefined ? {} : { after: at }
      const spans = await options.raw.readSpans(traceId, { ...position, limit: SPANS_PER_PAGE })
      for (const span of spans) spanIds.add(span.spanId)
      steps.push(...toClassifiedSteps(spans, options.prices))
      return spans
    })
    const last = page.at(-1)
    if (last === undefined || page.length < SPANS_PER_PAGE) break
    after = { time: last.startTime, spanId: last.spanId }
  }
  return { steps, spanIds }
}

/** Waits after the work for as long as its share of the time asks. */
async function inShare<T>(
  { sharePercent }: RenormalizerOptions,
  signal: AbortSignal,
  act: () => Promise<T>
): Promise<T> {
  signal.throwIfAborted()
  const startedAt = performance.now()
  const done = await act()
  const idleMs = (performance.now() - startedAt) * (100 / sharePercent - 1)
  if (idleMs > 0) await sleep(idleMs, undefined, { signal })
  return done
}

/** People and open runs come first: a queue that is full is asked again later. */
async function analyze(
  { analyzeNow }: RenormalizerOptions,
  runId: RunId,
  signal: AbortSignal
): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await analyzeNow(runId)
      return
    } catch (error) {
      const isBusy = error instanceof CollectorError && error.code === 'OVERLOADED'
      if (!isBusy || attempt === ANALYSIS_ATTEMPTS_MAX) throw error
      await sleep(ANALYSIS_RETRY_MS * attempt, undefined, { signal })
    }
  }
}

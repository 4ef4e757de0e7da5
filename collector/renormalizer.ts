// Makes the steps of stored spans and log records anew after a dialect has improved: day by day, in the
// background, one at a time, for a bounded share of the time. Where it stands is stored after every few traces
// or minutes, so that a process that was stopped goes on where it was.

import { randomUUID } from 'node:crypto'
import type { Logger } from 'pino'
import {
  CollectorError,
  fromUnixMillis,
  toUnixNano,
  type Renormalization,
  type RunId,
  type UnixNano
} from './model/index.ts'
import { LOGS, logPieces, logPiecesOfRun } from './renormalize-logs.ts'
import { pieceOfRun, spanPieces } from './renormalize-spans.ts'
import type { Piece, RenormalizationWorker } from './renormalize-worker.ts'

export interface RenormalizerOptions extends Omit<RenormalizationWorker, 'signal'> {
  readonly logger: Logger
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

export const RENORMALIZATIONS_LISTED_MAX = 100

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
  /** The first piece may have been rewritten and not analyzed. */
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
    let mustAnalyze = how.isResumed
    for await (const piece of pieces({ ...options, signal: how.signal }, state)) {
      const counts = await piece.act(mustAnalyze)
      mustAnalyze = false
      await save({
        ...piece.position,
        spans: state.spans + counts.read,
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

/** Spans first, then log records, each by days. */
async function* pieces(
  worker: RenormalizationWorker,
  state: Renormalization
): AsyncGenerator<Piece> {
  const { raw } = worker
  if (state.runId !== undefined) {
    if (state.traceId === '') yield pieceOfRun(worker, state, state.runId)
    yield* logPiecesOfRun(worker, state, state.runId)
    return
  }
  const spanDays = await raw.listDays(state.since, state.until)
  const logDays = await raw.listLogDays(state.since, state.until)
  const daysTotal = spanDays.length + logDays.length
  if (state.traceId !== LOGS) {
    yield* spanPieces(worker, state, { days: spanDays, daysBefore: 0, daysTotal })
  }
  yield* logPieces(worker, state, { days: logDays, daysBefore: spanDays.length, daysTotal })
}

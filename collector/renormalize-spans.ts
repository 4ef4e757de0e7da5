// The part of a re-normalization that reads raw spans: a few traces at a time, in the order of their starts, so
// that what they share in the table is read once.

import { setImmediate as nextTurn } from 'node:timers/promises'
import {
  NANOS_PER_DAY,
  toRunId,
  toUnixNano,
  type ClassifiedStep,
  type DecodedSpan,
  type Renormalization,
  type RunId,
  type StepKey,
  type TracePosition,
  type TracesInTime,
  type UnixNano
} from './model/index.ts'
import { toClassifiedSteps } from './pipeline.ts'
import {
  analyzeAll,
  inShare,
  type DaysToDo,
  type Piece,
  type PieceCounts,
  type RenormalizationWorker
} from './renormalize-worker.ts'

/** After so many the position is stored; so many are looked at once more after a stop. */
const TRACES_PER_PIECE = 20

/** Of one look at a day, which reads two columns of all of its spans. */
const TRACES_LISTED = 2_000

/** A few milliseconds of normalizing, for which nothing else runs. */
const SPANS_PER_TURN = 50

export async function* spanPieces(
  worker: RenormalizationWorker,
  state: Renormalization,
  { days, daysBefore, daysTotal }: DaysToDo
): AsyncGenerator<Piece> {
  for (const [at, day] of days.entries()) {
    const end = toUnixNano(day + NANOS_PER_DAY)
    if (end <= state.day) continue
    const since = day > state.since ? day : state.since
    const until = end < state.until ? end : state.until
    const isResumed = state.day >= day && state.traceId !== ''
    const after = isResumed ? { start: state.day, traceId: state.traceId } : undefined
    for await (const traces of listTraces(worker, { since, until, after })) {
      const last = traces.at(-1)
      if (last === undefined) continue
      const traceIds = traces.map((trace) => trace.traceId)
      yield {
        position: {
          day: last.start,
          traceId: last.traceId,
          daysDone: daysBefore + at,
          daysTotal
        },
        act: (mustAnalyze) => rewriteTraces(worker, { traceIds, since, until }, mustAnalyze)
      }
    }
  }
}

export function pieceOfRun(
  worker: RenormalizationWorker,
  { since, until, day }: Renormalization,
  runId: RunId
): Piece {
  return {
    position: { day, traceId: runId, daysDone: 0, daysTotal: 1 },
    act: (mustAnalyze) => rewriteTraces(worker, { traceIds: [runId], since, until }, mustAnalyze)
  }
}

interface TimeAfter {
  readonly since: UnixNano
  readonly until: UnixNano
  readonly after: TracePosition | undefined
}

async function* listTraces(
  worker: RenormalizationWorker,
  { since, until, after: from }: TimeAfter
): AsyncGenerator<readonly TracePosition[]> {
  let after = from
  for (;;) {
    worker.signal.throwIfAborted()
    const position = after === undefined ? {} : { after }
    const listed = await inShare(worker, () =>
      worker.raw.listTraces({ since, until, ...position, limit: TRACES_LISTED })
    )
    for (let at = 0; at < listed.length; at += TRACES_PER_PIECE) {
      yield listed.slice(at, at + TRACES_PER_PIECE)
    }
    after = listed.at(-1)
    if (listed.length < TRACES_LISTED) return
  }
}

async function rewriteTraces(
  worker: RenormalizationWorker,
  traces: TracesInTime,
  mustAnalyze: boolean
): Promise<PieceCounts> {
  let read = 0
  let rewritten = 0
  let hidden = 0
  // A trace without spans of an agent's run has one run as well: that of its own id.
  const runIds = new Set<RunId>(mustAnalyze ? traces.traceIds.map(toRunId) : [])
  const pages = worker.raw.readTraces(traces)[Symbol.asyncIterator]()
  for (;;) {
    const change = await inShare(worker, async () => {
      const { done, value: spans } = await pages.next()
      if (done === true) return undefined
      read += spans.length
      return rewritePage(worker, spans)
    })
    if (change === undefined) break
    rewritten += change.rewritten
    hidden += change.hidden
    for (const runId of mustAnalyze ? change.allRunIds : change.runIds) runIds.add(runId)
  }
  return { read, rewritten, hidden, analyzed: await analyzeAll(worker, runIds) }
}

async function rewritePage({ raw, prices }: RenormalizationWorker, spans: readonly DecodedSpan[]) {
  const steps: ClassifiedStep[] = []
  for (let at = 0; at < spans.length; at += SPANS_PER_TURN) {
    steps.push(...toClassifiedSteps(spans.slice(at, at + SPANS_PER_TURN), prices))
    await nextTurn()
  }
  // What was made of a span before may have been in the run of its trace.
  const keys = steps.map(({ traceId, stepId }): StepKey => ({ runId: toRunId(traceId), stepId }))
  const change = await raw.rewriteSteps({ steps, keys })
  return { ...change, allRunIds: steps.map((step) => step.runId) }
}

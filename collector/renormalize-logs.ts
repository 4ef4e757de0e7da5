// The part of a re-normalization that reads log records: slices of time, because a step made of a record ends
// when the record says. So the steps that end in a slice are those that its records gave, and what they do not
// give any more is hidden, however the ids of runs and steps have changed.

import {
  NANOS_PER_DAY,
  toUnixNano,
  type Renormalization,
  type RunId,
  type StepKey,
  type UnixNano
} from './model/index.ts'
import { toLogSteps } from './log-steps.ts'
import type { Defect } from './pipeline.ts'
import {
  analyzeAll,
  inShare,
  type DaysToDo,
  type Piece,
  type PieceCounts,
  type RenormalizationWorker
} from './renormalize-worker.ts'

/** Stands in a position for the id of a trace: spans are done, and log records up to the time. */
export const LOGS = 'logs'

const NANOS_PER_MS = 1_000_000n

export async function* logPieces(
  worker: RenormalizationWorker,
  state: Renormalization,
  { days, daysBefore, daysTotal }: DaysToDo
): AsyncGenerator<Piece> {
  const from = state.traceId === LOGS && state.day > state.since ? state.day : state.since
  for (const [at, day] of days.entries()) {
    const end = toUnixNano(day + NANOS_PER_DAY)
    if (end <= from) continue
    const since = day > from ? day : from
    const until = end < state.until ? end : state.until
    yield* slices(
      worker,
      { since, until, runId: undefined },
      { daysDone: daysBefore + at, daysTotal }
    )
  }
}

/** Of one run: between the first and the last of its steps that a record gave. */
export async function* logPiecesOfRun(
  worker: RenormalizationWorker,
  state: Renormalization,
  runId: RunId
): AsyncGenerator<Piece> {
  const times = await worker.raw.findLogTimes(runId)
  if (times === undefined) return
  const first = state.traceId === LOGS ? state.day : times.first
  const since = toUnixNano(first - (first % NANOS_PER_MS))
  const until = toUnixNano(times.last + NANOS_PER_MS)
  yield* slices(worker, { since, until, runId }, { daysDone: 0, daysTotal: 1 })
}

interface TimeOfRun {
  readonly since: UnixNano
  readonly until: UnixNano
  /** Only this one. */
  readonly runId: RunId | undefined
}

async function* slices(
  worker: RenormalizationWorker,
  { since, until, runId }: TimeOfRun,
  days: Pick<Renormalization, 'daysDone' | 'daysTotal'>
): AsyncGenerator<Piece> {
  let from = since
  while (from < until) {
    worker.signal.throwIfAborted()
    const start = from
    const { records, through } = await inShare(worker, () => worker.raw.readLogs(start, until))
    from = through
    if (records.length === 0) continue
    const slice = { since: start, until: through, runId }
    yield {
      position: { day: through, traceId: LOGS, ...days },
      act: (mustAnalyze) => rewriteSlice(worker, { ...slice, records }, mustAnalyze)
    }
  }
}

type Slice = TimeOfRun &
  Pick<Awaited<ReturnType<RenormalizationWorker['raw']['readLogs']>>, 'records'>

async function rewriteSlice(
  worker: RenormalizationWorker,
  { records, since, until, runId }: Slice,
  mustAnalyze: boolean
): Promise<PieceCounts> {
  const { raw, prices, now } = worker
  const isWanted = (key: StepKey): boolean => runId === undefined || key.runId === runId
  const change = await inShare(worker, async () => {
    const defects: Defect[] = []
    const steps = toLogSteps(records, prices, defects).filter(isWanted)
    // A record that a dialect failed on says nothing against the step that it gave before.
    const before = defects.length > 0 ? [] : await raw.listLogSteps(since, until)
    const newAt = toUnixNano(BigInt(Math.trunc(now())) * NANOS_PER_MS)
    const keys = before.filter(isWanted)
    const rewritten = await raw.rewriteSteps({ steps, keys, newAt })
    return { ...rewritten, allRunIds: [...steps, ...keys].map((key) => key.runId) }
  })
  const runIds = new Set(mustAnalyze ? change.allRunIds : change.runIds)
  return {
    read: records.length,
    rewritten: change.rewritten,
    hidden: change.hidden,
    analyzed: await analyzeAll(worker, runIds)
  }
}

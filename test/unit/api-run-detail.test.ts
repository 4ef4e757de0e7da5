// A reader whose run is analyzed anew between two reads, which no store does on command.

import t from 'tap'
import { readRunDetail } from '../../collector/api/run-detail.ts'
import {
  HEARTBEAT_INTERVAL_MS,
  STREAM_MS_MAX,
  streamRunEvents
} from '../../collector/api/run-events.ts'
import type { RunReader, RunRecord } from '../../collector/model/index.ts'
import { aRunTree, BUILT_START } from '../support/builders.ts'

const PAGE = { after: 0, limit: 10 }

function aRecord(revision: number, steps: number): RunRecord {
  return {
    run: aRunTree(Array.from({ length: steps }, () => ({}))).run,
    state: 'open',
    revision,
    partial: false,
    abstention: undefined,
    topOnset: undefined,
    analyzedAt: BUILT_START
  }
}

/** Each look at the run gives the next of `revisions`; its steps are as many as the revision says. */
function readerOf(revisions: readonly number[]): RunReader & { readonly looks: () => number } {
  let looks = 0
  const current = () => revisions[Math.min(Math.max(looks - 1, 0), revisions.length - 1)] ?? 0
  return {
    looks: () => looks,
    findRun: async () => {
      looks += 1
      return current() === 0 ? undefined : aRecord(current(), current())
    },
    readStages: async () => [],
    readSteps: async (_runId, after, limit) =>
      aRunTree(Array.from({ length: current() }, () => ({})))
        .steps.filter((step) => step.index > after)
        .slice(0, limit),
    readOnsets: async () => [],
    findRunIds: async () => [],
    listRuns: async () => ({ items: [], nextCursor: undefined }),
    listWholeRuns: async () => ({ items: [], nextCursor: undefined }),
    listOnsets: async () => ({ items: [], nextCursor: undefined })
  }
}

const { runId } = aRunTree().run

t.test('a run that is analyzed between two reads is read again', async (t) => {
  const detail = await readRunDetail(readerOf([1, 2, 2]), runId, PAGE)
  t.equal(detail?.record.revision, 2)
  t.equal(detail?.steps.length, 2)
})

t.test('a run that changes all the time is answered all the same', async (t) => {
  const reader = readerOf([1, 2, 3, 4, 5, 6, 7, 8, 9])
  t.ok(await readRunDetail(reader, runId, PAGE))
  t.ok(reader.looks() <= 4)
})

t.test('a run that goes away between two reads is unknown', async (t) => {
  t.equal(await readRunDetail(readerOf([1, 0, 0]), runId, PAGE), undefined)
})

function streamed(nowStep: number, revisions: readonly number[]) {
  let time = 0
  return streamRunEvents({
    store: readerOf(revisions),
    runId,
    first: aRecord(1, 1),
    seenRevision: undefined,
    toData: (record) => ({ revision: record.revision }),
    now: () => (time += nowStep),
    signal: new AbortController().signal
  })
}

t.test('a stream that has nothing to tell says that it is still there', async (t) => {
  const events = streamed(HEARTBEAT_INTERVAL_MS, [1])
  t.match((await events.next()).value, /^event: run\nid: 1\ndata: \{"revision":1\}\n\n$/)
  t.match((await events.next()).value, /^: [a-z ]+\n\n$/)
  await events.return(undefined)
})

t.test('a stream ends after its longest time, and when its run is gone', async (t) => {
  const old = streamed(STREAM_MS_MAX, [1])
  t.equal((await old.next()).done, true)
  const gone = streamed(1, [0])
  t.match((await gone.next()).value, /^event: run/)
  t.equal((await gone.next()).done, true)
})

// A session as the API knows it: the runs of one conversation, oldest first.

import type { RunListItemWire } from '../../api/index.ts'
import { listRuns } from './api.ts'

export interface Session {
  /** In the order in which they began. */
  readonly runs: readonly RunListItemWire[]
  /** False where there are older runs beyond the bound. */
  readonly isWhole: boolean
}

const RUNS_PER_REQUEST = 200

/** A thousand turns are more than a person looks through, and some megabytes of answers. */
const REQUESTS_MAX = 5

/** The newest runs anew; what was read before stays, a session of many turns is not asked for again and again. */
export async function readSession(sessionId: string, before?: Session): Promise<Session> {
  const filters = new URLSearchParams({ session: sessionId })
  const runs = new Map(before?.runs.map((run) => [run.id, run]))
  let cursor: string | undefined
  for (let request = 0; request < REQUESTS_MAX; request += 1) {
    const page = await listRuns(filters, { cursor, limit: RUNS_PER_REQUEST })
    const isJoined = page.items.some(({ id }) => runs.has(id))
    for (const run of page.items) runs.set(run.id, run)
    cursor = page.nextCursor
    if (cursor === undefined) break
    if (before !== undefined && isJoined) return { runs: inOrder(runs), isWhole: before.isWhole }
  }
  return { runs: inOrder(runs), isWhole: cursor === undefined }
}

function inOrder(runs: ReadonlyMap<string, RunListItemWire>): readonly RunListItemWire[] {
  return [...runs.values()].toSorted(
    (a, b) => a.startedAt.localeCompare(b.startedAt) || a.id.localeCompare(b.id)
  )
}

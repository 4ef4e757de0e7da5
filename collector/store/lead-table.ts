// Keeps which processes live. Decides nothing about them.

import type { LeadCandidate, LeadStore } from '../model/index.ts'
import type { Engine } from './engine/engine.ts'
import { sqlText } from './sql/sql-text.ts'

// Keys: none; reads a row a process that ever ran, a few hundred bytes each until they are merged. Called by beat.
const READ_FIRST = `
SELECT
    ProcessId,
    anyLast(Host) AS LastHost
FROM {database: Identifier}.agent_processors
GROUP BY ProcessId
HAVING max(HasLeft) = 0
    AND max(LastBeatAt) > now64(3) - toIntervalMillisecond({livesForMs: UInt32})
ORDER BY min(FirstBeatAt), ProcessId
LIMIT 1`

/** In the lane that nothing long stands in: a beat that comes late costs the lead. */
export class LeadTable implements LeadStore {
  readonly #engine: Engine

  constructor(engine: Engine) {
    this.#engine = engine
  }

  async beat(candidate: LeadCandidate, livesForMs: number): Promise<LeadCandidate | undefined> {
    await this.#insert(candidate, 0)
    const { database } = this.#engine
    const [first] = await this.#engine.read<{ ProcessId: string; LastHost: string }>(
      'health',
      sqlText(READ_FIRST, { database, livesForMs })
    )
    return first && { processId: first.ProcessId, host: first.LastHost }
  }

  async leave(candidate: LeadCandidate): Promise<void> {
    await this.#insert(candidate, 1)
  }

  /** Both times are the server's: a column that is left away gets its default. */
  async #insert({ processId, host }: LeadCandidate, hasLeft: 0 | 1): Promise<void> {
    const row = JSON.stringify({ ProcessId: processId, Host: host, HasLeft: hasLeft })
    await this.#engine.insert('health', { table: 'agent_processors', rows: [row] })
  }
}

// kill -9 at any moment: what was acknowledged is there, once. A process of its own writes and says what
// was acknowledged; it is killed in each round, and the next one opens the same folder.

import t from 'tap'
import { toRunId } from '../../collector/model/index.ts'
import { openStore } from '../../collector/store/index.ts'
import { startStoreChild } from '../support/start-store-child.ts'
import type { Acknowledged } from '../support/store-child.ts'
import { aDataDir, storeBasics } from '../support/test-store.ts'

const ROUNDS = 4

/** Acknowledgements to wait for before the kill: another moment of the engine's life in each round. */
const ACKNOWLEDGED_MIN = [1, 6, 13, 25]

function isAcknowledged(line: unknown): line is Acknowledged {
  return typeof line === 'object' && line !== null && 'traceId' in line
}

t.test('acknowledged batches survive, whenever the process is killed', async (t) => {
  const dataDir = aDataDir(t)
  const acknowledged: Acknowledged[] = []
  for (let round = 0; round < ROUNDS; round += 1) {
    const child = startStoreChild(t, ['write', dataDir], { rest: [String(round + 1)] })
    t.equal(await child.nextLine(), 'open', `opens in round ${round}`)
    for (let count = 0; count < (ACKNOWLEDGED_MIN[round] ?? 1); count += 1) await child.nextLine()
    // Not between two acknowledgements, but wherever the engine is after a few milliseconds.
    await new Promise((resolve) => setTimeout(resolve, round * 7))
    child.process.kill('SIGKILL')
    t.equal(await child.ended, null, 'was killed')
    acknowledged.push(...child.lines.filter(isAcknowledged))
  }
  const store = await openStore({ ...storeBasics(), dataDir })
  t.teardown(() => store.close())
  t.ok(acknowledged.length >= ACKNOWLEDGED_MIN.reduce((a, b) => a + b))
  let intact = 0
  for (const { traceId, spanIds } of acknowledged) {
    const runId = toRunId(traceId)
    const spans = await store.readSpanIds(traceId)
    const { steps } = await store.readRunSteps(runId)
    const ids = spanIds.toSorted()
    const isIntact =
      JSON.stringify(spans) === JSON.stringify(ids) &&
      JSON.stringify(steps.map((step) => step.spanId).toSorted()) === JSON.stringify(ids)
    if (isIntact) intact += 1
    else t.fail('a batch is not as acknowledged', { traceId, spans, steps: steps.length, ids })
    // An analysis is there whole, or not at all and the run is pending.
    const record = await store.findRun(runId)
    if (record === undefined) continue
    const numbered = await store.readSteps(runId, 0, 100)
    t.equal(numbered.length, ids.length, 'an analysed run has all its steps')
    t.equal((await store.readStages(runId)).length, 1)
  }
  t.equal(intact, acknowledged.length)
})

// What memory does when its store fails, hangs, or is fed by someone who means ill.

import { metrics } from '@opentelemetry/api'
import t from 'tap'
import type { MemoryStore, RunMemory } from '../../collector/model/index.ts'
import { createMemory, type MemoryOptions } from '../../processors/memory/index.ts'
import { agentRun, failing, ran, wrote } from '../support/agent-runs.ts'
import { anOnset } from '../support/builders.ts'
import { silentLogger } from '../support/test-store.ts'

const tree = agentRun([wrote('src/a.js', 'x'), ran('node --test', 'not ok 1')], {
  checks: [failing('parses minutes', 'expected 60')]
})
const localization = {
  onsets: [anOnset({ stepIndex: 1, symptomStepIndex: 2 })],
  abstention: undefined,
  incorrectSteps: [],
  unusefulSteps: []
}

class Kept implements MemoryStore {
  readonly memories = new Map<string, RunMemory>()

  async remember(runId: string, memory: RunMemory | undefined): Promise<void> {
    if (memory === undefined) this.memories.delete(runId)
    else this.memories.set(runId, memory)
  }

  async countPatterns(agent: string, patternId: string) {
    const ids = [...this.memories.values()].flatMap(({ pattern }) =>
      pattern.agent === agent ? [pattern.patternId] : []
    )
    return { patterns: new Set(ids).size, known: ids.includes(patternId) }
  }

  async findSuccesses() {
    return []
  }

  async readSteps() {
    return []
  }
}

function aMemory(store: MemoryStore, more: Partial<MemoryOptions> = {}) {
  const meter = metrics.getMeter('test')
  return createMemory({ store, now: () => 0, meter, logger: silentLogger, ...more })
}

t.test('a store that fails keeps no analysis from going on', async (t) => {
  const store = new Kept()
  store.countPatterns = () => Promise.reject(new Error('no answer'))
  await aMemory(store).remember(tree, localization)
  t.equal(store.memories.size, 0)
})

t.test('a store that hangs is given up, and what comes late is not written', async (t) => {
  const store = new Kept()
  const { promise, resolve } = Promise.withResolvers<{ patterns: number; known: boolean }>()
  store.countPatterns = () => promise
  // Keeps the process alive: the time-out itself does not.
  const alive = setInterval(() => {}, 1_000)
  await aMemory(store, { timeoutMs: 10 }).remember(tree, localization)
  clearInterval(alive)
  resolve({ patterns: 0, known: false })
  await new Promise((done) => {
    setImmediate(done)
  })
  t.equal(store.memories.size, 0)
})

t.test('hostile names make no more patterns than an agent may have', async (t) => {
  const store = new Kept()
  const memory = aMemory(store, { patternsPerAgentMax: 3 })
  for (let at = 0; at < 20; at += 1) {
    const steps = tree.steps.map((step) => ({
      ...step,
      tool: `${'x'.repeat(at)}${'long'.repeat(999)}`
    }))
    const run = { ...tree.run, runId: `run-${at}` as typeof tree.run.runId }
    await memory.remember({ ...tree, run, steps }, localization)
  }
  const patterns = [...store.memories.values()].map(({ pattern }) => pattern)
  t.equal(patterns.length, 20, 'each run is counted')
  t.ok(new Set(patterns.map(({ patternId }) => patternId)).size <= 4, 'the bound and the other one')
  t.ok(patterns.every(({ tool, sign }) => tool.length <= 128 && sign.length <= 160))
  t.equal(patterns.at(-1)?.sign, 'other')
})

t.test('an onset that is withdrawn is forgotten', async (t) => {
  const store = new Kept()
  const memory = aMemory(store)
  await memory.remember(tree, localization)
  t.equal(store.memories.size, 1)
  await memory.remember(tree, { ...localization, onsets: [] })
  t.equal(store.memories.size, 0)
})

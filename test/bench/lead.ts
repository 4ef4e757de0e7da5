// What a sign of life costs: `npx node test/bench/lead.ts [--beats 300]`, of three processes in turn, on the embedded engine.

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { openStore } from '../../collector/store/index.ts'
import { LEAD_LIMITS } from '../../processors/lead/index.ts'
import { storeBasics } from '../support/test-store.ts'

const { values } = parseArgs({ options: { beats: { type: 'string', default: '300' } } })
const folder = mkdtempSync(join(tmpdir(), 'onset-lead-'))
const store = await openStore({ ...storeBasics(), dataDir: join(folder, 'data') })
const times: number[] = []
for (let at = 0; at < Number(values.beats); at += 1) {
  const startedAt = performance.now()
  await store.beat({ processId: `process-${at % 3}`, host: 'bench' }, LEAD_LIMITS.livesMs)
  times.push(performance.now() - startedAt)
}
times.sort((a, b) => a - b)
const quantile = (share: number): string =>
  (times[Math.floor(share * (times.length - 1))] ?? 0).toFixed(1)
console.log(`beat: p50 ${quantile(0.5)} ms, p95 ${quantile(0.95)} ms, most ${quantile(1)} ms`)
await store.close()
rmSync(folder, { recursive: true, force: true })

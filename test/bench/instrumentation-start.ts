// What the instrumentation adds to the start of a program: the same empty program with and without the flag,
// in turns, as it is published. Prints the medians of what was added, and between which figures half of the
// rounds lie.

import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { availableNodes, buildInstrumentation } from '../support/built-instrumentation.ts'

const ROUNDS = 21

const base = join(import.meta.dirname, '..', '..', '.tap', 'start')
mkdirSync(base, { recursive: true })
const folder = mkdtempSync(join(base, 'built-'))
// Ready is when the program itself runs: what the preload took is over by then.
writeFileSync(
  join(folder, 'ready.mjs'),
  `import { writeSync } from 'node:fs'
   const { user, system } = process.cpuUsage()
   writeSync(1, JSON.stringify({ wall: performance.now(), cpu: (user + system) / 1000 }))
   process.kill(process.pid, 'SIGKILL')`
)

interface Start {
  readonly wall: number
  readonly cpu: number
}

function start(node: string, flags: readonly string[]): Start {
  const env = { ...process.env, ONSET_SPOOL_DIR: join(folder, 'spool') }
  const { stdout } = spawnSync(node, [...flags, 'ready.mjs'], {
    cwd: folder,
    env,
    encoding: 'utf8'
  })
  return JSON.parse(stdout) as Start
}

function spread(values: readonly number[]): string {
  const sorted = values.toSorted((a, b) => a - b)
  const at = (share: number): string => (sorted[Math.floor(sorted.length * share)] ?? 0).toFixed(0)
  return `${at(0.5)} ms (${at(0.25)} to ${at(0.75)})`
}

try {
  buildInstrumentation(folder)
  for (const { path, version } of availableNodes()) {
    const plain: Start[] = []
    const registered: Start[] = []
    for (let round = 0; round < ROUNDS; round += 1) {
      plain.push(start(path, []))
      registered.push(start(path, ['--import', '@onset/instrumentation/register']))
    }
    // Round by round: what else the machine does at the time is in both.
    const added = (of: (start: Start) => number): string =>
      spread(registered.map((start, round) => of(start) - of(plain[round] ?? start)))
    process.stdout.write(
      `Node ${version}: ${added(({ wall }) => wall)} added to the start, ${added(({ cpu }) => cpu)} of CPU; ${ROUNDS} rounds\n`
    )
  }
} finally {
  rmSync(folder, { recursive: true, force: true })
}

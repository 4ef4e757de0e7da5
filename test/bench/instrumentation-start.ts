// What the instrumentation adds to the start of a program: the same empty program with and without the flag,
// in turns, as it is published. Prints the medians of wall clock and of CPU time.

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

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0
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
    const added = (of: (start: Start) => number): string =>
      `${(median(registered.map(of)) - median(plain.map(of))).toFixed(0)} ms`
    process.stdout.write(
      `Node ${version}: ${added(({ wall }) => wall)} added to the start, ${added(({ cpu }) => cpu)} of CPU (${ROUNDS} rounds, medians)\n`
    )
  }
} finally {
  rmSync(folder, { recursive: true, force: true })
}

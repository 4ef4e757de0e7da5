// What goes wrong, one at a time. Each leaves a collector that runs.

import { execFileSync } from 'node:child_process'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { CollectorProcess } from './collector-process.ts'
import type { Ledger } from './ledger.ts'
import type { Random } from './random.ts'
import type { SlowDisk } from './slow-disk.ts'

export const FAULTS = [
  'kill',
  'kill-in-commit',
  'restart',
  'freeze',
  'slow-disk',
  'full-disk',
  'clock'
] as const

export type Fault = (typeof FAULTS)[number]

export interface FaultSurroundings {
  readonly collector: CollectorProcess
  readonly ledger: Ledger
  readonly random: Random
  readonly slowDisk: SlowDisk | undefined
  /** A small file system that may be filled; undefined where none can be mounted. */
  readonly disk: string | undefined
}

const FREEZE_MS_MAX = 2_500
const SLOW_MS_MAX = 3_000
const FLUSH_MS_MAX = 120
const FULL_MS_MAX = 2_500
/** A span is refused when it is more than a day ahead of the collector. */
const CLOCK_HOURS_MAX = 11
const HOUR_MS = 3_600_000

/** A commit takes some milliseconds from when the request is out. */
const COMMIT_MS_MAX = 60
const COMMIT_WAIT_MS = 1_000

export const STRIKES: Readonly<Record<Fault, (given: FaultSurroundings) => Promise<void>>> = {
  kill: async ({ collector }) => {
    await collector.stop('SIGKILL')
    await collector.start()
  },
  'kill-in-commit': async ({ collector, ledger, random }) => {
    const deadline = performance.now() + COMMIT_WAIT_MS
    while (ledger.inFlight === 0 && performance.now() < deadline) await sleep(1)
    await sleep(random.between(0, COMMIT_MS_MAX))
    while (ledger.inFlight === 0 && performance.now() < deadline) await sleep(1)
    await collector.stop('SIGKILL')
    await collector.start()
  },
  restart: async ({ collector, ledger }) => {
    const code = await collector.stop('SIGTERM')
    if (code !== 0) ledger.note(`a stop on SIGTERM ended with ${code}`)
    await collector.start()
  },
  freeze: async ({ collector, random }) => {
    collector.signal('SIGSTOP')
    await sleep(random.between(100, FREEZE_MS_MAX))
    collector.signal('SIGCONT')
  },
  'slow-disk': async ({ random, slowDisk }) => {
    slowDisk?.delay(random.between(5, FLUSH_MS_MAX))
    await sleep(random.between(500, SLOW_MS_MAX))
    slowDisk?.delay(0)
  },
  'full-disk': async ({ random, disk }) => {
    if (disk === undefined) return
    const ballast = join(disk, 'ballast')
    try {
      execFileSync('dd', ['if=/dev/zero', `of=${ballast}`, 'bs=1M'], { stdio: 'ignore' })
    } catch {
      // dd fails when the disk is full: that is the point.
    }
    await sleep(random.between(500, FULL_MS_MAX))
    rmSync(ballast)
  },
  clock: async ({ collector, random }) => {
    collector.shiftClock(random.between(-CLOCK_HOURS_MAX, CLOCK_HOURS_MAX) * HOUR_MS)
  }
}

/** Those that can be had on this machine. */
export function possibleFaults({
  slowDisk,
  disk
}: Pick<FaultSurroundings, 'slowDisk' | 'disk'>): readonly Fault[] {
  return FAULTS.filter(
    (fault) =>
      (fault !== 'slow-disk' || slowDisk !== undefined) &&
      (fault !== 'full-disk' || disk !== undefined)
  )
}

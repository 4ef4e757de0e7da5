// A collector under load to which things happen, one after another, and what is left in the end.

import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { CollectorProcess } from './collector-process.ts'
import { count, findStaleRuns, type Counts } from './count.ts'
import { possibleFaults, STRIKES, type Fault } from './faults.ts'
import { Ledger, SIGNALS, type LedgerCounts } from './ledger.ts'
import { startLoad, type Load } from './load.ts'
import { createRandom, type Random } from './random.ts'
import { buildSlowDisk } from './slow-disk.ts'
import { watch, type Peaks, type Watch } from './watch.ts'

export interface SoakOptions {
  /** Ends after so many faults, or after `minutes`, whatever is first. */
  readonly rounds: number
  readonly minutes: number
  /** Chosen from; all that this machine allows when empty. */
  readonly faults: readonly Fault[]
  readonly seed: string
  readonly spansPerSecond: number
  /** Ends the rounds early. */
  readonly signal: AbortSignal
  readonly say: (line: string) => void
}

export interface SoakReport {
  readonly seconds: number
  /** How often each fault struck. */
  readonly struck: Readonly<Partial<Record<Fault, number>>>
  /** What this machine does not allow. */
  readonly leftOut: readonly Fault[]
  /** Kills with requests under way. */
  readonly killsInFlight: number
  readonly sent: LedgerCounts
  readonly found: Counts
  readonly staleRuns: readonly string[]
  readonly peaks: Peaks
  readonly problems: readonly string[]
  /** What the collector logged as an error, and how often. */
  readonly errors: Readonly<Record<string, number>>
}

/** Of the small file system, which holds the data folder when a disk is to be full. */
const DISK_SIZE = '3g'
const CALM_MS_MAX = 600
/** Between two faults, so that each finds a collector at work, however slow the machine is. */
const CALM_SPANS_MAX = 200
const CALM_WAIT_MS_MAX = 20_000
const DELIVERY_MS_MAX = 90_000
/** Without a single run more: a sweep comes every 30 s, what it finds settles and is analysed. */
const STANDSTILL_MS_MAX = 120_000
const ANALYSIS_LOOK_MS = 3_000
/** Of all of them: a process that is killed again and again leaves a long queue to the last one. */
const ANALYSIS_MS_MAX = 900_000

export async function runSoak(options: SoakOptions): Promise<SoakReport> {
  const folder = mkdtempSync(join(tmpdir(), 'onset-soak-'))
  const isWanted = (fault: Fault): boolean =>
    options.faults.length === 0 || options.faults.includes(fault)
  const disk = isWanted('full-disk') ? mountDisk(join(folder, 'disk')) : undefined
  const slowDisk = isWanted('slow-disk') ? buildSlowDisk(folder) : undefined
  const dataDir = join(disk ?? folder, 'data')
  const collector = new CollectorProcess({ dataDir, folder, slowDisk })
  try {
    const possible = possibleFaults({ slowDisk, disk })
    const leftOut = options.faults.filter((fault) => !possible.includes(fault))
    const faults = possible.filter(isWanted)
    return await new Soak(options, { collector, slowDisk, disk, faults, leftOut }).run()
  } finally {
    await collector.end()
    if (disk !== undefined) execFileSync('umount', ['-l', disk])
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Undefined where mounting is not permitted. */
function mountDisk(path: string): string | undefined {
  mkdirSync(path)
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${DISK_SIZE}`, 'tmpfs', path], {
      stdio: 'ignore'
    })
    return path
  } catch {
    return undefined
  }
}

interface Stage {
  readonly collector: CollectorProcess
  readonly slowDisk: ReturnType<typeof buildSlowDisk>
  readonly disk: string | undefined
  readonly faults: readonly Fault[]
  readonly leftOut: readonly Fault[]
}

class Soak {
  readonly #options: SoakOptions
  readonly #stage: Stage
  readonly #ledger = new Ledger()
  readonly #random: Random
  readonly #struck: Partial<Record<Fault, number>> = {}
  #killsInFlight = 0

  constructor(options: SoakOptions, stage: Stage) {
    this.#options = options
    this.#stage = stage
    this.#random = createRandom(options.seed)
  }

  async run(): Promise<SoakReport> {
    const { collector, leftOut } = this.#stage
    const startedAt = performance.now()
    await collector.start()
    const url = (): string | undefined => collector.url
    const watching = watch(url)
    const load = startLoad({
      ledger: this.#ledger,
      random: createRandom(`${this.#options.seed}-load`),
      url,
      spansPerSecond: this.#options.spansPerSecond,
      now: Date.now
    })
    await this.#strikeAll(startedAt, watching)
    const seconds = (performance.now() - startedAt) / 1_000
    await this.#settle(load)
    await watching.stop()
    const found = await count(collector.sqlUrl, this.#ledger)
    const staleRuns = await findStaleRuns(collector.sqlUrl, this.#ledger)
    await collector.stop('SIGTERM')
    return {
      seconds,
      struck: this.#struck,
      leftOut,
      killsInFlight: this.#killsInFlight,
      sent: this.#ledger.counts(),
      found,
      staleRuns,
      peaks: watching.peaks,
      problems: this.#ledger.problems,
      errors: Object.fromEntries(collector.errors)
    }
  }

  async #strikeAll(startedAt: number, watching: Watch): Promise<void> {
    const { rounds, minutes, signal, say } = this.#options
    const { collector, slowDisk, disk, faults } = this.#stage
    const endsAt = startedAt + minutes * 60_000
    for (let round = 1; round <= rounds; round += 1) {
      if (signal.aborted || performance.now() > endsAt) return
      const fault = this.#random.pick(faults)
      await this.#calm()
      if (fault.startsWith('kill') && this.#ledger.inFlight > 0) this.#killsInFlight += 1
      const given = { collector, slowDisk, disk, ledger: this.#ledger, random: this.#random }
      await STRIKES[fault](given)
      if (fault === 'freeze') watching.skipDelay()
      this.#struck[fault] = (this.#struck[fault] ?? 0) + 1
      const { acknowledged } = this.#ledger.counts()
      say(`${round} ${fault}: ${acknowledged.spans} spans acknowledged`)
    }
  }

  async #calm(): Promise<void> {
    const before = this.#ledger.ids('spans').size
    const wanted = before + this.#random.between(1, CALM_SPANS_MAX)
    const deadline = performance.now() + CALM_WAIT_MS_MAX
    while (this.#ledger.ids('spans').size < wanted && performance.now() < deadline) await sleep(5)
    await sleep(this.#random.between(0, CALM_MS_MAX))
  }

  /** Delivers what is left, starts once more, and waits until everything is analysed that will be. */
  async #settle(load: Load): Promise<void> {
    const { collector } = this.#stage
    await load.finish(DELIVERY_MS_MAX)
    await collector.stop('SIGTERM')
    await collector.start()
    const endsAt = performance.now() + ANALYSIS_MS_MAX
    let fewest = Infinity
    let deadline = 0
    for (;;) {
      const { length } = await findStaleRuns(collector.sqlUrl, this.#ledger)
      if (length < fewest) {
        fewest = length
        deadline = Math.min(endsAt, performance.now() + STANDSTILL_MS_MAX)
      }
      if (length === 0 || performance.now() > deadline) return
      await sleep(ANALYSIS_LOOK_MS)
    }
  }
}

/** What must not be, in words; nothing when all is well. */
export function findFailures({ found, staleRuns, problems }: SoakReport): readonly string[] {
  const failures = SIGNALS.flatMap((signal) => {
    const { lost, doubled, examples } = found[signal]
    return [
      ...(lost > 0 ? [`${lost} ${signal} were acknowledged and are lost: ${examples.join()}`] : []),
      ...(doubled > 0 ? [`${doubled} ${signal} are there twice: ${examples.join()}`] : [])
    ]
  })
  if (found.rawLost > 0) failures.push(`${found.rawLost} raw spans are lost`)
  if (staleRuns.length > 0) {
    failures.push(
      `${staleRuns.length} runs are not analysed as sent: ${staleRuns.slice(0, 3).join()}`
    )
  }
  return [...failures, ...problems]
}

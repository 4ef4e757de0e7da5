// The collector under test: a child process with the embedded engine and processors, as `npm start` runs it,
// with handles for what is done to it.

import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { startOnset, type OnsetProcess } from '../support/onset-process.ts'
import type { SlowDisk } from './slow-disk.ts'

const CLOCK = fileURLToPath(new URL('shifted-clock.ts', import.meta.url))

export interface CollectorProcessOptions {
  readonly dataDir: string
  /** For the files through which it is told things. */
  readonly folder: string
  readonly slowDisk: SlowDisk | undefined
}

export class CollectorProcess {
  readonly #options: CollectorProcessOptions
  readonly #clockFile: string
  #onset: OnsetProcess | undefined
  #stopLast: () => unknown = () => undefined
  /** Defects and what else it printed at level error, each line once. */
  readonly errors = new Map<string, number>()

  constructor(options: CollectorProcessOptions) {
    this.#options = options
    this.#clockFile = join(options.folder, 'clock')
  }

  get url(): string | undefined {
    return this.#onset?.url
  }

  get pid(): number {
    if (this.#onset === undefined) throw new Error('no collector runs')
    return this.#onset.pid
  }

  /** Of the read-only ClickHouse interface. */
  get sqlUrl(): string {
    const url = /ClickHouse {2}(http:\/\/\S+)/.exec(this.#onset?.output() ?? '')?.[1]
    if (url === undefined) throw new Error('no ClickHouse interface was announced')
    return url
  }

  async start(): Promise<void> {
    const { dataDir, slowDisk } = this.#options
    const teardown = (stop: () => unknown): void => {
      this.#stopLast = stop
    }
    this.#onset = await startOnset(
      { teardown },
      {
        dataDir,
        env: {
          ...slowDisk?.env,
          NODE_OPTIONS: `--import=${CLOCK}`,
          SOAK_CLOCK_FILE: this.#clockFile,
          ONSET_CLICKHOUSE_HTTP_PORT: '0',
          ONSET_COMPLETION_SETTLE_MS: '200',
          ONSET_LOG_LEVEL: 'warn'
        }
      }
    )
  }

  /** Its exit code; null when it was killed. */
  async stop(signal: NodeJS.Signals): Promise<number | null> {
    const onset = this.#onset
    if (onset === undefined) return 0
    this.#onset = undefined
    const { code } = await onset.stop(signal)
    this.#readErrors(onset.output())
    return code
  }

  /** Whatever state it is in. */
  async end(): Promise<void> {
    this.#onset = undefined
    await this.#stopLast()
  }

  signal(signal: NodeJS.Signals): void {
    process.kill(this.pid, signal)
  }

  /** Sets its clock off by so much, at once and in all processes after it. */
  shiftClock(ms: number): void {
    writeFileSync(this.#clockFile, String(ms))
    this.signal('SIGUSR2')
  }

  #readErrors(output: string): void {
    for (const [, message = ''] of output.matchAll(/"level":50,.*"msg":"([^"]+)"/g)) {
      this.errors.set(message, (this.errors.get(message) ?? 0) + 1)
    }
  }
}

// Leader election through the store: of the live processes the one that was first heard of leads. A leader that
// cannot renew its sign of life gives up by itself before the others count it as gone, and comes back as a new
// candidate behind them, so that nobody ever takes the lead from a process that has it. Argument: docs/adr/0007.

import type { LeadCandidate, LeadStore } from '@onset/collector/model'
import type { Meter } from '@opentelemetry/api'
import type { Logger } from 'pino'

import type { LeadLimits } from './limits.ts'
import { LEAD_LIMITS } from './limits.ts'

export interface LeadOptions {
  readonly store: LeadStore
  /** Where this process runs, for people. */
  readonly host: string
  /** A new id each time. */
  readonly makeId: () => string
  /** Milliseconds of a clock that nobody sets. */
  readonly monotonic: () => number
  readonly setTimer: (callback: () => void, delayMs: number) => () => void
  /** Called when the lead is had; what it resolves to ends that. */
  readonly begin: () => Promise<() => Promise<void>>
  readonly logger: Logger
  readonly meter: Meter
  readonly limits?: Partial<LeadLimits>
}

export interface Lead {
  /** True while no other process can lead. To be asked right before anything that must not be done twice. */
  holds(): boolean
  /** Ends what was begun and tells the others. Idempotent. */
  close(): Promise<void>
}

export function createLead(options: LeadOptions): Lead {
  return new StoreLead(options)
}

class StoreLead implements Lead {
  readonly #options: LeadOptions
  readonly #limits: LeadLimits
  #self: LeadCandidate
  #looks = 0
  /** Until when the others count this candidate for certain. */
  #countedUntil = Infinity
  #end: (() => Promise<void>) | undefined
  #cancelBeat: (() => void) | undefined
  #cancelExpiry: (() => void) | undefined
  #rival: string | undefined
  /** Beginnings and ends one after another. */
  #work: Promise<void> = Promise.resolve()
  #beating: Promise<void> | undefined
  #closing: Promise<void> | undefined

  constructor(options: LeadOptions) {
    this.#options = options
    this.#limits = { ...LEAD_LIMITS, ...options.limits }
    this.#self = this.#newSelf()
    options.meter
      .createObservableGauge('onset_processors_leading', {
        description: '1 while this process analyses the store, 0 while another one does.'
      })
      .addCallback((result) => result.observe(this.#end === undefined ? 0 : 1))
    this.#startBeat()
  }

  holds(): boolean {
    return this.#end !== undefined && this.#options.monotonic() < this.#countedUntil
  }

  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async #close(): Promise<void> {
    this.#cancelBeat?.()
    await this.#beating
    this.#cancelExpiry?.()
    this.#giveUp()
    await this.#work
    const { store, logger } = this.#options
    await store.leave(this.#self).catch((error: unknown) => {
      logger.warn(
        { err: error },
        'the other processes find out by themselves that this one is gone'
      )
    })
  }

  #newSelf(): LeadCandidate {
    return { processId: this.#options.makeId(), host: this.#options.host }
  }

  #startBeat(): void {
    this.#beating = this.#beat().finally(() => {
      if (this.#closing !== undefined) return
      this.#cancelBeat = this.#options.setTimer(() => this.#startBeat(), this.#limits.beatMs)
    })
  }

  async #beat(): Promise<void> {
    const { store, monotonic, logger } = this.#options
    const startedAt = monotonic()
    // Timers come late after a pause: this may be asked before #expire.
    if (startedAt >= this.#countedUntil) this.#expire()
    const self = this.#self
    let first: LeadCandidate | undefined
    try {
      first = await store.beat(self, this.#limits.livesMs)
    } catch (error) {
      logger.warn({ err: error }, 'the store does not say who analyses it')
      return
    }
    if (self !== this.#self || this.#closing !== undefined) return
    const isFirst = first?.processId === self.processId
    const isQuick = monotonic() - startedAt < this.#limits.beatMs
    this.#looks = isFirst && isQuick ? this.#looks + 1 : 0
    this.#renew(startedAt + this.#limits.holdMs)
    if (!isFirst) this.#follow(first)
    if (this.#looks >= this.#limits.looksMin) this.#take()
  }

  /** From when the beat began: the store noted it later. */
  #renew(countedUntil: number): void {
    this.#countedUntil = countedUntil
    this.#cancelExpiry?.()
    const delayMs = Math.max(0, countedUntil - this.#options.monotonic())
    this.#cancelExpiry = this.#options.setTimer(() => this.#expire(), delayMs)
  }

  /** The others may count this candidate as gone, and one that came later as first: it must not come back as who it was. */
  #expire(): void {
    if (this.#end !== undefined) {
      this.#options.logger.error(
        'the store could not be told that this process lives: it stops to analyse, another one may begin'
      )
      this.#giveUp()
    }
    this.#becomeNew()
  }

  #follow(first: LeadCandidate | undefined): void {
    if (this.#end !== undefined) this.#giveUp()
    if (first === undefined || first.processId === this.#rival) return
    this.#rival = first.processId
    const { host, processId } = first
    this.#options.logger.warn(
      { host, processId },
      'another process analyses this store; this one stands by until that one is gone'
    )
  }

  #take(): void {
    if (this.#end !== undefined) return
    const { begin, logger } = this.#options
    let stop: (() => Promise<void>) | undefined
    this.#rival = undefined
    this.#end = async () => stop?.()
    this.#enqueue(async () => {
      logger.info({ processId: this.#self.processId }, 'this process analyses the store')
      stop = await begin()
    })
  }

  #giveUp(): void {
    const end = this.#end
    this.#end = undefined
    this.#looks = 0
    if (end === undefined) return
    this.#enqueue(end)
    if (this.#closing !== undefined) return
    const { store } = this.#options
    const former = this.#self
    this.#becomeNew()
    // Not before everything has ended. When the store cannot be told, the others wait for as long as it takes.
    this.#enqueue(() => store.leave(former).catch(() => undefined))
  }

  #becomeNew(): void {
    this.#looks = 0
    this.#countedUntil = Infinity
    this.#cancelExpiry?.()
    this.#self = this.#newSelf()
  }

  #enqueue(work: () => Promise<void>): void {
    this.#work = this.#work.then(work).catch((error: unknown) => {
      this.#options.logger.error({ err: error }, 'beginning or ending to analyse the store failed')
      this.#giveUp()
    })
  }
}

// A queue in front of the connections of one lane. We queue here and never in the engine: what waits in
// the embedded engine holds a thread that Node's file system and DNS need too, and what waits on a server
// cannot be refused any more.

import { CollectorError } from '../../model/index.ts'

const RETRY_AFTER_SECONDS = 1

export class Lane<Connection> {
  readonly #name: string
  readonly #waitingMax: number
  readonly #idle: Connection[]
  readonly #waiting: ((connection: Connection) => void)[] = []

  constructor(name: string, connections: readonly Connection[], waitingMax: number) {
    this.#name = name
    this.#waitingMax = waitingMax
    this.#idle = [...connections]
  }

  /** Runs `work` on a free connection, in the order of the calls. */
  async use<T>(work: (connection: Connection) => Promise<T>): Promise<T> {
    const connection = await this.#take()
    try {
      return await work(connection)
    } finally {
      this.#release(connection)
    }
  }

  #take(): Promise<Connection> {
    const connection = this.#idle.pop()
    if (connection !== undefined) return Promise.resolve(connection)
    if (this.#waiting.length >= this.#waitingMax) {
      return Promise.reject(
        new CollectorError(
          'STORE_BUSY',
          `${this.#waiting.length} statements wait for the store (lane ${this.#name}); at most ${this.#waitingMax} may`,
          { retryable: true, retryAfterSeconds: RETRY_AFTER_SECONDS }
        )
      )
    }
    return new Promise((resolve) => this.#waiting.push(resolve))
  }

  #release(connection: Connection): void {
    const next = this.#waiting.shift()
    if (next === undefined) this.#idle.push(connection)
    else next(connection)
  }
}

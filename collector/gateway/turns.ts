// How many statements may be in the engine at one time, and how many may wait for that. A dashboard asks
// twenty things at once; ingest must still get its share of the machine.

import { refusal } from './sql/refusal.ts'

export interface TurnLimits {
  readonly runningMax: number
  readonly waitingMax: number
  readonly waitMsMax: number
}

interface Waiting {
  readonly start: () => void
}

export class Turns {
  readonly #limits: TurnLimits
  readonly #waiting = new Set<Waiting>()
  #running = 0

  constructor(limits: TurnLimits) {
    this.#limits = limits
  }

  /** @throws QueryError TOO_MANY_SIMULTANEOUS_QUERIES, QUERY_WAS_CANCELLED */
  async take<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    // A signal that has fired says so to nobody who listens afterwards.
    if (signal.aborted) throw cancelled()
    if (this.#running >= this.#limits.runningMax) await this.#wait(signal)
    else this.#running += 1
    try {
      return await work()
    } finally {
      this.#passOn()
    }
  }

  #wait(signal: AbortSignal): Promise<void> {
    const { waitingMax, waitMsMax } = this.#limits
    if (this.#waiting.size >= waitingMax) return Promise.reject(this.#tooMany())
    return new Promise((resolve, reject) => {
      const leave = (): void => {
        clearTimeout(timer)
        signal.removeEventListener('abort', onAbort)
        this.#waiting.delete(entry)
      }
      const entry: Waiting = {
        start: () => {
          leave()
          resolve()
        }
      }
      const onAbort = (): void => {
        leave()
        reject(cancelled())
      }
      const timer = setTimeout(() => {
        leave()
        reject(this.#tooMany())
      }, waitMsMax)
      signal.addEventListener('abort', onAbort, { once: true })
      this.#waiting.add(entry)
    })
  }

  /** The place goes to whoever waits longest, or becomes free. */
  #passOn(): void {
    const [next] = this.#waiting
    if (next === undefined) this.#running -= 1
    else next.start()
  }

  #tooMany(): Error {
    const { runningMax, waitingMax } = this.#limits
    return refusal(
      'TOO_MANY_SIMULTANEOUS_QUERIES',
      `Too many simultaneous queries. Maximum: ${runningMax} running, ${waitingMax} waiting`
    )
  }
}

function cancelled(): Error {
  return refusal('QUERY_WAS_CANCELLED', 'Query was cancelled')
}

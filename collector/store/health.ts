// Whether the engine answers, over a connection that nothing else uses. Many askers share one question.

import { setTimeout as sleep } from 'node:timers/promises'

import type { StoreHealth } from '../model/index.ts'
import type { Engine } from './engine/engine.ts'
import { messageOf } from './engine/engine-errors.ts'

/** Answer to a health check at the latest: orchestrators give a probe a few seconds. */
export const HEALTH_TIMEOUT_MS = 2_000

export class Health {
  readonly #engine: Engine
  #asking: Promise<StoreHealth> | undefined

  constructor(engine: Engine) {
    this.#engine = engine
  }

  check(): Promise<StoreHealth> {
    const asking = this.#asking ?? this.#ask()
    this.#asking = asking
    const patience = new AbortController()
    return Promise.race([asking, tooLate(patience.signal)]).finally(() => patience.abort())
  }

  async #ask(): Promise<StoreHealth> {
    try {
      await this.#engine.read('health', 'SELECT 1 AS one')
      return { ready: true, reason: undefined }
    } catch (error) {
      return { ready: false, reason: messageOf(error) }
    } finally {
      this.#asking = undefined
    }
  }
}

async function tooLate(signal: AbortSignal): Promise<StoreHealth> {
  await sleep(HEALTH_TIMEOUT_MS, undefined, { signal }).catch(() => undefined)
  return { ready: false, reason: `The store did not answer within ${HEALTH_TIMEOUT_MS} ms` }
}

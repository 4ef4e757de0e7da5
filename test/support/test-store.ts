// A real store in a temporary folder, gone after the test. The embedded engine has one folder per process,
// so a test file opens one and shares it, or opens the same folder again.

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { metrics } from '@opentelemetry/api'
import { pino } from 'pino'
import type { Store } from '../../collector/model/index.ts'
import type { StoreOptions } from '../../collector/store/index.ts'
import { openStore } from '../../collector/store/index.ts'

export const silentLogger = pino({ level: 'silent' })

/** A folder that does not exist yet, inside one that is removed with the test. */
export function aDataDir(t: { teardown(gone: () => void): void }): string {
  const parent = mkdtempSync(join(tmpdir(), 'onset-store-'))
  t.teardown(() => rmSync(parent, { recursive: true, force: true }))
  return join(parent, 'data')
}

/** What every store needs and no test asks about. */
export function storeBasics(): {
  meter: StoreOptions['meter']
  logger: StoreOptions['logger']
  now: () => number
} {
  return { meter: metrics.getMeter('test'), logger: silentLogger, now: () => Date.now() }
}

/** Opens a store in a new folder; closed before the folder goes. */
export async function openTestStore(
  t: { teardown(gone: () => unknown): void },
  options: Partial<Omit<StoreOptions, 'url'>> & { readonly dataDir?: string } = {}
): Promise<Store> {
  const dataDir = options.dataDir ?? aDataDir(t)
  const store = await openStore({ ...storeBasics(), ...options, dataDir })
  // tap runs teardowns last in, first out: the folder outlives the store.
  t.teardown(() => store.close())
  return store
}

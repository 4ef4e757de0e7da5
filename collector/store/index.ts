// The door of the store: ClickHouse, embedded in this process or a server, behind the contracts of
// model/store.ts. The only room that knows SQL, tables and the engine; it decides nothing about runs.

export { restoreBackup, type Restored, type RestoreOptions } from './backup/restore-backup.ts'
export { HEALTH_TIMEOUT_MS } from './health.ts'
export { openStore } from './open-store.ts'
export type { EmbeddedLocation, ServerLocation, StoreOptions } from './store-options.ts'
export {
  DATABASE_DEFAULT,
  OPEN_TIMEOUT_MS_DEFAULT,
  QUEUE_BOUNDS_DEFAULT,
  TTL_DAYS_DEFAULT
} from './store-options.ts'

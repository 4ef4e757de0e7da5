// Keys and audit trail as the store offers them.

import type { AuditStore, KeyStore } from '../../model/index.ts'
import type { Engine } from '../engine/engine.ts'
import type { StoreMetrics } from '../store-metrics.ts'
import { AuditTrail } from './audit-trail.ts'
import { KeyShelf } from './key-shelf.ts'

export interface AccessTablesOptions {
  readonly engine: Engine
  readonly metrics: StoreMetrics
}

export function createAccessTables(options: AccessTablesOptions): KeyStore & AuditStore {
  const keys = new KeyShelf(options)
  const audit = new AuditTrail(options)
  return {
    saveKey: (key) => keys.saveKey(key),
    saveKeyUses: (uses) => keys.saveKeyUses(uses),
    readKeys: (at) => keys.readKeys(at),
    saveAuditEvent: (event) => audit.saveAuditEvent(event),
    listAuditEvents: (filter) => audit.listAuditEvents(filter)
  }
}

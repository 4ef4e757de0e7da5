// The tables of alerts and of the processes that could tell them, as methods of a store.

import type {
  AlertDelivery,
  AlertFilter,
  AlertReader,
  AlertStore,
  FiringAlertFilter,
  LeadCandidate,
  LeadStore,
  RunId,
  UnixNano
} from '../model/index.ts'
import { AlertOutbox } from './alert-outbox.ts'
import type { Engine } from './engine/engine.ts'
import { LeadTable } from './lead-table.ts'
import type { StoreMetrics } from './store-metrics.ts'

export interface OutboxTablesOptions {
  readonly engine: Engine
  readonly metrics: StoreMetrics
}

type OutboxTables = Omit<AlertStore, 'readFeedback'> & AlertReader & LeadStore

export function createOutboxTables({ engine, metrics }: OutboxTablesOptions): OutboxTables {
  const alerts = new AlertOutbox({ engine, metrics })
  const lead = new LeadTable(engine)
  return {
    saveAlerts: (deliveries: readonly AlertDelivery[]) => alerts.saveAlerts(deliveries),
    readRunAlerts: (runId: RunId | '') => alerts.readRunAlerts(runId),
    findUnsentAlerts: (limit: number) => alerts.findUnsentAlerts(limit),
    findFiringAlerts: (filter: FiringAlertFilter) => alerts.findFiringAlerts(filter),
    findAlertsSince: (since: UnixNano, limit: number) => alerts.findAlertsSince(since, limit),
    findCorrectedRuns: (since: UnixNano, limit: number) => alerts.findCorrectedRuns(since, limit),
    listAlerts: async (filter: AlertFilter) => alerts.listAlerts(filter),
    findAlert: (deliveryId: string) => alerts.findAlert(deliveryId),
    beat: (candidate: LeadCandidate, livesForMs: number) => lead.beat(candidate, livesForMs),
    leave: (candidate: LeadCandidate) => lead.leave(candidate)
  }
}

// What the interface takes at most. The machine belongs to ingest first.

import type { QueryLimits } from './sql/settings.ts'
import type { TurnLimits } from './turns.ts'

export interface GatewayLimits extends QueryLimits, TurnLimits {
  /** Of a request, compressed and decompressed. */
  readonly bodyBytesMax: number
}

export const GATEWAY_LIMITS_DEFAULT: GatewayLimits = {
  // Grafana asks for 65 by default and gives up after 60.
  secondsMax: 65,
  // Four at once stay below the 3 GiB that the engine may take.
  memoryBytesMax: 536_870_912,
  // Held twice while it is sent; a dashboard's panel is far below 1 MiB.
  resultBytesMax: 134_217_728,
  resultRowsMax: 1_000_000,
  threadsMax: 2,
  runningMax: 4,
  // Two dashboards of twenty panels.
  waitingMax: 40,
  waitMsMax: 30_000,
  // Statements are text that people and tools write; a list of 10,000 trace ids is 350 KB.
  bodyBytesMax: 1_048_576
}

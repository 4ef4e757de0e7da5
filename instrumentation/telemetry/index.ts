// The door of the room that brings spans out of the process, however it ends.

export { startTelemetry } from './start-telemetry.ts'
export { prepareGlobals, shareApi } from './api-globals.ts'
export { joinProvider, type Joined } from './joined-provider.ts'
export { createRedaction, type Redaction } from './redaction.ts'
export type {
  CaptureMode,
  Destination,
  Ending,
  ObservedSpan,
  SpanLimits,
  SpanObserver,
  Telemetry,
  TelemetryOptions
} from './options.ts'

// The door of the room that starts agents: sets up their telemetry, passes everything through, and says at the
// end what became of the run. It edits no file of the user's.

export { launch, type LaunchEnd } from './launch.ts'
export type {
  AgentEnd,
  LaunchIo,
  LaunchRequest,
  LaunchServices,
  LaunchTelemetry,
  TelemetryRequest
} from './options.ts'

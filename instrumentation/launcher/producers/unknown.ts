// Any other command: OpenTelemetry's standard variables, which an SDK in it reads.

import { ALL_SIGNALS, exporterVariables, type Producer } from '../producer.ts'

export const unknown: Producer = {
  name: 'an unknown command',
  documentation: 'https://opentelemetry.io/docs/languages/sdk-configuration/',
  versionRead: '1.50',
  commands: [],
  services: [],
  setUp: ({ endpoint, agent }) => ({
    variables: { ...exporterVariables(endpoint), ...ALL_SIGNALS, OTEL_SERVICE_NAME: agent }
  })
}

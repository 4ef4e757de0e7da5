// OpenHands: its SDK sends traces through Laminar as soon as an endpoint for them is set.

import { exporterVariables, type Producer } from '../producer.ts'

export const openHands: Producer = {
  name: 'OpenHands',
  documentation: 'https://docs.openhands.dev/sdk/guides/observability',
  versionRead: '05296ee',
  commands: ['openhands'],
  packages: [],
  services: ['openhands'],
  setUp: ({ endpoint, agent }) => ({
    variables: {
      ...exporterVariables(endpoint),
      OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${endpoint}/v1/traces`,
      OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: 'http/protobuf',
      OTEL_SERVICE_NAME: agent
    }
  })
}

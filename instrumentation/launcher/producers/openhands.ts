// OpenHands: its SDK sends traces through Laminar as soon as an endpoint for them is set; with a key of Laminar's
// in the environment, to Laminar alone.

import { exporterVariables, type Producer } from '../producer.ts'

const GOES_TO_LAMINAR =
  'LMNR_PROJECT_API_KEY is set: openhands sends its traces to Laminar; unset it to send them here'

export const openHands: Producer = {
  name: 'OpenHands',
  documentation: 'https://docs.openhands.dev/sdk/guides/observability',
  versionRead: '05296ee',
  commands: ['openhands'],
  packages: [],
  services: ['openhands'],
  setUp: ({ endpoint, agent, env }) => ({
    variables: {
      ...exporterVariables(endpoint),
      OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${endpoint}/v1/traces`,
      OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: 'http/protobuf',
      OTEL_SERVICE_NAME: agent
    },
    ...((env['LMNR_PROJECT_API_KEY'] ?? '') === '' ? {} : { advice: GOES_TO_LAMINAR })
  })
}

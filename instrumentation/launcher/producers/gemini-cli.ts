// Gemini CLI: logs, metrics, and traces with contents where it is allowed to send them.

import { exporterVariables, type Producer } from '../producer.ts'

export const geminiCli: Producer = {
  name: 'Gemini CLI',
  documentation: 'https://github.com/google-gemini/gemini-cli/blob/main/docs/cli/telemetry.md',
  versionRead: '5411f11',
  commands: ['gemini'],
  packages: ['@google/gemini-cli'],
  services: ['gemini-cli'],
  setUp: ({ endpoint, hasContent }) => ({
    variables: {
      ...exporterVariables(endpoint),
      GEMINI_TELEMETRY_ENABLED: 'true',
      GEMINI_TELEMETRY_TARGET: 'local',
      GEMINI_TELEMETRY_OTLP_ENDPOINT: endpoint,
      GEMINI_TELEMETRY_OTLP_PROTOCOL: 'http',
      GEMINI_TELEMETRY_TRACES_ENABLED: String(hasContent),
      GEMINI_TELEMETRY_LOG_PROMPTS: String(hasContent)
    }
  })
}

// GitHub Copilot CLI: spans by the GenAI conventions. It sends nothing over http, not even to its own machine,
// and says so only in its log: https://github.com/github/copilot-cli/issues/4567

import { exporterVariables, type Producer } from '../producer.ts'

const NEEDS_TLS =
  'copilot sends telemetry over https only: just its start and end are recorded; use an https ONSET_URL to record the rest'

export const copilotCli: Producer = {
  name: 'Copilot CLI',
  documentation:
    'https://docs.github.com/en/copilot/reference/enterprise-administrators/opentelemetry-reference',
  versionRead: 'documentation of 2026-08, 1.0.83; not run',
  commands: ['copilot'],
  packages: ['@github/copilot'],
  services: ['github-copilot'],
  setUp: ({ endpoint, hasContent }) => ({
    variables: {
      ...exporterVariables(endpoint),
      COPILOT_OTEL_ENABLED: 'true',
      OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT: String(hasContent)
    },
    ...(endpoint.startsWith('https:') ? {} : { advice: NEEDS_TLS })
  })
}

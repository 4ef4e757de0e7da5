// GitHub Copilot CLI: spans by the GenAI conventions.

import { exporterVariables, type Producer } from '../producer.ts'

export const copilotCli: Producer = {
  name: 'Copilot CLI',
  documentation:
    'https://github.com/microsoft/vscode-copilot-chat/blob/main/docs/monitoring/agent_monitoring.md',
  versionRead: 'documentation of 2026-03; not run',
  commands: ['copilot'],
  packages: ['@github/copilot'],
  services: ['github-copilot', 'copilot-chat'],
  setUp: ({ endpoint, hasContent }) => ({
    variables: {
      ...exporterVariables(endpoint),
      COPILOT_OTEL_ENABLED: 'true',
      COPILOT_OTEL_CAPTURE_CONTENT: String(hasContent),
      OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT: String(hasContent)
    }
  })
}

// Claude Code: logs and metrics, and traces while they are beta. Its spans join the launch's trace.

import { ALL_SIGNALS, exporterVariables, type Producer } from '../producer.ts'

export const claudeCode: Producer = {
  name: 'Claude Code',
  documentation: 'https://code.claude.com/docs/en/monitoring-usage',
  versionRead: '2.1.330',
  commands: ['claude'],
  packages: ['@anthropic-ai/claude-code'],
  services: ['claude-code'],
  setUp: ({ endpoint, hasContent }) => ({
    variables: {
      ...exporterVariables(endpoint),
      ...ALL_SIGNALS,
      CLAUDE_CODE_ENABLE_TELEMETRY: '1',
      CLAUDE_CODE_ENHANCED_TELEMETRY_BETA: '1',
      ...(hasContent
        ? {
            OTEL_LOG_USER_PROMPTS: '1',
            OTEL_LOG_ASSISTANT_RESPONSES: '1',
            OTEL_LOG_TOOL_DETAILS: '1',
            OTEL_LOG_TOOL_CONTENT: '1'
          }
        : {})
    }
  })
}

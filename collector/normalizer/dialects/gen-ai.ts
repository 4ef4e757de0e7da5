// The OpenTelemetry GenAI conventions, all eras of them, and the MCP conventions that belong to them, as
// they are: what producers add of their own is in their dialects.
// https://github.com/open-telemetry/semantic-conventions-genai/tree/main/docs/gen-ai

import { defineDialect } from '../define-dialect.ts'
import { operationOf } from '../gen-ai/operations.ts'
import { readGenAi } from '../gen-ai/read-gen-ai.ts'

export const genAi = defineDialect({
  name: 'gen_ai',
  version: 1,
  recognizedBy: 'attribute gen_ai.operation.name, or gen_ai.* and mcp.* that imply it',
  recognizes: (span) => operationOf(span) !== undefined,
  read: (span) => readGenAi(span, operationOf(span) ?? '')
})

// Mastra's OpenTelemetry exporter: the GenAI conventions for model calls and tools, and for the other types
// of its spans input and output under `mastra.<type>.`.
// https://github.com/mastra-ai/mastra/blob/main/observability/otel-exporter/src/gen-ai-semantics.ts

import type { DecodedSpan } from '../../model/index.ts'
import { defineDialect } from '../define-dialect.ts'
import type { StepFacts } from '../dialect.ts'
import type { GenAiNames } from '../gen-ai/names.ts'
import { withOwnNames } from '../gen-ai/names.ts'
import { operationOf } from '../gen-ai/operations.ts'
import { readGenAi } from '../gen-ai/read-gen-ai.ts'
import { toLine } from '../tool-action.ts'
import { firstText } from '../values.ts'

export const mastra = defineDialect({
  name: 'mastra',
  version: 1,
  recognizedBy: 'attribute mastra.span.type',
  recognizes: ({ attributes }) => attributes['mastra.span.type'] !== undefined,
  read
})

/** Types of spans that are no operation of the conventions. */
const OPERATIONS: ReadonlyMap<string, string> = new Map([
  ['workflow_step', 'workflow'],
  ['workflow_conditional', 'workflow'],
  ['workflow_parallel', 'workflow'],
  ['workflow_loop', 'workflow'],
  ['provider_tool_call', 'execute_tool'],
  // Between a generation and the call inside of it: unknown, so that both are seen as one call.
  ['model_step', ''],
  ['model_chunk', '']
])

const NAMES = withOwnNames(
  {},
  {
    cacheRead: ['gen_ai.usage.cached_input_tokens'],
    cacheWrite: ['gen_ai.usage.cache_write_tokens']
  }
)

/** Types whose input and output are frames' and structures', each under its own name. */
const NAMES_BY_TYPE: ReadonlyMap<string, GenAiNames> = new Map(
  ['agent_run', 'workflow_run', ...OPERATIONS.keys()].map((type): [string, GenAiNames] => [
    type,
    { ...NAMES, input: [`mastra.${type}.input`], output: [`mastra.${type}.output`] }
  ])
)

function read(span: DecodedSpan): StepFacts {
  const type = firstText(span.attributes, ['mastra.span.type'])?.toLowerCase() ?? ''
  const operation = OPERATIONS.get(type) ?? operationOf(span) ?? ''
  const facts = readGenAi(span, operation, NAMES_BY_TYPE.get(type) ?? NAMES)
  return facts.kind === 'agent' && facts.agent === undefined
    ? { ...facts, action: toLine(span.name) }
    : facts
}

// Pydantic AI, formats 1 to 6 of its instrumentation, and the model calls that Logfire instruments. They are
// the GenAI conventions but for the following: format 1 keeps the conversation in `events`, formats 1 and 2
// name a tool's arguments and result without a prefix, agents keep theirs in `pydantic_ai.all_messages` and
// `final_result`, and Logfire keeps request and response of a model's API as they were.
// https://github.com/pydantic/pydantic-ai/blob/main/pydantic_ai_slim/pydantic_ai/_instrumentation.py
// https://github.com/pydantic/logfire/blob/main/logfire/_internal/integrations/llm_providers/llm_provider.py

import type { DecodedSpan } from '../../model/index.ts'
import { defineDialect } from '../define-dialect.ts'
import type { StepFacts } from '../dialect.ts'
import { parseValue } from '../entity-io.ts'
import { withOwnNames } from '../gen-ai/names.ts'
import { kindOfOperation, operationOf } from '../gen-ai/operations.ts'
import { readGenAi } from '../gen-ai/read-gen-ai.ts'
import { readAnswer, readRequest } from '../messages.ts'
import { toLine } from '../tool-action.ts'
import type { Value } from '../values.ts'
import { firstText, isList, isRecord } from '../values.ts'

export const pydanticAi = defineDialect({
  name: 'pydantic_ai',
  version: 1,
  recognizedBy: 'scope pydantic-ai, or logfire.* with attribute request_data',
  recognizes: ({ scope, attributes }) =>
    scope.name === 'pydantic-ai' ||
    (scope.name.startsWith('logfire.') && attributes['request_data'] !== undefined),
  read
})

const NAMES = withOwnNames({
  agent: ['gen_ai.agent.name', 'agent_name'],
  model: ['gen_ai.response.model', 'gen_ai.request.model', 'model_name'],
  arguments: ['tool_arguments'],
  result: ['tool_response']
})
const MODEL_CALL_NAMES = { ...NAMES, input: ['request_data'], output: ['response_data'] }
const AGENT_NAMES = {
  ...NAMES,
  input: ['pydantic_ai.all_messages', 'all_messages_events'],
  output: ['final_result', 'pydantic_ai.all_messages', 'all_messages_events']
}

function read(span: DecodedSpan): StepFacts {
  const { attributes } = span
  // A pending span announces one that is sent again, under its own id, when it ends.
  if (attributes['logfire.span_type'] === 'pending_span') {
    return { kind: 'unknown', action: toLine(span.name) }
  }
  const operation = operationOf(span) ?? (isAgentRun(span) ? 'invoke_agent' : '')
  const kind = kindOfOperation(operation)
  if (kind === 'agent') return readGenAi(span, operation, AGENT_NAMES)
  if (kind !== 'llm') return readGenAi(span, operation, NAMES)
  return { ...readGenAi(span, operation, MODEL_CALL_NAMES), ...readEvents(span) }
}

function isAgentRun({ attributes }: DecodedSpan): boolean {
  return firstText(attributes, ['agent_name']) !== undefined
}

/** Format 1: question and answer in one list of events, of which `gen_ai.choice` is the answer. */
function readEvents({ attributes }: DecodedSpan): Partial<StepFacts> {
  const events = parseValue(attributes['events'])
  if (!isList(events)) return {}
  const answer = readAnswer(events.filter((event) => isChoice(event)))
  return {
    input: readRequest(events.filter((event) => !isChoice(event))),
    action: answer.text,
    thought: answer.reasoning,
    requestedToolCalls: answer.toolCalls
  }
}

function isChoice(event: Value): boolean {
  return isRecord(event) && event['event.name'] === 'gen_ai.choice'
}

// Google ADK's own spans, where gen_ai attributes hold names and tokens and `gcp.vertex.agent.*` the contents.
// Under OpenInference's instrumentation of ADK the same attributes are on spans of another scope, which
// are that dialect's.
// https://github.com/google/adk-python/blob/main/src/google/adk/telemetry/tracing.py

import type { DecodedSpan } from '../../model/index.ts'
import { defineDialect } from '../define-dialect.ts'
import type { StepFacts } from '../dialect.ts'
import { withOwnNames } from '../gen-ai/names.ts'
import { operationOf } from '../gen-ai/operations.ts'
import { readGenAi } from '../gen-ai/read-gen-ai.ts'
import { toLine } from '../tool-action.ts'

export const googleAdk = defineDialect({
  name: 'google_adk',
  version: 1,
  recognizedBy: 'scope gcp.vertex.agent',
  recognizes: ({ scope }) => scope.name === 'gcp.vertex.agent',
  read
})

const OWN = 'gcp.vertex.agent.'

const NAMES = withOwnNames({
  session: [`${OWN}session_id`],
  arguments: [`${OWN}tool_call_args`],
  result: [`${OWN}tool_response`]
})
const MODEL_CALL_NAMES = {
  ...NAMES,
  input: [`${OWN}llm_request`],
  output: [`${OWN}llm_response`]
}

/** Old versions named spans `invocation` and `agent_run [name]` and put nothing on them. */
const FRAME_NAME = /^(?:invocation|agent_run \[(.{1,200})\])$/

/** Written where there is nothing to write. */
const NOT_SPECIFIED = '<not specified>'

function read(span: DecodedSpan): StepFacts {
  const { attributes, name } = span
  // The responses of parallel calls once more, as the one event they were merged into.
  if (name.endsWith('(merged)') || attributes['gen_ai.tool.name'] === '(merged tools)') {
    return { kind: 'unknown', action: toLine(name) }
  }
  const frame = FRAME_NAME.exec(name)
  const operation = operationOf(span) ?? (frame === null ? '' : 'invoke_agent')
  const isCall = attributes[`${OWN}llm_request`] !== undefined
  const facts = readGenAi(span, operation, isCall ? MODEL_CALL_NAMES : NAMES)
  const { toolCallId } = facts
  return {
    ...facts,
    agent: facts.agent ?? frame?.[1],
    toolCallId: toolCallId === NOT_SPECIFIED ? undefined : toolCallId
  }
}

// Gemini CLI: spans named after operations of its own, `llm_call`, `tool_call`, `agent_call`, with the input
// and output of each under gen_ai.input.messages and gen_ai.output.messages, whatever they are: a tool's are
// its request and the completed call, cut at 10,000 characters. Without `traces` in its settings they hold
// nothing but the operation, the agent and the session.
// https://github.com/google-gemini/gemini-cli/blob/main/packages/core/src/telemetry/trace.ts
// https://github.com/google-gemini/gemini-cli/blob/main/packages/core/src/scheduler/tool-executor.ts

import type { DecodedSpan } from '../../model/index.ts'
import { defineDialect } from '../define-dialect.ts'
import type { StepFacts } from '../dialect.ts'
import { readInputMessages, readOutputMessages } from '../gen-ai/eras.ts'
import { operationOf } from '../gen-ai/operations.ts'
import { readGenAi } from '../gen-ai/read-gen-ai.ts'
import { toText } from '../json-text.ts'
import { promptRunId } from '../logs/log-ids.ts'
import { firstToolResult } from '../messages.ts'
import { describeToolCall, toLine } from '../tool-action.ts'
import { readToolResult } from '../tool-result.ts'
import type { Value, ValueRecord } from '../values.ts'
import { firstText, isRecord } from '../values.ts'

export const geminiCli = defineDialect({
  name: 'gemini_cli',
  version: 2,
  recognizedBy: 'scope gemini-cli with attribute gen_ai.operation.name',
  recognizes: ({ scope, attributes }) =>
    scope.name === 'gemini-cli' && attributes['gen_ai.operation.name'] !== undefined,
  read
})

/** Operations of its own beside those that several producers share. */
const OPERATIONS: ReadonlyMap<string, string> = new Map([
  ['user_prompt', 'invoke_agent'],
  ['system_prompt', '']
])

/** Its spans of one prompt are in several traces; without the prompt's name they are of the session's only one. */
function read(span: DecodedSpan): StepFacts {
  const session = firstText(span.attributes, ['gen_ai.conversation.id'])
  const facts = readSpan(span)
  if (session === undefined) return facts
  const prompt = firstText(span.attributes, ['gen_ai.prompt.name']) ?? session
  return { ...facts, runId: promptRunId(session, prompt) }
}

function readSpan(span: DecodedSpan): StepFacts {
  const operation = operationOf(span) ?? ''
  const facts = readGenAi(span, OPERATIONS.get(operation) ?? operation)
  if (facts.kind === 'tool' || facts.kind === 'handoff')
    return { ...facts, ...readTool(span, facts) }
  // What a scheduler got and gave are the calls inside of it, once more.
  if (operation === 'schedule_tool_calls') {
    return { kind: 'unknown', action: toLine(span.name), sessionId: facts.sessionId }
  }
  return facts
}

function readTool(span: DecodedSpan, facts: StepFacts): Partial<StepFacts> {
  const request = readInputMessages(span)
  const completed = readOutputMessages(span)
  const call = isRecord(request.messages) ? request.messages : {}
  const tool = facts.tool ?? firstText(call, ['name'])
  const given = call['args'] ?? request.messages
  const result = isRecord(completed.messages) ? readCompleted(completed.messages) : {}
  return {
    tool,
    toolCallId: facts.toolCallId ?? firstText(call, ['callId']),
    action: describeToolCall(tool, given),
    arguments: toText(given),
    observation: toText(completed.messages),
    ...result,
    truncated: request.truncated || completed.truncated
  }
}

/** `{ status, request, response: { responseParts: [{ functionResponse }], error } }` */
function readCompleted(completed: ValueRecord): Partial<StepFacts> {
  const { response, status } = completed
  if (!isRecord(response)) return {}
  const parts = response['responseParts']
  const said: Value = firstToolResult([{ role: 'user', parts }])
  const result = readToolResult(said)
  const failure = messageOf(response['error'])
  return {
    observation: result.text || failure,
    exitCode: result.exitCode,
    failed: result.failed || status === 'error' || failure !== ''
  }
}

function messageOf(error: Value): string {
  return isRecord(error) ? (firstText(error, ['message']) ?? '') : toText(error)
}

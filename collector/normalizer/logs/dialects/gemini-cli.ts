// Gemini CLI's events, as version 0.61.0 sends them. One prompt's records are in several traces and most in
// none, so a run is a prompt of a session, for its spans as well. A model call is told by its response or its
// error; requests and the GenAI event beside each tell the same once more.
// https://github.com/google-gemini/gemini-cli/blob/main/docs/cli/telemetry.md

import type { Attributes } from '../../../model/index.ts'
import type { StepFacts } from '../../dialect.ts'
import { parseValue } from '../../entity-io.ts'
import { readFinishReason } from '../../finish-reason.ts'
import { toText } from '../../json-text.ts'
import { readAnswer } from '../../messages.ts'
import { readTokens } from '../../token-counts.ts'
import { describeToolCall, toLine } from '../../tool-action.ts'
import type { Value } from '../../values.ts'
import { firstText, firstValue, integerOf, isList, isRecord, numberOf } from '../../values.ts'
import type { LogDialect, LogEvent, LogFacts } from '../log-dialect.ts'

const PREFIX = 'gemini_cli.'

export const geminiCliLogs: LogDialect = {
  name: 'gemini_cli_logs',
  version: 1,
  recognizes: ({ name, record }) => name.startsWith(PREFIX) || record.scope.name === 'gemini-cli',
  read
}

type EventReader = (attributes: Attributes) => StepFacts

const EVENTS: ReadonlyMap<string, EventReader> = new Map<string, EventReader>([
  ['user_prompt', readPrompt],
  ['api_response', readResponse],
  ['api_error', readError],
  ['tool_call', readTool],
  ['chat_compression', readMark],
  ['agent.start', readMark],
  ['agent.finish', readMark]
])

function read({ name, record }: LogEvent): LogFacts | undefined {
  const { attributes } = record
  const reader = name.startsWith(PREFIX) ? EVENTS.get(name.slice(PREFIX.length)) : undefined
  const facts = reader?.(attributes)
  if (facts === undefined) return undefined
  const session = firstText(attributes, ['session.id'])
  const prompt = firstText(attributes, ['prompt_id']) ?? session
  return {
    ...facts,
    agent: firstText(attributes, ['agent_name']) ?? 'gemini-cli',
    place: { run: prompt, session, byTrace: false },
    key: facts.toolCallId,
    durationMs: numberOf(attributes['duration_ms'])
  }
}

function readPrompt(attributes: Attributes): StepFacts {
  return { kind: 'agent', action: '', input: firstText(attributes, ['prompt']) }
}

function readMark(attributes: Attributes): StepFacts {
  return { kind: 'unknown', action: firstText(attributes, ['event.name']) ?? '' }
}

function callOf(attributes: Attributes): StepFacts {
  return {
    kind: 'llm',
    provider: 'gcp.gen_ai',
    model: firstText(attributes, ['model', 'model_name'])
  }
}

const TOKEN_KEYS = {
  input: ['input_token_count'],
  output: ['output_token_count'],
  cacheRead: ['cached_content_token_count'],
  cacheWrite: [],
  reasoning: ['thoughts_token_count']
}

/** The pieces of a streamed answer, each a response of its own. */
function readStream(
  responses: Value
): Pick<StepFacts, 'action' | 'thought' | 'requestedToolCalls'> {
  const pieces = (isList(responses) ? responses : [responses]).map((piece) => readAnswer(piece))
  return {
    action: pieces.map((piece) => piece.text).join(''),
    thought: pieces.map((piece) => piece.reasoning).join(''),
    requestedToolCalls: pieces.flatMap((piece) => piece.toolCalls)
  }
}

/** The API counts thoughts beside the output, a step counts them in it. */
function readResponse(attributes: Attributes): StepFacts {
  const answer = readStream(parseValue(firstValue(attributes, ['response_text'])))
  const { output, ...counts } = readTokens(attributes, TOKEN_KEYS)
  const candidates = integerOf(attributes['output_token_count']) ?? 0
  const all = candidates + (counts.reasoning ?? 0)
  return {
    ...callOf(attributes),
    ...answer,
    finishReason: readFinishReason({
      'gen_ai.response.finish_reasons': attributes['finish_reasons']
    }),
    tokens: output === undefined ? counts : { output: all, ...counts }
  }
}

function readError(attributes: Attributes): StepFacts {
  const status = firstText(attributes, ['status_code', 'http.status_code'])
  const error = firstText(attributes, ['error', 'error.message', 'error_message']) ?? 'failed'
  const observation = status === undefined ? error : `${status}: ${error}`
  return { ...callOf(attributes), failed: true, observation }
}

function readTool(attributes: Attributes): StepFacts {
  const tool = firstText(attributes, ['function_name'])
  const given = parseValue(firstValue(attributes, ['function_args']))
  const metadata = parseValue(attributes['metadata'])
  const about = isRecord(metadata) ? metadata : {}
  const decision = firstText(attributes, ['decision'])
  const error = firstText(attributes, ['error', 'error.message'])
  const isRefused = decision === 'reject'
  return {
    kind: 'tool',
    tool,
    toolCallId: firstText(attributes, ['call_id']),
    action:
      isRecord(given) || given !== undefined ? describeToolCall(tool, given) : toLine(tool ?? ''),
    arguments: toText(given),
    observation: error ?? (isRefused ? 'rejected by the user' : undefined),
    exitCode: integerOf(about['exitCode'] ?? about['exit_code']),
    failed: isRefused || firstText(attributes, ['success'])?.toLowerCase() === 'false'
  }
}

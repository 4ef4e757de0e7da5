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
  version: 2,
  recognizes: ({ name, record }) => name.startsWith(PREFIX) || record.scope.name === 'gemini-cli',
  read,
  knows: (name) =>
    !name.startsWith(PREFIX) || EVENTS.has(shortName(name)) || IGNORED.has(shortName(name))
}

type EventReader = (attributes: Attributes) => StepFacts

const EVENTS: ReadonlyMap<string, EventReader> = new Map<string, EventReader>([
  ['user_prompt', readPrompt],
  ['api_response', readResponse],
  ['api_error', readError],
  ['tool_call', readTool],
  ['chat_compression', readMark],
  ['agent.start', readMark],
  ['agent.finish', readMark],
  ['loop_detected', readMark],
  ['hook_call', readHook]
])

/**
 * Requests are told again by their response, operations on files by the call of the tool that made them; the rest
 * is about the program. Events without the prefix are the GenAI conventions' beside each response.
 */
const IGNORED: ReadonlySet<string> = new Set([
  'api_request',
  'file_operation',
  'config',
  'startup_stats',
  'conversation_finished',
  'next_speaker_check',
  'model_routing',
  'flash_fallback',
  'ripgrep_fallback',
  'slash_command',
  'slash_command.model',
  'ide_connection',
  'chat.content_retry',
  'chat.invalid_chunk',
  'tool_output_truncated',
  'tool_output_masking',
  'extension_install',
  'extension_enable',
  'extension_disable',
  'extension_uninstall',
  'extension_update'
])

function shortName(name: string): string {
  return name.slice(PREFIX.length)
}

function read({ name, record }: LogEvent): LogFacts | undefined {
  const { attributes } = record
  const reader = name.startsWith(PREFIX) ? EVENTS.get(shortName(name)) : undefined
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

/** A program of the user around an action of the agent; one that fails with 2 is why the agent did otherwise. */
function readHook(attributes: Attributes): StepFacts {
  const words = [
    firstText(attributes, ['hook_event_name']),
    firstText(attributes, ['hook_name', 'hook.name'])
  ].filter((word) => word !== undefined)
  const said = [firstText(attributes, ['stdout']), firstText(attributes, ['stderr'])]
  return {
    kind: 'unknown',
    action: toLine(['hook', ...words].join(' ')),
    observation: said.filter((text) => text !== undefined).join('\n'),
    exitCode: integerOf(attributes['exit_code']),
    failed: firstText(attributes, ['success'])?.toLowerCase() === 'false'
  }
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

// Codex CLI's events, as version 0.169.0 sends them. Values are mostly strings, `time` is not set, and only
// some records of a conversation are in a trace, so its run is the conversation. The model's words are on no
// record; a call of it is told by the end of its stream, and by its request only where that failed.
// https://github.com/openai/codex/blob/main/docs/config.md#otel

import type { Attributes } from '../../../model/index.ts'
import type { StepFacts } from '../../dialect.ts'
import { parseValue } from '../../entity-io.ts'
import { toText } from '../../json-text.ts'
import { readTokens } from '../../token-counts.ts'
import { describeToolCall } from '../../tool-action.ts'
import { readToolResult } from '../../tool-result.ts'
import { firstText, firstValue, integerOf, numberOf } from '../../values.ts'
import type { LogDialect, LogEvent, LogFacts } from '../log-dialect.ts'

const PREFIX = 'codex.'

export const codexLogs: LogDialect = {
  name: 'codex_logs',
  version: 1,
  recognizes: ({ name }) => name.startsWith(PREFIX),
  read,
  knows: (name) => EVENTS.has(name.slice(PREFIX.length)) || IGNORED.has(name.slice(PREFIX.length))
}

type Facts = StepFacts & Pick<LogFacts, 'outcome'>
type EventReader = (attributes: Attributes) => Facts | undefined

const EVENTS: ReadonlyMap<string, EventReader> = new Map<string, EventReader>([
  ['user_prompt', readPrompt],
  ['api_request', readRequest],
  ['websocket_request', readRequest],
  ['sse_event', readStreamEvent],
  ['websocket_event', readStreamEvent],
  ['tool_decision', readDecision],
  ['tool_result', readResult]
])

/** Settings a conversation starts with, and how long the network took. */
const IGNORED: ReadonlySet<string> = new Set([
  'conversation_starts',
  'websocket_connect',
  'turn_ttft',
  'startup_phase',
  'auth_recovery'
])

function read({ name, record }: LogEvent): LogFacts | undefined {
  const { attributes } = record
  const facts = EVENTS.get(name.slice(PREFIX.length))?.(attributes)
  if (facts === undefined) return undefined
  const conversation = firstText(attributes, ['conversation.id'])
  return {
    ...facts,
    agent: firstText(attributes, ['agent_name']) ?? 'codex',
    agentVersion: firstText(attributes, ['app.version']),
    place: { run: conversation, session: conversation, byTrace: false },
    key: facts.toolCallId,
    durationMs: numberOf(attributes['duration_ms'])
  }
}

function readPrompt(attributes: Attributes): StepFacts {
  const prompt = firstText(attributes, ['prompt'])
  return { kind: 'agent', action: '', input: prompt === '[REDACTED]' ? undefined : prompt }
}

function callOf(attributes: Attributes): StepFacts {
  return { kind: 'llm', provider: 'openai', model: firstText(attributes, ['model', 'slug']) }
}

const HTTP_ERROR_STATUS = 400

function readRequest(attributes: Attributes): Facts | undefined {
  const status = integerOf(attributes['http.response.status_code'])
  const error = firstText(attributes, ['error.message'])
  if (error === undefined && (status ?? 0) < HTTP_ERROR_STATUS) return undefined
  const observation = [status, error].filter((part) => part !== undefined).join(': ')
  return { ...callOf(attributes), failed: true, observation }
}

const TOKEN_KEYS = {
  input: ['input_token_count'],
  output: ['output_token_count'],
  cacheRead: ['cached_token_count'],
  cacheWrite: ['cache_write_token_count'],
  reasoning: ['reasoning_token_count']
}

/** One event a piece of the stream; the end is sent twice, and one of the two has the counts. */
function readStreamEvent(attributes: Attributes): Facts | undefined {
  const kind = firstText(attributes, ['event.kind'])
  if (kind === 'response.failed') {
    const observation = firstText(attributes, ['error.message']) ?? kind
    return { ...callOf(attributes), failed: true, observation }
  }
  if (kind !== 'response.completed') return undefined
  const tokens = readTokens(attributes, TOKEN_KEYS)
  if (tokens.input === undefined && tokens.output === undefined) return undefined
  return { ...callOf(attributes), tokens }
}

function toolOf(attributes: Attributes): StepFacts {
  const tool = firstText(attributes, ['tool_name'])
  const given = parseValue(firstValue(attributes, ['arguments']))
  return {
    kind: 'tool',
    tool,
    toolCallId: firstText(attributes, ['call_id']),
    action: describeToolCall(tool, given),
    arguments: toText(given)
  }
}

const REFUSALS: ReadonlySet<string> = new Set(['denied', 'abort', 'timed_out'])

/** That a call was let through does not say how it ended. */
function readDecision(attributes: Attributes): Facts {
  const decision = firstText(attributes, ['decision']) ?? ''
  const call = toolOf(attributes)
  if (!REFUSALS.has(decision)) return { ...call, outcome: 'unknown' }
  const source = firstText(attributes, ['source'])
  const observation = source === undefined ? decision : `${decision}: ${source}`
  return { ...call, failed: true, observation }
}

/** Codex tells of a command's exit code in the text that the model reads. */
const EXIT_CODE = /^(?:Process exited with code|Exit code:) (-?\d{1,10})\b/m
const EXIT_CODE_HEAD_CHARS_MAX = 512

function readResult(attributes: Attributes): StepFacts {
  const result = readToolResult(firstText(attributes, ['output']))
  const said = EXIT_CODE.exec(result.text.slice(0, EXIT_CODE_HEAD_CHARS_MAX))?.[1]
  const isCut = firstText(attributes, ['output_truncated']) === 'true'
  return {
    ...toolOf(attributes),
    observation: result.text,
    exitCode: result.exitCode ?? integerOf(said),
    failed: result.failed || firstText(attributes, ['success'])?.toLowerCase() === 'false',
    truncated: result.truncated || isCut
  }
}

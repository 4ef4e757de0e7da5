// Claude Code's events, as version 2.1.197 sends them: one record an event, `event.sequence` counts them,
// `prompt.id` is the user's turn, and what a record tells of has its own id (`tool_use_id`, `request_id`).
// With tracing on every record is in the trace of its turn; without it, the turn's id stands for it.
// https://code.claude.com/docs/en/monitoring-usage#events

import type { Attributes } from '../../../model/index.ts'
import type { StepFacts } from '../../dialect.ts'
import { parseValue } from '../../entity-io.ts'
import { toText } from '../../json-text.ts'
import { readCostUsd, readTokens } from '../../token-counts.ts'
import { describeToolCall, toLine } from '../../tool-action.ts'
import type { Value, ValueRecord } from '../../values.ts'
import { firstText, firstValue, integerOf, isRecord, numberOf } from '../../values.ts'
import type { LogDialect, LogEvent, LogFacts } from '../log-dialect.ts'

const PREFIX = 'claude_code.'

export const claudeCodeLogs: LogDialect = {
  name: 'claude_code_logs',
  version: 2,
  recognizes: ({ name, record }) =>
    name.startsWith(PREFIX) ||
    record.scope.name === 'com.anthropic.claude_code.events' ||
    (typeof record.body === 'string' && record.body.startsWith(PREFIX)),
  read,
  knows: (name) => EVENTS.has(shortName(name)) || IGNORED.has(shortName(name))
}

type EventReader = (attributes: Attributes) => StepFacts & Pick<LogFacts, 'outcome'>

const EVENTS: ReadonlyMap<string, EventReader> = new Map<string, EventReader>([
  ['user_prompt', readPrompt],
  ['api_request', readRequest],
  ['api_error', readError],
  ['assistant_response', readResponse],
  ['tool_decision', readDecision],
  ['tool_result', readResult],
  ['compaction', readMark],
  ['hook_execution_complete', readHooks]
])

/**
 * `api_retries_exhausted` sums up attempts that each have an `api_error`; a hook is told when it is done; the raw
 * bodies repeat requests and answers; the rest is about the program, not about what the agent does.
 */
const IGNORED: ReadonlySet<string> = new Set([
  'api_retries_exhausted',
  'api_request_body',
  'api_response_body',
  'hook_execution_start',
  'hook_registered',
  'hook_plugin_metrics',
  'skill_activated',
  'at_mention',
  'mcp_server_connection',
  'permission_mode_changed',
  'plugin_installed',
  'plugin_loaded',
  'feedback_survey',
  'internal_error',
  'auth'
])

function shortName(name: string): string {
  return name.startsWith(PREFIX) ? name.slice(PREFIX.length) : name
}

function read({ name, record }: LogEvent): LogFacts | undefined {
  const { attributes } = record
  const facts = EVENTS.get(shortName(name))?.(attributes)
  if (facts === undefined) return undefined
  const prompt = firstText(attributes, ['prompt.id', 'prompt_id'])
  const session = firstText(attributes, ['session.id'])
  return {
    ...facts,
    place: { run: prompt, session, byTrace: true },
    key: facts.toolCallId,
    durationMs: numberOf(attributes['duration_ms'])
  }
}

const REDACTED = '<REDACTED>'

function contentOf(attributes: Attributes, keys: readonly string[]): string | undefined {
  const text = firstText(attributes, keys)
  return text === REDACTED ? undefined : text
}

function readPrompt(attributes: Attributes): StepFacts {
  return {
    kind: 'agent',
    agent: 'claude-code',
    action: '',
    input: contentOf(attributes, ['prompt'])
  }
}

function readMark(attributes: Attributes): StepFacts {
  return { kind: 'unknown', action: firstText(attributes, ['event.name']) ?? '' }
}

const HOOK_COUNTS = ['blocking', 'non_blocking_error', 'cancelled'] as const

/** Hooks are the user's programs around the agent's actions; one that blocks is why the agent did otherwise. */
function readHooks(attributes: Attributes): StepFacts {
  const name = firstText(attributes, ['hook_name', 'hook_event'])
  const counts = HOOK_COUNTS.map((word) => ({
    word,
    hooks: integerOf(attributes[`num_${word}`]) ?? 0
  }))
  const told = counts.filter(({ hooks }) => hooks > 0)
  return {
    kind: 'unknown',
    action: name === undefined ? 'hooks' : toLine(`hooks ${name}`),
    observation: told.map(({ word, hooks }) => `${hooks} ${word.replaceAll('_', ' ')}`).join(', ')
  }
}

const TOKEN_KEYS = {
  input: ['input_tokens'],
  output: ['output_tokens'],
  cacheRead: ['cache_read_tokens'],
  cacheWrite: ['cache_creation_tokens'],
  reasoning: []
}

function callOf(attributes: Attributes): StepFacts {
  return {
    kind: 'llm',
    provider: 'anthropic',
    model: firstText(attributes, ['model']),
    agent: firstText(attributes, ['agent_id', 'agent.name']),
    toolCallId: firstText(attributes, ['request_id'])
  }
}

function readRequest(attributes: Attributes): StepFacts {
  const { input, ...parts } = readTokens(attributes, TOKEN_KEYS)
  const uncached = integerOf(attributes['input_tokens']) ?? 0
  // Anthropic counts what the cache read and wrote beside the input.
  const all = uncached + (parts.cacheRead ?? 0) + (parts.cacheWrite ?? 0)
  return {
    ...callOf(attributes),
    tokens: input === undefined ? parts : { input: all, ...parts },
    costUsd: readCostUsd(attributes, ['cost_usd'])
  }
}

/** One attempt that failed; whether it was made again is told by the next one. */
function readError(attributes: Attributes): StepFacts {
  const status = firstText(attributes, ['status_code'])
  const error = contentOf(attributes, ['error', 'error_message']) ?? 'request failed'
  return {
    ...callOf(attributes),
    failed: true,
    observation: status === undefined ? error : `${status}: ${error}`
  }
}

function readResponse(attributes: Attributes): StepFacts {
  return { ...callOf(attributes), action: contentOf(attributes, ['response']) }
}

/** What the telemetry calls arguments, under the names that the tools give them. */
const ARGUMENT_NAMES: ReadonlyMap<string, string> = new Map([
  ['full_command', 'command'],
  ['bash_command', 'command'],
  ['skill_name', 'skill']
])

function toolOf(attributes: Attributes): StepFacts {
  const tool = firstText(attributes, ['tool_name'])
  const whole = parseValue(firstValue(attributes, ['tool_input']))
  const given = whole ?? renamed(parseValue(firstValue(attributes, ['tool_parameters'])))
  return {
    kind: 'tool',
    tool,
    toolCallId: firstText(attributes, ['tool_use_id']),
    action: describeToolCall(tool, given),
    arguments: given === REDACTED ? '' : toText(given)
  }
}

function renamed(given: Value): Value {
  if (!isRecord(given)) return given
  const named: Record<string, Value> = Object.create(null)
  // A command is told whole and by its first word: the first of the two names wins.
  for (const [key, name] of ARGUMENT_NAMES) {
    if (given[key] !== undefined) named[name] ??= given[key]
  }
  const others: ValueRecord = given
  for (const key of Object.keys(others)) if (!ARGUMENT_NAMES.has(key)) named[key] ??= others[key]
  return named
}

/** That a call was let through does not say how it ended. */
function readDecision(attributes: Attributes): StepFacts & Pick<LogFacts, 'outcome'> {
  const decision = firstText(attributes, ['decision'])
  const source = firstText(attributes, ['source'])
  const call = toolOf(attributes)
  if (decision !== 'reject') return { ...call, outcome: 'unknown' }
  const observation = source === undefined ? decision : `${decision}: ${source}`
  return { ...call, failed: true, observation }
}

function readResult(attributes: Attributes): StepFacts {
  const failed = firstText(attributes, ['success'])?.toLowerCase() === 'false'
  const said = contentOf(attributes, ['tool_output', 'tool_result', 'output'])
  return {
    ...toolOf(attributes),
    failed,
    observation: said ?? (failed ? contentOf(attributes, ['error']) : undefined)
  }
}

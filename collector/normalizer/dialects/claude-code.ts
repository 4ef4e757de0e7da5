// Claude Code's own spans (beta): `claude_code.interaction` around `claude_code.llm_request` and
// `claude_code.tool`, and what a tool did inside of it. Names of attributes are bare, `input_tokens` leaves
// the cache out as Anthropic's API does, and contents are there only when the user asked for them. The
// model's words are never on spans.
//
// The spans inside of a tool tell of the same call: those that know how it ended are read as views of it,
// tools without a name, which a run's assembly joins to the tool they are inside of; the others stay
// unknown and are parts of it.
// https://code.claude.com/docs/en/monitoring-usage#traces-beta

import type { Attributes, DecodedSpan } from '../../model/index.ts'
import { defineDialect } from '../define-dialect.ts'
import type { StepFacts } from '../dialect.ts'
import { parseValue } from '../entity-io.ts'
import { readFinishReason } from '../finish-reason.ts'
import { toText } from '../json-text.ts'
import type { TokenKeys } from '../token-counts.ts'
import { readCostUsd, readTokens } from '../token-counts.ts'
import { describeToolCall, toLine } from '../tool-action.ts'
import { readToolResult } from '../tool-result.ts'
import type { Value, ValueRecord } from '../values.ts'
import { firstText, firstValue, integerOf } from '../values.ts'

const PREFIX = 'claude_code.'

export const claudeCode = defineDialect({
  name: 'claude_code',
  version: 2,
  recognizedBy: 'span name claude_code.*',
  recognizes: ({ name }) => name.startsWith(PREFIX),
  read
})

function read(span: DecodedSpan): StepFacts {
  const reader = READERS.get(span.name.slice(PREFIX.length))
  const { attributes } = span
  return {
    kind: 'unknown',
    action: toLine(span.name),
    sessionId: firstText(attributes, ['session.id']),
    agent: firstText(attributes, ['gen_ai.agent.name', 'agent_id']),
    ...reader?.(span)
  }
}

type Reader = (span: DecodedSpan) => StepFacts

const READERS: ReadonlyMap<string, Reader> = new Map<string, Reader>([
  ['interaction', readInteraction],
  ['llm_request', readModelCall],
  ['tool', readTool],
  ['tool.execution', readExecution],
  ['tool.blocked_on_user', readDecision],
  ['bash.subprocess', readSubprocess]
])

/** Stands where a content would be that the user did not want to be sent. */
const REDACTED = '<REDACTED>'

function contentOf(attributes: Attributes, keys: readonly string[]): string | undefined {
  const text = firstText(attributes, keys)
  return text === REDACTED ? undefined : text
}

function readInteraction({ name, attributes }: DecodedSpan): StepFacts {
  return {
    kind: 'agent',
    agent: firstText(attributes, ['gen_ai.agent.name', 'agent_id']) ?? 'claude-code',
    action: toLine(name),
    input: contentOf(attributes, ['user_prompt'])
  }
}

const TOKEN_KEYS: TokenKeys = {
  input: ['input_tokens'],
  output: ['output_tokens'],
  cacheRead: ['cache_read_tokens'],
  cacheWrite: ['cache_creation_tokens'],
  reasoning: []
}

function readModelCall({ attributes }: DecodedSpan): StepFacts {
  const { input, ...tokens } = readTokens(attributes, TOKEN_KEYS)
  const uncached = integerOf(attributes['input_tokens'])
  const all = (uncached ?? 0) + (tokens.cacheRead ?? 0) + (tokens.cacheWrite ?? 0)
  return {
    kind: 'llm',
    toolCallId: firstText(attributes, ['request_id', 'gen_ai.response.id']),
    provider: firstText(attributes, ['gen_ai.provider.name', 'gen_ai.system']),
    model: firstText(attributes, ['gen_ai.response.model', 'model', 'gen_ai.request.model']),
    action: contentOf(attributes, ['response.model_output']),
    finishReason: firstText(attributes, ['stop_reason']) ?? readFinishReason(attributes),
    ...readSuccess(attributes),
    tokens: input === undefined ? tokens : { input: all, ...tokens },
    costUsd: readCostUsd(attributes, ['cost_usd'])
  }
}

/** `success` is a boolean, or its text from exporters that make text of everything. */
function readSuccess(attributes: Attributes): Partial<StepFacts> {
  const failed = firstText(attributes, ['success']) === 'false'
  return failed ? { failed, observation: contentOf(attributes, ['error']) } : {}
}

/** Contents are on the event `tool.output`; what was called for is there and on the span. */
const OUTPUT_EVENT = 'tool.output'
const OUTPUT_KEYS = ['output', 'content', 'stdout', 'tool_output']
const INPUT_KEYS = ['tool_input', 'tool_parameters']

/** Attributes that are one argument each, and the names that the tools give them. */
const ARGUMENT_NAMES: readonly (readonly [string, string])[] = [
  ['full_command', 'command'],
  ['bash_command', 'command'],
  ['file_path', 'file_path'],
  ['skill_name', 'skill'],
  ['subagent_type', 'subagent_type']
]

function readTool(span: DecodedSpan): StepFacts {
  const { attributes } = span
  const tool = firstText(attributes, ['tool_name', 'gen_ai.tool.name'])
  const output = span.events.findLast((event) => event.name === OUTPUT_EVENT)?.attributes
  const given = readArguments(attributes, output)
  const result = readToolResult(output && contentOf(output, OUTPUT_KEYS))
  return {
    kind: 'tool',
    tool,
    toolCallId: firstText(attributes, ['tool_use_id', 'gen_ai.tool.call.id']),
    action: describeToolCall(tool, given),
    arguments: toText(given),
    observation: result.text,
    exitCode: result.exitCode,
    truncated: result.truncated,
    ...readSuccess(attributes)
  }
}

function readArguments(attributes: Attributes, output: Attributes | undefined): Value {
  for (const from of [attributes, output]) {
    const whole = from && firstValue(from, INPUT_KEYS)
    if (whole !== undefined && whole !== REDACTED) return parseValue(whole)
  }
  const found: Record<string, Value> = Object.create(null)
  for (const [key, name] of ARGUMENT_NAMES) {
    const value = contentOf(attributes, [key]) ?? (output && contentOf(output, [key]))
    if (value !== undefined) found[name] ??= value
  }
  return hasFields(found) ? found : undefined
}

function hasFields(record: ValueRecord): boolean {
  return Object.keys(record).length > 0
}

function readExecution({ name, attributes }: DecodedSpan): StepFacts {
  return { kind: 'tool', action: toLine(name), ...readSuccess(attributes) }
}

/** Refused by the user, a hook or a rule: the call did not happen, which the tool's own span may not say. */
function readDecision({ name, attributes }: DecodedSpan): StepFacts {
  const decision = firstText(attributes, ['decision'])
  if (decision !== 'reject') return { kind: 'unknown', action: toLine(name) }
  const source = firstText(attributes, ['source'])
  return {
    kind: 'tool',
    action: toLine(name),
    failed: true,
    observation: source === undefined ? decision : `${decision}: ${source}`
  }
}

function readSubprocess({ name, attributes }: DecodedSpan): StepFacts {
  return {
    kind: 'tool',
    action: toLine(name),
    exitCode: integerOf(attributes['exit_code'])
  }
}

// What a tool gave back, as the text an agent would read: the envelope of protocols and frameworks is
// taken off, the text inside is left as it is. A result without a known envelope stays untouched,
// because a file's content must not be reformatted.

import { parseJson, toText } from './json-text.ts'
import { isMedia } from './media.ts'
import { addPart } from './message-parts.ts'
import { joinTexts } from './messages.ts'
import type { Value, ValueRecord } from './values.ts'
import { firstText, firstValue, integerOf, isList, isRecord } from './values.ts'

export interface ToolResult {
  readonly text: string
  /** The tool itself says that it failed: MCP's `isError`, a status of `error`. */
  readonly failed: boolean
  readonly exitCode: number | undefined
  /** The producer cut it. */
  readonly truncated: boolean
}

export function readToolResult(value: Value): ToolResult {
  const given = toText(value)
  const parsed = typeof value === 'string' ? parseJson(value) : undefined
  const result = parsed === undefined ? value : parsed.value
  const status = isRecord(result) ? readStatus(result) : NO_STATUS
  return {
    text: unwrap(result, 0) ?? given,
    ...status,
    truncated: parsed?.truncated ?? false
  }
}

/** MCP wraps text in a list in a result in, with some clients, a response. */
const ENVELOPES_MAX = 4

/** The text inside the envelopes of `value`; undefined when there is none to take off. */
function unwrap(value: Value, depth: number): string | undefined {
  if (depth >= ENVELOPES_MAX) return undefined
  if (typeof value === 'string') return value
  if (isList(value)) return textOfParts(value)
  if (!isRecord(value)) return undefined
  const output = shellOutput(value)
  if (output !== undefined) return output
  for (const key of ENVELOPE_KEYS) {
    const inner = value[key]
    if (inner === undefined || !isEnvelope(value, key)) continue
    return unwrap(inner, depth + 1) ?? toText(inner)
  }
  return undefined
}

const ENVELOPE_KEYS = ['content', 'result', 'response', 'output', 'text', 'value', 'kwargs']

/** Fields that stand beside an enveloped text without being part of what the tool said. */
const ENVELOPE_FIELDS: ReadonlySet<string> = new Set([
  '_meta',
  'additional_kwargs',
  'artifact',
  'exitCode',
  'exit_code',
  'isError',
  'is_error',
  'lc',
  'metadata',
  'response_metadata',
  'structuredContent',
  'toolUseId',
  'tool_call_id',
  'tool_use_id'
])

/** Fields that are envelope beside a call's id, and a tool's own words without one. */
const MESSAGE_FIELDS: ReadonlySet<string> = new Set(['id', 'name', 'role', 'status', 'type'])
const CALL_ID_KEYS = ['tool_call_id', 'tool_use_id', 'toolUseId', 'lc']

/** Only when everything around it is known to be envelope: `{ "text": …, "lang": … }` is a result. */
function isEnvelope(value: ValueRecord, key: string): boolean {
  // Gemini's functionResponse is `{ id, name, response }`.
  const isMessage = key === 'response' || firstValue(value, CALL_ID_KEYS) !== undefined
  return Object.keys(value).every(
    (other) =>
      other === key || ENVELOPE_FIELDS.has(other) || (isMessage && MESSAGE_FIELDS.has(other))
  )
}

/** A list in which every item is a part with text or of media, joined; a list of anything else is data. */
function textOfParts(list: readonly Value[]): string | undefined {
  if (list.length === 0) return undefined
  const sink = { texts: [], reasoning: [], toolCalls: [], toolResults: [] }
  for (const item of list) {
    if (!isRecord(item) || !(isTextPart(item) || isMedia(item))) return undefined
    addPart(sink, item)
  }
  return joinTexts(sink.texts)
}

function isTextPart(item: ValueRecord): boolean {
  if (item['type'] === 'text') return true
  return typeof item['text'] === 'string' && Object.keys(item).length === 1
}

/** Standard output, then standard error, as they would stand in a terminal. */
function shellOutput(value: ValueRecord): string | undefined {
  const stdout = value['stdout']
  const stderr = value['stderr']
  if (typeof stdout !== 'string') return undefined
  if (typeof stderr !== 'string' || stderr === '') return stdout
  return stdout === '' || stdout.endsWith('\n') ? stdout + stderr : `${stdout}\n${stderr}`
}

type Status = Pick<ToolResult, 'failed' | 'exitCode'>

const NO_STATUS: Status = { failed: false, exitCode: undefined }

const EXIT_CODE_KEYS = ['exit_code', 'exitCode', 'returncode', 'return_code']

function readStatus(result: ValueRecord): Status {
  const metadata = result['metadata']
  const code =
    firstValue(result, EXIT_CODE_KEYS) ??
    (isRecord(metadata) ? firstValue(metadata, EXIT_CODE_KEYS) : undefined)
  return {
    failed:
      result['isError'] === true ||
      result['is_error'] === true ||
      // LangChain's ToolMessage; elsewhere `status` is the tool's own word.
      (firstText(result, ['status']) === 'error' && result['tool_call_id'] !== undefined),
    exitCode: integerOf(code)
  }
}

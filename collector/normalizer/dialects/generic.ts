// Every span that no dialect recognizes: a database query, an HTTP call, a function of the application.
// It stays a step of kind `unknown`, because what it means for the agent is known only from what is
// around it; its name and its most telling attributes say what was done.
// https://opentelemetry.io/docs/specs/semconv/

import type { Attributes, DecodedSpan, Step } from '../../model/index.ts'
import { buildStep } from '../build-step.ts'
import type { Dialect } from '../dialect.ts'
import { toText } from '../json-text.ts'
import { toLine } from '../tool-action.ts'
import { readToolResult } from '../tool-result.ts'
import { firstText, firstValue, isList, scalarText } from '../values.ts'

export const generic: Dialect = {
  name: 'generic',
  version: 1,
  recognizedBy: 'everything else',
  recognizes: () => true,
  toStep
}

/** What was done, one row a protocol: the attributes that say it, joined by spaces, first of each group. */
const TELLING_ATTRIBUTES: readonly (readonly (readonly string[])[])[] = [
  [
    ['http.request.method', 'http.method'],
    ['url.full', 'http.url', 'http.target', 'url.path', 'server.address']
  ],
  [
    ['db.system.name', 'db.system'],
    ['db.query.text', 'db.statement', 'db.query.summary', 'db.operation.name', 'db.operation']
  ],
  [
    ['messaging.operation.name', 'messaging.operation'],
    ['messaging.destination.name', 'messaging.destination']
  ],
  [['rpc.service'], ['rpc.method']],
  [['process.command_line', 'process.command_args', 'process.command']],
  [['file.path']],
  [['code.function.name', 'code.function']]
]

const INPUT_KEYS = ['input.value']
const OUTPUT_KEYS = ['output.value']
const STATUS_KEYS = ['http.response.status_code', 'http.status_code', 'rpc.response.status_code']

function toStep(span: DecodedSpan): Step {
  const { attributes } = span
  const result = readToolResult(firstValue(attributes, OUTPUT_KEYS))
  return buildStep(span, `${generic.name}@${generic.version}`, {
    kind: 'unknown',
    action: toLine(actionOf(span)),
    arguments: toText(firstValue(attributes, INPUT_KEYS)),
    observation: result.text === '' ? statusOf(attributes) : result.text,
    truncated: result.truncated
  })
}

function actionOf(span: DecodedSpan): string {
  for (const groups of TELLING_ATTRIBUTES) {
    const words = groups.map((keys) => wordsOf(span.attributes, keys))
    const telling = words.filter((word) => word !== '').join(' ')
    // `GET` in a span named `GET` tells nothing.
    if (telling !== '' && !span.name.includes(telling)) return `${span.name}: ${telling}`
  }
  return span.name
}

function wordsOf(attributes: Attributes, keys: readonly string[]): string {
  const value = firstValue(attributes, keys)
  if (!isList(value)) return scalarText(value) ?? ''
  return value.map((word) => scalarText(word) ?? '').join(' ')
}

function statusOf(attributes: Attributes): string {
  const status = firstText(attributes, STATUS_KEYS)
  return status === undefined ? '' : `status ${status}`
}

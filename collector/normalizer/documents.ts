// Retrieved documents as one text: what the agent got to read, best first, each under its id and score.

import { parseJson, toText } from './json-text.ts'
import type { Value, ValueRecord } from './values.ts'
import { firstText, firstValue, isList, isRecord } from './values.ts'

const CONTENT_KEYS = [
  'document.content',
  'content',
  'text',
  'page_content',
  'pageContent',
  'memory'
]
const ID_KEYS = ['document.id', 'id', 'title', 'source', 'uri', 'url']
const SCORE_KEYS = ['document.score', 'score']

export function documentsText(value: Value): string {
  const list = typeof value === 'string' ? (parseJson(value)?.value ?? value) : value
  if (!isList(list)) return toText(list)
  return list
    .map((document) => (isRecord(document) ? documentText(document) : toText(document)))
    .join('\n\n')
}

function documentText(document: ValueRecord): string {
  const content = firstValue(document, CONTENT_KEYS)
  if (content === undefined) return toText(document)
  const score = firstText(document, SCORE_KEYS)
  const head = [firstText(document, ID_KEYS), score === undefined ? undefined : `(${score})`]
  const line = head.filter((part) => part !== undefined).join(' ')
  return line === '' ? toText(content) : `${line}\n${toText(content)}`
}

// What instrumented functions were called with and gave back, out of the wrappers that decorators and
// callback handlers put around it: `{ args, kwargs }`, `{ inputs, tags, metadata }`, `{ output, kwargs }`.

import { parseJson } from './json-text.ts'
import type { Value, ValueRecord } from './values.ts'
import { isList, isRecord } from './values.ts'

/** A value that is JSON in a string is that JSON; any other value stays what it is. */
export function parseValue(value: Value): Value {
  return typeof value === 'string' ? (parseJson(value)?.value ?? value) : value
}

/** The arguments themselves, out of the wrapper around them. */
export function unwrapInput(given: Value): Value {
  const value = parseValue(given)
  if (!isRecord(value)) return value
  for (const key of ['inputs', 'arguments', 'input_str']) {
    const inner = value[key]
    if (hasContent(inner)) return parseValue(inner)
  }
  return isCall(value) ? callArguments(value) : value
}

/** The result itself, out of the wrapper around it. */
export function unwrapOutput(given: Value): Value {
  const value = parseValue(given)
  if (!isRecord(value)) return value
  for (const key of ['outputs', 'output']) {
    const isWrapper = Object.keys(value).every((other) => other === key || other === 'kwargs')
    if (isWrapper && value[key] !== undefined) return parseValue(value[key])
  }
  return value
}

/** A message out of what LangChain serialized it to: a constructor and what it was constructed of. */
export function unwrapMessage(value: Value): Value {
  if (!isRecord(value) || value['lc'] === undefined) return value
  const inner = value['kwargs']
  return isRecord(inner) ? inner : value
}

function isCall(value: ValueRecord): boolean {
  return Object.keys(value).every((key) => key === 'args' || key === 'kwargs')
}

/** Python's positional arguments have no names; a single one is the argument. */
function callArguments({ args, kwargs }: ValueRecord): Value {
  if (!isList(args) || args.length === 0) return kwargs
  if (hasContent(kwargs)) return { args, kwargs }
  return args.length === 1 ? args[0] : args
}

function hasContent(value: Value): boolean {
  if (value === undefined || value === null || value === '') return false
  return !isRecord(value) || Object.keys(value).length > 0
}

// Reads the file of alert rules at start. A process that would stay silent because of a slip in a file is
// worse than one that does not start, so every mistake is told, each with its line.

import { readFileSync, statSync } from 'node:fs'

import { CollectorError } from '@onset/collector/model'
import { LineCounter, parseDocument } from 'yaml'

import type { AlertRules, Environment } from './alert-rules.ts'
import { readDestinations } from './read-destinations.ts'
import { readRules } from './read-rules.ts'
import { FieldReader } from './yaml-fields.ts'

/** 100 rules with comments are 50 KB. */
const FILE_BYTES_MAX = 262_144

/** @throws CollectorError SETTINGS_INVALID with one line for each mistake. */
export function loadAlertRules(path: string, env: Environment): AlertRules {
  return parseAlertRules(readRulesFile(path), { source: path, env })
}

export interface ParseOptions {
  /** Named in mistakes. */
  readonly source: string
  /** Where `${NAME}` is looked up. */
  readonly env: Environment
}

/** @throws CollectorError SETTINGS_INVALID with one line for each mistake. */
export function parseAlertRules(text: string, { source, env }: ParseOptions): AlertRules {
  const lineCounter = new LineCounter()
  const document = parseDocument(text, { lineCounter, uniqueKeys: true, stringKeys: true })
  if (document.errors.length > 0) {
    throw invalid(
      source,
      document.errors.map(({ message }) => message.split('\n', 1)[0] ?? message)
    )
  }
  const reader = new FieldReader(lineCounter)
  const top = reader.fields({ path: '', node: document.contents }, ['destinations', 'rules'])
  const destinations = readDestinations(reader, top.get('destinations'), env)
  const rules = readRules(reader, top.get('rules'), new Set(destinations.keys()))
  for (const name of ['destinations', 'rules']) {
    if (!top.has(name)) reader.refuse({ path: name, node: document.contents }, 'is missing')
  }
  if (reader.mistakes.length > 0) throw invalid(source, reader.mistakes)
  return { destinations, rules }
}

function readRulesFile(path: string): string {
  try {
    const { size } = statSync(path)
    if (size > FILE_BYTES_MAX) {
      throw invalid(path, [`has ${size} bytes; at most ${FILE_BYTES_MAX} are read`])
    }
    return readFileSync(path, 'utf8')
  } catch (error) {
    if (error instanceof CollectorError) throw error
    const reason = error instanceof Error ? error.message : String(error)
    throw invalid(path, [`cannot be read: ${reason}`])
  }
}

function invalid(source: string, mistakes: readonly string[]): CollectorError {
  const lines = mistakes.map((mistake) => `ONSET_ALERT_RULES ${source}: ${mistake}`)
  return new CollectorError('SETTINGS_INVALID', lines.join('\n'), { retryable: false })
}

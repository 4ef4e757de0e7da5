// The texts of a step by name, its arguments one by one: a file that was written reads as a file, not as a line
// of JSON.

import type { StepWire } from '../../api/index.ts'

export type NamedText = readonly [name: string, text: string]

/** A tool with more is shown as the model wrote it. */
const ARGUMENTS_MAX = 20

export function toTexts(step: StepWire): readonly NamedText[] {
  return [
    ['thought', step.thought],
    ['action', step.action],
    ...toArguments(step),
    ['observation', step.observation],
    ['error', step.observation.includes(step.error ?? '') ? '' : (step.error ?? '')]
  ]
}

function toArguments(step: StepWire): readonly NamedText[] {
  if (step.arguments === step.action) return []
  const entries = readObject(step.arguments)
  if (entries === undefined || entries.length > ARGUMENTS_MAX)
    return [['arguments', step.arguments]]
  return entries
    .map(([name, value]): NamedText => [name, typeof value === 'string' ? value : toJson(value)])
    .filter(([, text]) => !step.action.endsWith(`: ${text}`))
}

function readObject(text: string): readonly (readonly [string, unknown])[] | undefined {
  if (!text.startsWith('{')) return undefined
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? Object.entries(value) : undefined
  } catch {
    // Cut, or never JSON.
    return undefined
  }
}

function toJson(value: unknown): string {
  return JSON.stringify(value, undefined, 2)
}

// The tools of the judge: they read one run that is already in memory and can do nothing else. No path,
// pattern or command of a model reaches a file, a regular expression, a shell, SQL or the network.

import type { RunTree } from '@onset/collector/model'
import type { ToolCall } from './chat.ts'
import { failedChecks } from './failed-checks.ts'
import { SEARCH_CHARS_MAX, TOOL_ARGUMENT_CHARS_MAX } from './limits.ts'
import { describeStep, headOf } from './question.ts'
import { quoteInline, quoteLines, quoteName } from './quoting.ts'
import { textsOf } from './quotes.ts'

type Arguments = ReadonlyMap<string, unknown>

interface Tool {
  readonly description: string
  readonly properties: Readonly<
    Record<string, { readonly type: string; readonly description: string }>
  >
  readonly read: (tree: RunTree, given: Arguments, charsMax: number) => string
}

const STEP = { type: 'integer', description: 'Number of the step.' }

/** By name. A Map, because names come from a model. */
export const TOOLS: ReadonlyMap<string, Tool> = new Map<string, Tool>([
  [
    'step',
    {
      description: 'Thought, action and result of one step; long ones are cut in the middle.',
      properties: { step: STEP },
      read: readStep
    }
  ],
  [
    'stage',
    {
      description: 'The steps of the stage that a step belongs to, one line each.',
      properties: { step: STEP },
      read: readStage
    }
  ],
  [
    'search',
    {
      description: 'Steps in which a text occurs, upper and lower case alike, with that line.',
      properties: { text: { type: 'string', description: 'Plain text of at least 3 characters.' } },
      read: search
    }
  ],
  [
    'diff',
    {
      description: 'What each step put into a file, in order.',
      properties: { path: { type: 'string', description: 'The path, or its last part.' } },
      read: readDiff
    }
  ],
  [
    'failed_checks',
    {
      description: 'What the verifier said.',
      properties: {},
      read: (tree, _, charsMax) => failedChecks(tree.run, charsMax)
    }
  ]
])

/** Total: whatever a model asks gets an answer of at most about `charsMax` characters. */
export function runTool(tree: RunTree, call: ToolCall, charsMax: number): string {
  const tool = TOOLS.get(call.name)
  if (tool === undefined) return `There is no such tool; there are ${[...TOOLS.keys()].join(', ')}.`
  const given = parseArguments(call.arguments)
  if (given === undefined) return 'The arguments are no JSON object of at most 2000 characters.'
  return tool.read(tree, given, charsMax)
}

function parseArguments(text: string): Arguments | undefined {
  if (text.length > TOOL_ARGUMENT_CHARS_MAX) return undefined
  if (text.trim() === '') return new Map()
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value !== 'object' || value === null) return undefined
    return new Map(Object.entries(value))
  } catch {
    return undefined
  }
}

function findStep(tree: RunTree, given: Arguments) {
  const index = given.get('step')
  return typeof index === 'number' && Number.isSafeInteger(index)
    ? tree.steps[index - 1]
    : undefined
}

function noStep(tree: RunTree): string {
  return `There is no such step; steps are numbered from 1 to ${tree.steps.length}.`
}

function readStep(tree: RunTree, given: Arguments, charsMax: number): string {
  const step = findStep(tree, given)
  if (step === undefined) return noStep(tree)
  return `${headOf(step)}\n${describeStep(step, charsMax)}`
}

function readStage(tree: RunTree, given: Arguments, charsMax: number): string {
  const step = findStep(tree, given)
  const stage = step && tree.stages[step.stageIndex - 1]
  if (step === undefined || stage === undefined) return noStep(tree)
  const { firstStepIndex, lastStepIndex } = stage
  const head = `stage ${stage.name}, steps ${firstStepIndex} to ${lastStepIndex}`
  // Around the step that was asked for: a stage may have thousands.
  const lines = Math.max(1, Math.floor(charsMax / STAGE_LINE_CHARS))
  const from = Math.max(firstStepIndex, step.index - Math.floor(lines / 2))
  const shown = tree.steps.slice(from - 1, Math.min(lastStepIndex, from + lines - 1))
  return [head, ...shown.map((one) => `${headOf(one)}\n| ${quoteInline(one.action, 70)}`)].join(
    '\n'
  )
}

const STAGE_LINE_CHARS = 140
const SEARCH_TEXT_CHARS_MIN = 3
const SEARCH_LINE_CHARS = 160

function search(tree: RunTree, given: Arguments, charsMax: number): string {
  const text = given.get('text')
  if (typeof text !== 'string' || text.trim().length < SEARCH_TEXT_CHARS_MIN) {
    return `Search for a text of at least ${SEARCH_TEXT_CHARS_MIN} characters.`
  }
  const wanted = text.toLowerCase()
  const hitsMax = Math.max(1, Math.floor(charsMax / (SEARCH_LINE_CHARS + 60)))
  const hits: string[] = []
  let looked = 0
  for (const step of tree.steps) {
    for (const each of textsOf(step)) {
      looked += each.length
      const at = each.toLowerCase().indexOf(wanted)
      if (at === -1) continue
      hits.push(`${headOf(step)}\n| ${lineAt(each, at)}`)
      break
    }
    if (hits.length >= hitsMax) return [...hits, '(there may be more)'].join('\n')
    if (looked > SEARCH_CHARS_MAX) {
      return [...hits, `(looked through steps 1 to ${step.index} only)`].join('\n')
    }
  }
  return hits.length === 0 ? 'It occurs in no step.' : hits.join('\n')
}

/** The line of `text` around `at`; lower-casing may have moved it by a few characters, which shows no harm. */
function lineAt(text: string, at: number): string {
  const start = Math.max(text.lastIndexOf('\n', at) + 1, at - SEARCH_LINE_CHARS / 2)
  return quoteInline(text.slice(start, start + SEARCH_LINE_CHARS), SEARCH_LINE_CHARS)
}

const WRITES_SHOWN_MAX = 12

function readDiff(tree: RunTree, given: Arguments, charsMax: number): string {
  const path = given.get('path')
  if (typeof path !== 'string' || path === '') return 'Say which file.'
  const writers = tree.steps.filter(({ effects }) =>
    effects.filesWritten.some((written) => written === path || written.endsWith(`/${path}`))
  )
  if (writers.length === 0) return `No step wrote it. Written were: ${writtenFiles(tree)}.`
  const shown = writers.slice(0, WRITES_SHOWN_MAX)
  const each = Math.floor(charsMax / shown.length) - STAGE_LINE_CHARS
  const texts = shown.map(({ effects, ...step }) => {
    const text = effects.writtenText === '' ? step.action : effects.writtenText
    return `${headOf({ ...step, effects })}\n${quoteLines(text, Math.max(100, each))}`
  })
  const hidden = writers.length - shown.length
  return [...texts, ...(hidden === 0 ? [] : [`(${hidden} later writes)`])].join('\n')
}

const FILES_NAMED_MAX = 15

function writtenFiles(tree: RunTree): string {
  const files = new Set<string>()
  for (const { effects } of tree.steps) {
    for (const path of effects.filesWritten) files.add(quoteName(path))
    if (files.size >= FILES_NAMED_MAX) break
  }
  return files.size === 0 ? 'none' : [...files].slice(0, FILES_NAMED_MAX).join(', ')
}

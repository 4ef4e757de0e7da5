// What a producer told of what its program did, variant by variant, and what it did not tell: the gaps of the page
// are read from here, none is written by hand.

import { ANSWERS } from './model-answers.ts'
import {
  TOOL_ERROR,
  type Exported,
  type ModelCall,
  type RanVariant,
  type VariantName
} from './producers-run.ts'

export interface SeenRun {
  readonly run: {
    readonly outcome: string
    readonly state: string
    readonly startedAt: string
    readonly tokens: Readonly<Record<string, number>>
    readonly cost?: number
  }
  readonly steps: readonly SeenStep[]
}

export interface SeenStep {
  readonly kind: string
  readonly tool?: string
  readonly arguments: string
  readonly observation: string
  readonly outcome: string
  readonly action: string
  readonly thought: string
  readonly error?: string
  readonly cost?: number
  readonly costSource?: string
  readonly tokens: Readonly<Record<string, number>>
  readonly filesRead: readonly string[]
  readonly filesWritten: readonly string[]
}

export interface SeenVariant {
  readonly ran: RanVariant
  readonly calls: readonly ModelCall[]
  /** Absent when nothing of it came. */
  readonly told: SeenRun | undefined
}

export interface SeenProducer {
  readonly name: string
  /** With their versions. */
  readonly packages: readonly string[]
  readonly configuration: readonly string[]
  readonly needsRoot: boolean
  /** Absent where it was not counted. */
  readonly exported: Exported | undefined
  readonly variants: readonly SeenVariant[]
}

export function toolsOf(told: SeenRun): readonly SeenStep[] {
  return told.steps.filter(({ kind }) => kind === 'tool')
}

export function seenIn({ variants }: SeenProducer, name: VariantName): SeenVariant | undefined {
  return variants.find(({ ran }) => ran.name === name)
}

export function gapsOf(seen: SeenProducer): readonly string[] {
  if (seen.variants.every(({ told }) => told === undefined)) {
    return ['exports nothing by OpenTelemetry of its own']
  }
  const plain = seenIn(seen, 'plain')
  const streamed = seenIn(seen, 'streamed')
  return [
    ...(seen.needsRoot ? ['seen with a span of the program around the run'] : []),
    ...(plain?.told === undefined ? [] : gapsOfTools(plain, plain.told)),
    ...gapsOfFailingTool(seenIn(seen, 'failing tool')),
    ...gapsOfStream(plain, streamed),
    ...gapsOfFailingModel(seenIn(seen, 'failing model')),
    ...(plain?.told?.run.outcome === 'unknown' ? ['outcome of the run unknown'] : [])
  ]
}

/** Of steps that are there, whoever made them. */
export function gapsOfSteps({ run, steps }: SeenRun): readonly string[] {
  const tools = steps.filter(({ kind }) => kind === 'tool')
  return [
    ...(tools.some((step) => step.arguments === '') ? ['tool steps without arguments'] : []),
    ...(tools.some((step) => step.observation === '') ? ['tool steps without result'] : []),
    ...(run.outcome === 'unknown' ? ['outcome of the run unknown'] : [])
  ]
}

function gapsOfTools({ ran }: SeenVariant, told: SeenRun): readonly string[] {
  const tools = toolsOf(told)
  if (tools.length === 0 && ran.tools.length > 0) return ['tools that ran are no steps']
  const isBare = tools.some((step) => isBareValue(step.arguments))
  return [
    ...gapsOfSteps(told).filter((gap) => gap.startsWith('tool ')),
    ...(isBare ? ['the only argument of a tool is without its name'] : [])
  ]
}

function isBareValue(given: string): boolean {
  return given !== '' && !given.startsWith('{')
}

function gapsOfFailingTool(seen: SeenVariant | undefined): readonly string[] {
  const tools = seen?.told === undefined ? [] : toolsOf(seen.told)
  if (seen === undefined || tools.length === 0) return []
  if (tools.length < seen.ran.tools.length) return ['a tool that failed is no step']
  const failed = tools.find(({ outcome }) => outcome === 'error')
  if (failed === undefined) return ['that a tool failed is in its result only']
  return failed.error?.includes(TOOL_ERROR) === true ? [] : ['what a failed tool threw is not told']
}

function gapsOfStream(
  plain: SeenVariant | undefined,
  streamed: SeenVariant | undefined
): readonly string[] {
  if (plain?.told === undefined || streamed === undefined) return []
  if (streamed.told === undefined) return ['a streamed run is not exported']
  const isCounted = Object.keys(streamed.told.run.tokens).length > 0
  const lost = wordsIn(plain.told).filter((words) => !wordsIn(streamed.told).includes(words))
  return [
    ...(isCounted ? [] : ['no tokens of streamed calls']),
    ...(lost.length > 0 ? ['of streamed calls not all that the model said'] : [])
  ]
}

/** Of what the stub says the texts that are in the run. */
function wordsIn(told: SeenRun | undefined): readonly string[] {
  const texts = told?.steps.flatMap(({ action, thought }) => [action, thought]) ?? []
  return Object.values(ANSWERS)
    .map(({ text }) => text)
    .filter((text) => texts.some((said) => said.includes(text)))
}

function gapsOfFailingModel(seen: SeenVariant | undefined): readonly string[] {
  if (seen === undefined) return []
  if (seen.told === undefined) return ['a run whose model call failed is not exported']
  const failed = seen.told.steps.find(({ kind }) => kind === 'llm')
  if (failed === undefined) return ['a model call that failed is no step']
  return failed.error?.includes('planned') === true
    ? []
    : ['a failed model call is without its error']
}

// What a run is about, for lists: who ran, on which task, with which models, and how it ended in words.

import type { ClassifiedStep, Run, TraceId } from '@onset/collector/model'

import type { NumberedStep } from './number-steps.ts'
import type { SpanForest } from './span-forest.ts'

export type RunHead = Pick<
  Run,
  | 'runId'
  | 'traceIds'
  | 'sessionId'
  | 'service'
  | 'agent'
  | 'agentVersion'
  | 'models'
  | 'task'
  | 'finalMessage'
  | 'startTime'
  | 'endTime'
>

export function readHead(
  forest: SpanForest,
  numbered: readonly NumberedStep[],
  first: ClassifiedStep
): RunHead {
  const steps = forest.map((node) => node.step)
  const root = findRoot(forest, first)
  const startTime = steps.reduce((least, step) => minOf(least, step.startTime), first.startTime)
  const endTime = steps.reduce((most, step) => maxOf(most, step.endTime), first.endTime)
  const called = distinct(steps.map((step) => (step.kind === 'llm' ? step.model : undefined)))
  return {
    runId: first.runId,
    traceIds: [...new Set<TraceId>(steps.map((step) => step.traceId))],
    sessionId: root.sessionId ?? firstOf(steps, (step) => step.sessionId),
    service: root.service,
    agent: root.agent ?? firstOf(steps, (step) => step.agent),
    agentVersion: root.agentVersion ?? firstOf(steps, (step) => step.agentVersion),
    models: called.length > 0 ? called : distinct(steps.map((step) => step.model)),
    task: readTask(steps, root),
    finalMessage: readFinalMessage(numbered, root),
    startTime,
    endTime
  }
}

/** The outermost agent; where there is none, the first step at the top. */
function findRoot(forest: SpanForest, first: ClassifiedStep): ClassifiedStep {
  const agents = forest.filter(({ step }) => step.kind === 'agent')
  const named = agents.find(({ step }) => step.agent !== undefined)
  const top = agents.find(({ parent }) => parent === undefined)
  return (top ?? named)?.step ?? first
}

function readTask(steps: readonly ClassifiedStep[], root: ClassifiedStep): string {
  if (root.input !== '') return root.input
  const asked = steps.find(
    (step) => (step.kind === 'agent' || step.kind === 'llm') && step.input !== ''
  )
  return asked?.input ?? ''
}

/** The last answer of the root agent, not of an agent it called; else what the root span returned. */
function readFinalMessage(numbered: readonly NumberedStep[], root: ClassifiedStep): string {
  const answers = numbered.filter(({ step }) => step.kind === 'llm' && step.action !== '')
  const own = answers.findLast(
    ({ step, parentIndex }) =>
      parentIndex === undefined &&
      (step.agent === undefined || root.agent === undefined || step.agent === root.agent)
  )
  const returned = root.kind === 'agent' ? root.observation : ''
  return own?.step.action ?? (returned || (answers.at(-1)?.step.action ?? ''))
}

function firstOf(
  steps: readonly ClassifiedStep[],
  read: (step: ClassifiedStep) => string | undefined
): string | undefined {
  for (const step of steps) {
    const value = read(step)
    if (value !== undefined) return value
  }
  return undefined
}

function distinct(values: readonly (string | undefined)[]): string[] {
  return [...new Set(values.filter((value) => value !== undefined))]
}

function minOf<T extends bigint>(one: T, other: T): T {
  return other < one ? other : one
}

function maxOf<T extends bigint>(one: T, other: T): T {
  return other > one ? other : one
}

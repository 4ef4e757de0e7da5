// The optional API: names runs, stages and tools where nothing can be derived, and says how a run went.
// Without the registered instrumentation each function only calls what it is given.

import {
  context,
  SpanStatusCode,
  trace,
  type Attributes,
  type Span,
  type SpanOptions,
  type Tracer
} from '@opentelemetry/api'
import { currentRunSpan, setRunSpan, sharedRuns } from './current-run.ts'
import type { RunOutcome } from './options.ts'
import { userMessage } from './start-runs.ts'

export interface RunDescription {
  /** The agent's name. */
  readonly agent: string
  /** What the agent is asked. */
  readonly task?: string
  /** The conversation the run belongs to. */
  readonly session?: string
  readonly attributes?: Attributes
}

export interface ToolDescription {
  readonly name: string
  readonly arguments?: unknown
  /** The id under which the model asked for it. */
  readonly callId?: string
}

/**
 * Runs `fn` as one run of an agent: a trace of its own, or a part of the run it is called in, be that of
 * this process or of the one that started it.
 */
export function withRun<T>(description: RunDescription | string, fn: (span: Span) => T): T {
  const { agent, task, session, attributes } =
    typeof description === 'string' ? { agent: description } : description
  const isInside = trace.getSpanContext(context.active()) !== undefined
  const joined = isInside ? undefined : sharedRuns()?.joinedRun?.()
  const isOwn = !isInside && joined === undefined
  if (isOwn) sharedRuns()?.leaveProcessRun()
  const options: SpanOptions = {
    root: isOwn,
    attributes: {
      ...attributes,
      'gen_ai.operation.name': 'invoke_agent',
      'gen_ai.agent.name': agent,
      ...(task === undefined ? {} : { 'gen_ai.input.messages': userMessage(task) }),
      ...(session === undefined ? {} : { 'gen_ai.conversation.id': session })
    }
  }
  const span = tracer().startSpan(`invoke_agent ${agent}`, options, joined)
  return within(span, () => fn(span), { isRun: true })
}

/** Runs `fn` as a stage of the run: what happens in it has one purpose. */
export function withStage<T>(name: string, fn: (span: Span) => T): T {
  const span = tracer().startSpan(`stage ${name}`, { attributes: { 'onset.stage.name': name } })
  return within(span, () => fn(span), { isRun: false })
}

/** Runs `fn` as a call of a tool; what it returns is the tool's result. */
export function withTool<T>(description: ToolDescription | string, fn: (span: Span) => T): T {
  const tool = typeof description === 'string' ? { name: description } : description
  const span = tracer().startSpan(`execute_tool ${tool.name}`, {
    attributes: {
      'gen_ai.operation.name': 'execute_tool',
      'gen_ai.tool.name': tool.name,
      ...(tool.callId === undefined ? {} : { 'gen_ai.tool.call.id': tool.callId }),
      ...(tool.arguments === undefined
        ? {}
        : { 'gen_ai.tool.call.arguments': toText(tool.arguments) })
    }
  })
  const onResult = (result: unknown): void => {
    if (result !== undefined) span.setAttribute('gen_ai.tool.call.result', toText(result))
  }
  return within(span, () => fn(span), { isRun: false, onResult })
}

/** Says how the run went that the calling code belongs to: what a check found, not what the agent believes. */
export function recordOutcome(outcome: RunOutcome, reason?: string): void {
  const span = currentRunSpan()
  if (span === undefined) return
  span.setAttribute('onset.run.outcome', outcome)
  if (reason !== undefined) span.setAttribute('onset.run.outcome_reason', reason)
  sharedRuns()?.checkpoint(span)
}

/** Sends what is recorded so far; true when it was acknowledged in time. An end of the process needs none. */
export async function flush(timeoutMs?: number): Promise<boolean> {
  return (await sharedRuns()?.flush(timeoutMs)) ?? true
}

function tracer(): Tracer {
  return sharedRuns()?.tracer ?? trace.getTracer('@onset/instrumentation')
}

interface Within {
  readonly isRun: boolean
  readonly onResult?: (result: unknown) => void
}

function within<T>(span: Span, fn: () => T, { isRun, onResult }: Within): T {
  const active = trace.setSpan(context.active(), span)
  const settle = (result: unknown): void => {
    onResult?.(result)
    span.end()
  }
  try {
    const result = context.with(isRun ? setRunSpan(active, span) : active, fn)
    if (!isPromise(result)) {
      settle(result)
      return result
    }
    // The same promise goes back: a chained one would be another object, and reject a second time.
    result.then(settle, (error: unknown) => fail(span, error))
    return result
  } catch (error) {
    fail(span, error)
    throw error
  }
}

function fail(span: Span, error: unknown): void {
  const { name, message } =
    error instanceof Error ? error : { name: 'error', message: String(error) }
  span.recordException({ name, message })
  span.setAttribute('error.type', name)
  span.setStatus({ code: SpanStatusCode.ERROR, message })
  span.end()
}

function isPromise(value: unknown): value is Promise<unknown> {
  return (
    typeof value === 'object' &&
    value !== null &&
    'then' in value &&
    typeof value.then === 'function'
  )
}

function toText(value: unknown): string {
  if (typeof value === 'string') return value
  try {
    return JSON.stringify(value) ?? String(value)
  } catch {
    return String(value)
  }
}

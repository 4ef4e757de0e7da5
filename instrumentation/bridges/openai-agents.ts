// OpenAI Agents: its own tracing says which agent runs which tool and hands over to whom. The provider of
// that tracing is kept on `globalThis`, so it is reached in bundles too, without a look at any module.
// Spans of model calls are left out: the request itself is seen.

import type { Attributes, Context } from '@opentelemetry/api'
import {
  isObject,
  textOf,
  toJson,
  type BridgeRoom,
  type FrameworkContext,
  type StartedSpan,
  type Unknown
} from './bridge-room.ts'

const PROVIDER = Symbol.for('openai.agents.core.traceProvider')
const STORAGE = Symbol.for('openai.agents.core.asyncLocalStorage')

/** More than any program has open at a time; the oldest is given up first. */
const OPEN_SPANS_MAX = 4096

/** The SDK's own spans: what is recorded of each kind; other kinds are looked through. */
const KINDS: Readonly<Record<string, (data: Unknown) => { name: string; attributes: Attributes }>> =
  {
    agent: ({ name }) => ({
      name: `invoke_agent ${String(name)}`,
      attributes: { 'gen_ai.operation.name': 'invoke_agent', 'gen_ai.agent.name': String(name) }
    }),
    function: ({ name }) => ({
      name: `execute_tool ${String(name)}`,
      attributes: {
        'gen_ai.operation.name': 'execute_tool',
        'gen_ai.tool.name': String(name),
        'gen_ai.tool.type': 'function'
      }
    }),
    handoff: ({ from_agent: from }) => ({
      name: 'handoff',
      attributes: {
        'gen_ai.operation.name': 'execute_tool',
        'gen_ai.tool.type': 'function',
        'onset.handoff.from': String(from)
      }
    }),
    guardrail: ({ name }) => ({
      name: `guardrail ${String(name)}`,
      attributes: {
        'gen_ai.operation.name': 'apply_guardrail',
        'gen_ai.guardrail.name': String(name)
      }
    })
  }

interface OpenSpan extends FrameworkContext {
  /** Undefined for a kind that is looked through: it stands for what it is in. */
  readonly started: StartedSpan | undefined
  /** The SDK's own, which it fills while the span is open. */
  readonly data: Unknown
  hasArguments: boolean
}

export function bridgeOpenAiAgents(room: BridgeRoom): () => void {
  const open = new Map<string, OpenSpan>()
  const processor = createProcessor(room, open)
  room.addSource(() => {
    const current = currentSpan(open)
    // What happens inside is compared with what the tool was asked for.
    if (current !== undefined) showArguments(room, current)
    return current
  })
  return watchGlobal(PROVIDER, (provider) => {
    room.safely(() => joinProvider(provider, processor))
  })
}

type Processor = ReturnType<typeof createProcessor>

const nothing = (): Promise<void> => Promise.resolve()

function createProcessor(room: BridgeRoom, open: Map<string, OpenSpan>) {
  return {
    onTraceStart: nothing,
    onTraceEnd: nothing,
    onSpanStart(span: Unknown): Promise<void> {
      room.safely(() => startSpan(room, open, span))
      return nothing()
    },
    onSpanEnd(span: Unknown): Promise<void> {
      room.safely(() => endSpan(room, open, span))
      return nothing()
    },
    shutdown: nothing,
    forceFlush: nothing
  }
}

function startSpan(room: BridgeRoom, open: Map<string, OpenSpan>, span: Unknown): void {
  const id = textOf(span['spanId'])
  const data = span['spanData']
  if (id === undefined || !isObject(data)) return
  if (open.size >= OPEN_SPANS_MAX) giveUpOldest(open)
  const parent = open.get(String(span['parentId']))
  const describe = KINDS[String(data['type'])]
  if (describe === undefined) {
    if (parent !== undefined) open.set(id, { ...parent, started: undefined })
    return
  }
  const { name, attributes } = describe(data)
  const under: { parent?: Context } = parent === undefined ? {} : { parent: parent.context }
  const started = room.startSpan(name, { ...under, attributes })
  open.set(id, {
    context: started.context,
    startedUnder: started.startedUnder,
    started,
    data,
    hasArguments: false
  })
}

function showArguments(room: BridgeRoom, span: OpenSpan): void {
  const input = span.data['type'] === 'function' ? textOf(span.data['input']) : undefined
  if (span.hasArguments || input === undefined || span.started === undefined) return
  room.setContent(span.started.span, 'arguments', input)
  span.hasArguments = true
}

function giveUpOldest(open: Map<string, OpenSpan>): void {
  for (const [id, { started }] of open) {
    started?.span.end()
    open.delete(id)
    return
  }
}

function endSpan(room: BridgeRoom, open: Map<string, OpenSpan>, ended: Unknown): void {
  const id = String(ended['spanId'])
  const opened = open.get(id)
  const span = opened?.started?.span
  open.delete(id)
  const data = ended['spanData']
  if (opened === undefined || span === undefined || !isObject(data)) return
  if (data['type'] === 'function') {
    showArguments(room, { ...opened, data })
    room.setContent(span, 'result', textOf(data['output']))
  }
  const target = textOf(data['to_agent'])
  if (data['type'] === 'handoff' && target !== undefined) {
    span.updateName(`handoff to ${target}`)
    span.setAttributes({ 'onset.handoff.to': target, 'gen_ai.tool.name': handoffTool(target) })
  }
  if (data['type'] === 'guardrail') {
    const result = data['triggered'] === true ? 'triggered' : 'passed'
    span.setAttribute('gen_ai.guardrail.result.type', result)
  }
  const error = ended['error']
  if (isObject(error)) room.fail(span, 'tool_error', shownError(error))
  span.end()
}

/** The name under which a model is offered an agent unless the program chooses another. */
function handoffTool(agent: string): string {
  return `transfer_to_${agent.replaceAll(/\s/g, '_').replaceAll(/[^a-zA-Z0-9_]/g, '_')}`
}

function shownError({ message, data }: Unknown): string {
  const cause = isObject(data) ? data['error'] : undefined
  const text = textOf(message) ?? ''
  if (cause === undefined) return text
  return `${text}: ${typeof cause === 'string' ? cause : toJson(cause)}`
}

/** The SDK keeps its current span in storage of its own. */
function currentSpan(open: ReadonlyMap<string, OpenSpan>): OpenSpan | undefined {
  if (open.size === 0) return undefined
  const storage: unknown = Reflect.get(globalThis, STORAGE)
  if (!isObject(storage) || typeof storage['getStore'] !== 'function') return undefined
  const store: unknown = Reflect.apply(storage['getStore'], storage, [])
  let span: unknown = isObject(store) && store['active'] === true ? store['span'] : undefined
  // A span that has just ended may still be the current one.
  for (let depth = 0; depth < OPEN_SPANS_MAX && isObject(span); depth += 1) {
    const found = open.get(String(span['spanId']))
    if (found !== undefined) return found
    span = span['previousSpan']
  }
  return undefined
}

type SetProcessors = (processors: readonly unknown[]) => unknown

/** Whichever processors the program chooses, ours is one more, and first: it is called synchronously then. */
function joinProvider(provider: unknown, processor: Processor): void {
  if (!isObject(provider)) return
  const { registerProcessor, setProcessors } = provider
  if (typeof registerProcessor !== 'function' || !isSetProcessors(setProcessors)) return
  Reflect.apply(registerProcessor, provider, [processor])
  Reflect.set(provider, 'setProcessors', (processors: readonly unknown[]) =>
    setProcessors.call(provider, [processor, ...processors])
  )
}

function isSetProcessors(value: unknown): value is SetProcessors {
  return typeof value === 'function'
}

/** Tells of the value that somebody puts under a global key, now or later. */
function watchGlobal(key: symbol, found: (value: unknown) => void): () => void {
  let value: unknown = Reflect.get(globalThis, key)
  if (value !== undefined) found(value)
  Object.defineProperty(globalThis, key, {
    configurable: true,
    enumerable: false,
    get: () => value,
    set: (next: unknown) => {
      value = next
      found(next)
    }
  })
  return () => {
    if (value === undefined) Reflect.deleteProperty(globalThis, key)
    else Object.defineProperty(globalThis, key, { value, writable: true, configurable: true })
  }
}

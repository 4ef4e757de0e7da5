// LangChain and LangGraph: a callback handler in every run of theirs says which tool or graph runs inside
// which. Model calls are left out: the request itself is seen, and goes under the run that made it.

import type { Attributes } from '@opentelemetry/api'
import {
  describeError,
  isObject,
  textOf,
  type BridgeRoom,
  type FrameworkContext,
  type StartedSpan,
  type Unknown
} from './bridge-room.ts'
import type { WantedClass } from './reach-modules.ts'

const PATCHED = Symbol.for('onset.instrumentation.langchain')
const STORAGE = Symbol.for('ls:tracing_async_local_storage')
const CHILD_CONFIG = Symbol.for('lc:child_config')

/** More than any program has open at a time; the oldest is given up first. */
const OPEN_RUNS_MAX = 4096

/** Handlers that record the same as OpenTelemetry spans: each run would be there twice. */
const OTHER_RECORDERS = /openinference|opentelemetry|traceloop|langfuse/i

type Configure = (this: unknown, ...given: readonly unknown[]) => unknown
type MakeManager = new () => unknown

export function wantLangChain(room: BridgeRoom): WantedClass {
  const handler = new RunHandler(room)
  room.addSource(() => handler.current())
  return {
    name: 'CallbackManager',
    files: [
      '@langchain/core/dist/callbacks/manager.js',
      '@langchain/core/dist/callbacks/manager.cjs'
    ],
    found: (manager) => {
      const original = manager['_configureSync']
      if (manager[PATCHED] === true || !isConfigure(original) || !isMaker(manager)) return
      const configure: Configure = function (...given) {
        const configured = original.call(this, ...given)
        return room.safely(() => withHandler(configured, manager, handler)) ?? configured
      }
      Reflect.set(manager, '_configureSync', configure)
      Reflect.set(manager, PATCHED, true)
    }
  }
}

function withHandler(configured: unknown, Manager: MakeManager, handler: RunHandler): unknown {
  const manager = configured ?? new Manager()
  if (!isObject(manager)) return configured
  const { handlers, addHandler } = manager
  if (!Array.isArray(handlers) || typeof addHandler !== 'function') return configured
  const isRecorded = handlers.some(
    (other: unknown) =>
      other === handler || (isObject(other) && OTHER_RECORDERS.test(String(other['name'])))
  )
  if (!isRecorded) Reflect.apply(addHandler, manager, [handler, true])
  return manager
}

interface OpenRun extends FrameworkContext {
  /** Undefined for a run that is looked through: it stands for what it is in. */
  readonly started: StartedSpan | undefined
}

/** What LangChain calls; the order of the arguments is its own. */
class RunHandler {
  readonly name = 'onset'
  /** Called before the run goes on, not from a queue. */
  readonly awaitHandlers = true
  readonly raiseError = false
  readonly #room: BridgeRoom
  readonly #open = new Map<unknown, OpenRun>()
  /** Model calls that go on → what they are in. */
  readonly #models = new Map<unknown, unknown>()

  constructor(room: BridgeRoom) {
    this.#room = room
  }

  copy(): this {
    return this
  }

  handleToolStart(...[tool, input, id, parent, , , runName, callId]: readonly unknown[]): void {
    this.#room.safely(() => {
      const name = textOf(runName) ?? nameOf(tool) ?? 'tool'
      const span = this.#start(`execute_tool ${name}`, id, parent, {
        'gen_ai.operation.name': 'execute_tool',
        'gen_ai.tool.name': name,
        'gen_ai.tool.type': 'function',
        ...(typeof callId === 'string' ? { 'gen_ai.tool.call.id': callId } : {})
      })
      this.#room.setContent(span, 'arguments', input)
    })
  }

  handleToolEnd(output: unknown, id: unknown): void {
    this.#room.safely(() => {
      const span = this.#take(id)
      if (span === undefined) return
      // A message of a tool says its content; other results are what they are.
      const message: Unknown = isObject(output) && 'tool_call_id' in output ? output : {}
      this.#room.setContent(span, 'result', message['content'] ?? output)
      if (message['status'] === 'error') {
        this.#room.fail(span, 'tool_error', textOf(message['content']) ?? '')
      }
      span.end()
    })
  }

  handleToolError(error: unknown, id: unknown): void {
    this.#fail(error, id)
  }

  /** Only graphs: a step of one ends before the tools are run that its model asked for. */
  handleChainStart(...given: readonly unknown[]): void {
    const [chain, , id, parent, , , , runName] = given
    this.#room.safely(() => {
      const name = textOf(runName) ?? nameOf(chain) ?? 'chain'
      if (!isGraph(chain, name)) {
        this.#lookThrough(id, parent)
        return
      }
      this.#start(`invoke_agent ${name}`, id, parent, {
        'gen_ai.operation.name': 'invoke_agent',
        'gen_ai.agent.name': name
      })
    })
  }

  handleChainEnd(_output: unknown, id: unknown): void {
    this.#room.safely(() => this.#take(id)?.end())
  }

  handleChainError(error: unknown, id: unknown): void {
    this.#fail(error, id)
  }

  handleChatModelStart(...[, , id, parent]: readonly unknown[]): void {
    if (this.#models.size < OPEN_RUNS_MAX) this.#models.set(id, parent)
  }

  handleLLMStart(...[, , id, parent]: readonly unknown[]): void {
    if (this.#models.size < OPEN_RUNS_MAX) this.#models.set(id, parent)
  }

  handleLLMEnd(_output: unknown, id: unknown): void {
    this.#models.delete(id)
  }

  handleLLMError(_error: unknown, id: unknown): void {
    this.#models.delete(id)
  }

  /** A graph says what runs; without one, a model call that is the only one tells it. */
  current(): FrameworkContext | undefined {
    if (this.#open.size === 0) return undefined
    const said = this.#open.get(runOfStorage())
    if (said !== undefined) return said
    const [parent] = this.#models.values()
    return this.#models.size === 1 ? this.#open.get(parent) : undefined
  }

  #start(
    name: string,
    id: unknown,
    parentId: unknown,
    attributes: Attributes
  ): StartedSpan['span'] {
    this.#bound()
    const parent = this.#open.get(parentId)
    const under = parent === undefined ? {} : { parent: parent.context }
    const started = this.#room.startSpan(name, { ...under, attributes })
    this.#open.set(id, {
      context: started.context,
      startedUnder: started.startedUnder,
      started
    })
    return started.span
  }

  #lookThrough(id: unknown, parentId: unknown): void {
    this.#bound()
    const parent = this.#open.get(parentId)
    if (parent !== undefined) this.#open.set(id, { ...parent, started: undefined })
  }

  #bound(): void {
    if (this.#open.size < OPEN_RUNS_MAX) return
    const [oldest] = this.#open.keys()
    this.#take(oldest)?.end()
  }

  #take(id: unknown): StartedSpan['span'] | undefined {
    const span = this.#open.get(id)?.started?.span
    this.#open.delete(id)
    return span
  }

  #fail(error: unknown, id: unknown): void {
    this.#room.safely(() => {
      const span = this.#take(id)
      if (span === undefined) return
      const { type, message } = describeError(error)
      this.#room.fail(span, type, message)
      span.end()
    })
  }
}

/** LangGraph keeps the configuration of the step that runs in LangChain's storage. */
function runOfStorage(): unknown {
  const storage: unknown = Reflect.get(globalThis, STORAGE)
  if (!isObject(storage) || typeof storage['getStore'] !== 'function') return undefined
  const store: unknown = Reflect.apply(storage['getStore'], storage, [])
  const extra = isObject(store) ? store['extra'] : undefined
  const config = isObject(extra) ? extra[CHILD_CONFIG] : undefined
  const callbacks = isObject(config) ? config['callbacks'] : undefined
  return isObject(callbacks) ? callbacks['_parentRunId'] : undefined
}

function isGraph(chain: unknown, name: string): boolean {
  return name === 'LangGraph' || /^(?:Compiled\w*Graph|Pregel)$/.test(nameOf(chain) ?? '')
}

/** The last part of the id under which the object is serialized, unless it has a name. */
function nameOf(serialized: unknown): string | undefined {
  if (!isObject(serialized)) return undefined
  const { name, id } = serialized
  return textOf(name) ?? (Array.isArray(id) ? textOf(id.at(-1)) : undefined)
}

function isConfigure(value: unknown): value is Configure {
  return typeof value === 'function'
}

function isMaker(value: unknown): value is MakeManager & Unknown {
  return typeof value === 'function'
}

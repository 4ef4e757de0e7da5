// Commands that run beside the program. All forms end in `ChildProcess.prototype.spawn`, which is given
// what the forms have made of their arguments; the forms themselves only leave their name and time limit.
// Outputs are seen where the process's bytes enter the stream, so that its mode, its pace and its readers
// stay as they are; events are seen as they are emitted, so that there is no listener of ours.

import childProcess, { ChildProcess } from 'node:child_process'
import { EventEmitter } from 'node:events'
import { promisify } from 'node:util'
import { type AnyFunction, isFunction, type Patches } from '../patch.ts'
import type { Room } from '../room.ts'
import { CommandSpan } from './command-span.ts'
import { OutputTap } from './output-tap.ts'

interface Call {
  readonly form: string
  readonly timeoutMs: number
}

interface Running {
  readonly span: CommandSpan
  readonly child: ChildProcess
  readonly startedAt: number
  readonly timeoutMs: number
  readonly stdout: OutputTap | undefined
  readonly stderr: OutputTap | undefined
  error: Error | undefined
  waiting: NodeJS.Timeout | undefined
}

export interface Commands {
  endAll(): void
}

export function watchCommands(room: Room, patches: Patches): Commands {
  const running = new Map<unknown, Running>()
  let call: Call | undefined
  for (const form of ['spawn', 'exec', 'execFile', 'fork'] as const) {
    const noted: (run: AnyFunction) => AnyFunction = (run) => {
      return function (this: unknown, ...args) {
        const outer = call
        // `exec` calls `execFile`, `fork` calls `spawn`: the outermost form is the one that was meant.
        call ??= { form, timeoutMs: timeoutIn(args) }
        try {
          return run.apply(this, args)
        } finally {
          call = outer
        }
      }
    }
    patches.replace(childProcess, form, (original) => {
      const replacement = noted(original)
      const custom: unknown = Reflect.get(original, promisify.custom)
      if (isFunction(custom)) {
        const value = Object.defineProperties(noted(custom), namesOf(custom))
        Object.defineProperty(replacement, promisify.custom, { value, configurable: true })
      }
      return replacement
    })
  }
  patches.replace(ChildProcess.prototype, 'spawn', (original) => {
    return function (this: unknown, options, ...rest) {
      const started = room.isBusy
        ? undefined
        : room.safely(() => start(room, options, call, running.size))
      try {
        const result = original.call(this, options, ...rest)
        if (started !== undefined && this instanceof ChildProcess) {
          room.safely(() => running.set(this, follow(room, started, this)))
        }
        return result
      } catch (error) {
        room.safely(() => started?.span.end({ error: toError(error) }))
        throw error
      }
    }
  })
  patches.cover(ChildProcess.prototype, 'emit', function (this: unknown, ...args) {
    const record = running.get(this)
    if (record !== undefined) room.safely(() => onEvent(room, running, record, args))
    return Reflect.apply(emit(), this, args)
  })
  return {
    endAll() {
      for (const record of running.values()) {
        end(running, record, { leftRunning: record.child.exitCode === null })
      }
    }
  }
}

function namesOf({ name, length }: AnyFunction): PropertyDescriptorMap {
  return {
    name: { value: name, configurable: true },
    length: { value: length, configurable: true }
  }
}

/** Looked up each time: others may have put theirs in front, as `node:domain` does. */
function emit(): AnyFunction {
  const found: unknown = Reflect.get(EventEmitter.prototype, 'emit')
  return isFunction(found) ? found : () => false
}

interface Started extends Call {
  readonly span: CommandSpan
  readonly startedAt: number
}

function start(
  room: Room,
  options: unknown,
  call: Call | undefined,
  open: number
): Started | undefined {
  if (!isObject(options) || open >= room.limits.openCommandsMax) return undefined
  const { file, args, cwd, envPairs, timeout }: SpawnOptions = options
  if (typeof file !== 'string') return undefined
  const pairs = texts(envPairs)
  const form = call?.form ?? 'spawn'
  const span = new CommandSpan(room, {
    file,
    args: texts(args).slice(1),
    cwd: folderOf(cwd),
    env: readPairs(pairs),
    form
  })
  if (Array.isArray(envPairs)) Reflect.set(options, 'envPairs', withContext(room, span, pairs))
  const timeoutMs = timeoutIn([{ timeout }]) || (call?.timeoutMs ?? 0)
  return { span, timeoutMs, form, startedAt: performance.now() }
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}

function folderOf(cwd: unknown): string {
  return typeof cwd === 'string' ? cwd : process.cwd()
}

/** What the forms hand over, which is documented nowhere: none of it is believed. */
interface SpawnOptions {
  readonly file?: unknown
  readonly args?: unknown
  readonly cwd?: unknown
  readonly envPairs?: unknown
  readonly timeout?: unknown
}

/** A trace context that the caller chose stays. */
function withContext(room: Room, span: CommandSpan, pairs: readonly string[]): readonly string[] {
  const inherited = room.inheritedTraceparent
  const kept = pairs.filter(
    (pair) => inherited === undefined || pair !== `TRACEPARENT=${inherited}`
  )
  if (kept.some((pair) => /^TRACEPARENT=/i.test(pair))) return pairs
  const context = room.options.childEnvironment(span.context)
  return [...kept, ...Object.entries(context).map(([name, value]) => `${name}=${value}`)]
}

function readPairs(pairs: readonly string[]): Record<string, string> {
  const env: Record<string, string> = Object.create(null)
  for (const pair of pairs) {
    const at = pair.indexOf('=')
    if (at > 0) env[pair.slice(0, at)] = pair.slice(at + 1)
  }
  return env
}

function follow(room: Room, started: Started, child: ChildProcess): Running {
  return {
    ...started,
    child,
    stdout: tap(room, child.stdout),
    stderr: tap(room, child.stderr),
    error: undefined,
    waiting: undefined
  }
}

/** Every chunk enters a stream through its `push`. */
function tap(room: Room, stream: object | null): OutputTap | undefined {
  const push: unknown = stream === null ? undefined : Reflect.get(stream, 'push')
  if (stream === null || !isFunction(push)) return undefined
  const output = new OutputTap(room.limits)
  const value: AnyFunction = function (this: unknown, chunk, ...rest) {
    if (Buffer.isBuffer(chunk)) room.safely(() => output.push(chunk))
    return push.call(this, chunk, ...rest)
  }
  Object.defineProperty(stream, 'push', { value, writable: true, configurable: true })
  return output
}

function onEvent(
  room: Room,
  running: Map<unknown, Running>,
  record: Running,
  [name, first]: readonly unknown[]
): void {
  if (name === 'error') record.error = toError(first)
  if (name === 'close') end(running, record, {})
  // After an exit the outputs are read to their end, unless an heir holds them open.
  if (name === 'exit' || (name === 'error' && record.child.pid === undefined)) {
    record.waiting ??= setTimeout(() => {
      room.safely(() => end(running, record, {}))
    }, room.limits.closeWaitMs).unref()
  }
}

function end(
  running: Map<unknown, Running>,
  record: Running,
  { leftRunning = false }: { readonly leftRunning?: boolean }
): void {
  const { child, span, stdout, stderr, startedAt, timeoutMs } = record
  running.delete(child)
  clearTimeout(record.waiting)
  const isLate = timeoutMs > 0 && performance.now() - startedAt >= timeoutMs
  span.end({
    pid: child.pid,
    // Negative codes are those of a start that failed.
    exitCode: child.exitCode === null || child.exitCode < 0 ? undefined : child.exitCode,
    signal: child.signalCode ?? undefined,
    timedOut: isLate && child.killed,
    leftRunning,
    error: record.error,
    stdout,
    stderr
  })
}

function timeoutIn(args: readonly unknown[]): number {
  for (const given of args) {
    if (typeof given !== 'object' || given === null || Array.isArray(given)) continue
    const timeout: unknown = Reflect.get(given, 'timeout')
    if (typeof timeout === 'number') return timeout
  }
  return 0
}

export function texts(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.map((item: unknown) => String(item)) : []
}

export function toError(value: unknown): Error {
  return value instanceof Error ? value : new Error(String(value))
}

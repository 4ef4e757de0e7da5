// Commands that the program waits for: `execSync`, `execFileSync`, `spawnSync`. Their result, or the error
// they throw, tells all there is.

import childProcess from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { AnyFunction, Patches } from '../patch.ts'
import type { Room } from '../room.ts'
import { CommandSpan, codeOf, type CommandEnd } from './command-span.ts'
import { OutputTap } from './output-tap.ts'
import { texts, toError } from './watch-commands.ts'

type Form = 'execSync' | 'execFileSync' | 'spawnSync'

export function watchSyncCommands(room: Room, patches: Patches): void {
  for (const form of ['execSync', 'execFileSync', 'spawnSync'] as const) {
    patches.replace(childProcess, form, (original) => watch(room, form, original))
  }
}

function watch(room: Room, form: Form, original: AnyFunction): AnyFunction {
  return function (this: unknown, ...given) {
    const started = room.isBusy ? undefined : room.safely(() => start(room, form, given))
    if (started === undefined) return original.apply(this, given)
    try {
      const result = original.apply(this, started.args)
      room.safely(() =>
        started.span.end(form === 'spawnSync' ? endOf(room, result) : endWith(room, result))
      )
      return result
    } catch (error) {
      room.safely(() => started.span.end({ error: toError(error), ...endOf(room, error) }))
      throw error
    }
  }
}

interface Started {
  readonly span: CommandSpan
  /** As given, but for the trace context in the environment. */
  readonly args: unknown[]
}

/** Undefined for arguments that Node will refuse, or that mean something we do not know. */
function start(room: Room, form: Form, given: readonly unknown[]): Started | undefined {
  const [file] = given
  if (typeof file !== 'string') return undefined
  const list = form !== 'execSync' && Array.isArray(given[1]) ? given[1] : undefined
  const at = list === undefined && !isSkipped(form, given) ? 1 : 2
  const options = given[at] ?? {}
  if (typeof options !== 'object' || Array.isArray(options)) return undefined
  const env: unknown = Reflect.get(options, 'env')
  const span = new CommandSpan(room, {
    ...programOf(form === 'execSync' ? true : Reflect.get(options, 'shell'), file, texts(list)),
    cwd: folderOf(Reflect.get(options, 'cwd')),
    env: isObject(env) ? copyOf(env) : undefined,
    form
  })
  const withContext = { ...options, env: environment(room, span, env) }
  const before = given.slice(0, at)
  // An empty place for arguments that were not given.
  while (before.length < at) before.push(undefined)
  return { span, args: [...before, withContext, ...given.slice(at + 1)] }
}

function programOf(
  shell: unknown,
  file: string,
  args: readonly string[]
): { readonly file: string; readonly args: readonly string[] } {
  if (shell === undefined || shell === null || shell === false || shell === '')
    return { file, args }
  const program = typeof shell === 'string' ? shell : '/bin/sh'
  return { file: program, args: ['-c', [file, ...args].join(' ')] }
}

/** `spawnSync(file, undefined, options)` */
function isSkipped(form: Form, given: readonly unknown[]): boolean {
  return form !== 'execSync' && (given[1] === undefined || given[1] === null) && given.length > 2
}

function folderOf(cwd: unknown): string {
  if (typeof cwd === 'string') return cwd
  return cwd instanceof URL ? fileURLToPath(cwd) : process.cwd()
}

function environment(room: Room, span: CommandSpan, env: unknown): unknown {
  const copied = copyOf(isObject(env) ? env : room.options.environment)
  const own = copied['TRACEPARENT']
  if (own !== undefined && own !== room.inheritedTraceparent) return env
  return Object.assign(copied, room.options.childEnvironment(span.context))
}

/** As a template makes it, which is what Node does. */
function textOf(value: unknown): string {
  return ['', value].join('')
}

/** Node passes on inherited members too. */
function copyOf(env: object): Record<string, string> {
  const copied: Record<string, string> = Object.create(null)
  for (const name in env) {
    const value: unknown = Reflect.get(env, name)
    if (value !== undefined) copied[name] = textOf(value)
  }
  return copied
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}

function endWith(room: Room, stdout: unknown): CommandEnd {
  return { exitCode: 0, stdout: tapOf(room, stdout) }
}

/** Of a result of `spawnSync`, or of the error of the others: both have the same members. */
function endOf(room: Room, result: unknown): CommandEnd {
  if (!isObject(result)) return {}
  const status: unknown = Reflect.get(result, 'status')
  const signal: unknown = Reflect.get(result, 'signal')
  const pid: unknown = Reflect.get(result, 'pid')
  const error: unknown = Reflect.get(result, 'error')
  const code = codeOf(error) ?? codeOf(result)
  // `Command failed` with an exit code is no failure to run it.
  const failure = error instanceof Error ? error : code === undefined ? undefined : toError(result)
  return {
    pid: typeof pid === 'number' && pid > 0 ? pid : undefined,
    exitCode: typeof status === 'number' ? status : undefined,
    signal: typeof signal === 'string' ? signal : undefined,
    timedOut: code === 'ETIMEDOUT',
    error: failure,
    stdout: tapOf(room, Reflect.get(result, 'stdout')),
    stderr: tapOf(room, Reflect.get(result, 'stderr'))
  }
}

function tapOf(room: Room, output: unknown): OutputTap | undefined {
  const isText = typeof output === 'string'
  if (!isText && !Buffer.isBuffer(output)) return undefined
  const tap = new OutputTap(room.limits)
  tap.push(isText ? Buffer.from(output) : output)
  return tap
}

// The span of one command, from what it was started with to how it ended.

import { SpanStatusCode, trace, type Attributes, type Context, type Span } from '@opentelemetry/api'
import type { Room } from '../room.ts'
import { commandLine, shownArguments } from './command-line.ts'
import type { OutputTap } from './output-tap.ts'
import { findChanges, lookAround, type Surroundings } from './surroundings.ts'

export interface CommandStart {
  readonly file: string
  /** Without the program's name. */
  readonly args: readonly string[]
  readonly cwd: string
  /** Variables given to the command by name; undefined when it inherits. */
  readonly env: Readonly<Record<string, string>> | undefined
  /** `exec`, `spawnSync`, …: the function that was called. */
  readonly form: string
}

export interface CommandEnd {
  readonly pid?: number | undefined
  readonly exitCode?: number | undefined
  readonly signal?: string | undefined
  readonly timedOut?: boolean
  /** Why it did not start, or was given up. */
  readonly error?: Error | undefined
  /** The process that started it ended first. */
  readonly leftRunning?: boolean
  readonly stdout?: OutputTap | undefined
  readonly stderr?: OutputTap | undefined
}

export class CommandSpan {
  readonly #room: Room
  readonly #span: Span
  readonly #cwd: string
  readonly #before: Surroundings | undefined
  readonly context: Context
  #isEnded = false

  constructor(room: Room, start: CommandStart) {
    this.#room = room
    room.settleFiles()
    const { limits, capture, options } = room
    const parent = options.parentContext()
    const command = commandLine(start.file, start.args)
    const shown = shownArguments(command, capture, limits)
    this.#cwd = start.cwd
    this.#before = options.looksForChanges === true ? lookAround(start.cwd, limits) : undefined
    this.#span = room.startSpan(
      {
        tool: 'shell',
        arguments: { command: command.line },
        mark: command.line,
        attributes: {
          'process.command': capture.redact(start.file),
          ...(shown === undefined ? {} : { 'process.command_args': shown }),
          'process.working_directory': capture.redact(start.cwd),
          'onset.command.form': start.form,
          ...shownEnvironment(room, start.env)
        }
      },
      parent
    )
    this.context = trace.setSpan(parent, this.#span)
  }

  end(end: CommandEnd): void {
    if (this.#isEnded) return
    this.#isEnded = true
    const { capture } = this.#room
    const span = this.#span
    if (end.pid !== undefined) span.setAttribute('process.pid', end.pid)
    if (end.exitCode !== undefined) span.setAttribute('process.exit.code', end.exitCode)
    if (end.signal !== undefined) span.setAttribute('onset.process.signal', end.signal)
    if (end.timedOut === true) span.setAttribute('onset.process.timed_out', true)
    if (end.leftRunning === true) span.setAttribute('onset.process.left_running', true)
    span.setAttributes({
      ...outputAttributes('stdout', end.stdout, capture.mode !== 'off'),
      ...outputAttributes('stderr', end.stderr, capture.mode !== 'off')
    })
    const result = this.#result(end)
    if (result !== undefined) span.setAttribute('gen_ai.tool.call.result', result)
    this.#tellFailure(end)
    this.#tellChanges()
    span.end()
  }

  #result({ stdout, stderr, exitCode }: CommandEnd): string | undefined {
    const { capture } = this.#room
    if (capture.mode !== 'full') return undefined
    // An exit code alone is on the span already; without output there is nothing to show.
    if (stdout === undefined && stderr === undefined) return undefined
    const redact = (text: string): string => capture.redact(text)
    return JSON.stringify({
      stdout: stdout?.text(redact) ?? '',
      stderr: stderr?.text(redact) ?? '',
      ...(exitCode === undefined ? {} : { exit_code: exitCode })
    })
  }

  /** A code other than 0 is left to readers: of `grep` it is an answer. */
  #tellFailure({ error, signal, timedOut }: CommandEnd): void {
    if (error === undefined && signal === undefined) return
    const type = timedOut === true ? 'timeout' : (nameOf(error) ?? signal ?? 'error')
    const message =
      timedOut === true ? 'timed out' : (error?.message ?? `killed by ${signal ?? ''}`)
    this.#span.setAttribute('error.type', type)
    this.#span.setStatus({
      code: SpanStatusCode.ERROR,
      message: this.#room.capture.redact(this.#room.capture.mode === 'full' ? message : type)
    })
  }

  #tellChanges(): void {
    if (this.#before === undefined) return
    const changed = findChanges(this.#before, lookAround(this.#cwd, this.#room.limits))
    for (const { path, change, bytes } of changed ?? []) {
      const shown = this.#room.capture.redact(path)
      const action = {
        tool: change === 'deleted' ? 'delete_file' : 'write_file',
        arguments: { path: shown },
        mark: '',
        attributes: {
          'file.path': shown,
          'onset.file.operation': change,
          'onset.file.seen_by': 'comparison',
          ...(bytes === undefined ? {} : { 'file.size': bytes })
        }
      }
      this.#room.startSpan(action, this.context).end()
    }
  }
}

function nameOf(error: Error | undefined): string | undefined {
  return codeOf(error) ?? error?.name
}

function outputAttributes(name: string, tap: OutputTap | undefined, mayHash: boolean): Attributes {
  if (tap === undefined) return {}
  const sha256 = mayHash ? tap.sha256() : undefined
  return {
    [`onset.process.${name}.bytes`]: tap.bytes,
    ...(sha256 === undefined ? {} : { [`onset.process.${name}.sha256`]: sha256 })
  }
}

/** Only variables on the allow-list; the names of others may tell what nobody meant to tell. */
function shownEnvironment(room: Room, env: CommandStart['env']): Attributes {
  const shown: Attributes = {}
  for (const name of room.capture.mode === 'full' ? (room.options.allowedVariables ?? []) : []) {
    const value = env?.[name]
    if (value !== undefined) {
      shown[`process.environment_variable.${name}`] =
        room.capture.text(value, room.limits.fileTextCharsMax) ?? ''
    }
  }
  return shown
}

export function codeOf(error: unknown): string | undefined {
  const code: unknown =
    typeof error === 'object' && error !== null ? Reflect.get(error, 'code') : undefined
  return typeof code === 'string' ? code : undefined
}

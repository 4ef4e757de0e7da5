// Which producer a command is, by its name, the package `npx` is to run, or the first line of a script.

import { accessSync, closeSync, constants, openSync, readSync, statSync } from 'node:fs'
import { basename, delimiter, extname, join, resolve } from 'node:path'
import type { Environment, Producer, Program } from './producer.ts'
import { node, PRODUCERS, python, unknown } from './producers/index.ts'

/** The kernel itself reads no more of a script's first line. */
const FIRST_LINE_BYTES = 256

const PACKAGE_RUNNERS = ['npx', 'pnpx', 'bunx']

/** Programs whose first argument that looks like one is the script they run. */
const INTERPRETER = /^(?:node|nodejs|tsx|ts-node|python[\d.]*)$/
const SCRIPT = /\.(?:[cm]?[jt]sx?|py)$/
/** Their value may look like a script. */
const PRELOAD_FLAGS = ['-r', '--require', '--import', '--loader', '--experimental-loader']

export interface Recognized {
  readonly producer: Producer
  readonly program: Program
}

export function recognizeCommand(command: readonly string[], env: Environment): Recognized {
  const [typed = '', ...args] = command
  const path = findProgram(typed, env)
  const program: Program = {
    name: nameOf(typed),
    path,
    interpreter: path === undefined ? undefined : findInterpreter(path, env),
    args
  }
  return { producer: findProducer(program), program }
}

/**
 * The command as the program sees itself, for a program that is recorded from the inside: its name and what it
 * is asked are read of it as it would read them. Empty where the command says neither.
 */
export function programArgv({ producer, program }: Recognized): readonly string[] {
  const { name, path, args } = program
  if (producer !== node && producer !== python) return []
  if (!INTERPRETER.test(name)) {
    return producer === node && !node.commands.includes(name) ? ['node', path ?? name, ...args] : []
  }
  const at = args.findIndex(
    (arg, index) => SCRIPT.test(arg) && !PRELOAD_FLAGS.includes(args[index - 1] ?? '')
  )
  return at === -1 ? [] : [name, ...args.slice(at)]
}

/** The program's own name, not that of its interpreter. */
export function agentName(recognized: Recognized): string {
  const script = programArgv(recognized)[1]
  return script === undefined ? recognized.program.name : basename(script, extname(script))
}

function findProducer(program: Program): Producer {
  const { name, args, interpreter } = program
  if (PACKAGE_RUNNERS.includes(name)) {
    const wanted = args.find((arg) => !arg.startsWith('-'))?.replace(/(?<=.)@[^@/]*$/, '')
    const packaged = PRODUCERS.find(({ packages }) => packages?.includes(wanted ?? '') === true)
    if (packaged !== undefined) return packaged
  }
  const named = PRODUCERS.find(({ commands }) => commands.includes(name))
  if (named !== undefined) return named
  if (/^python3?(?:\.\d+)?$/.test(name)) return python
  const by = nameOf(interpreter ?? '')
  if (by === 'node' || by === 'nodejs' || by === 'tsx') return node
  return by.startsWith('python') ? python : unknown
}

function nameOf(path: string): string {
  return basename(path).replace(/\.(?:exe|cmd|bat)$/i, '')
}

function findProgram(typed: string, env: Environment): string | undefined {
  if (/[/\\]/.test(typed)) return isProgram(resolve(typed)) ? resolve(typed) : undefined
  return (env['PATH'] ?? '')
    .split(delimiter)
    .filter((folder) => folder !== '')
    .map((folder) => join(folder, typed))
    .find(isProgram)
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return statSync(path).isFile()
  } catch {
    return false
  }
}

/** Of `#!/usr/bin/env -S node --flag` the program that `env` looks for, of `#!/usr/bin/python3` that path. */
function findInterpreter(path: string, env: Environment): string | undefined {
  const words = /^#!\s*([^\n]*)/.exec(readHead(path))?.[1]?.split(/\s+/) ?? []
  const [first, ...rest] = words
  if (first === undefined || first === '') return undefined
  if (basename(first) !== 'env') return first
  const wanted = rest.find((word) => !word.startsWith('-') && !word.includes('='))
  return wanted === undefined ? undefined : (findProgram(wanted, env) ?? wanted)
}

function readHead(path: string): string {
  try {
    const file = openSync(path, 'r')
    try {
      const head = Buffer.alloc(FIRST_LINE_BYTES)
      return head.toString('latin1', 0, readSync(file, head, 0, head.length, 0))
    } finally {
      closeSync(file)
    }
  } catch {
    return ''
  }
}

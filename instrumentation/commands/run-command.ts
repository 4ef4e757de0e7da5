// The frame of every command here: parses flags, answers --help, and turns errors into one line.

import { parseArgs, type ParseArgsConfig } from 'node:util'
import { OnsetApiError } from '../api-client/index.ts'
import { EXIT_FAILED, EXIT_OK, EXIT_USAGE, type Command, type CommandIo } from './command.ts'

/** The server read the command line's values and says what is wrong with them. */
const BAD_REQUEST = 400

/** An option that may be given more than once has a list. */
export type Values = Readonly<Record<string, string | boolean | readonly string[] | undefined>>

export interface CommandSpec {
  readonly name: string
  readonly summary: string
  readonly usage: string
  readonly options: NonNullable<ParseArgsConfig['options']>
  /** The positional arguments it takes, exactly, as its usage calls them. */
  readonly positionals: readonly string[]
  act(positionals: readonly string[], values: Values, io: CommandIo): Promise<number>
}

export function defineCommand(spec: CommandSpec): Command {
  const { name, summary, usage } = spec
  return {
    name,
    summary,
    usage,
    run: async (args, io) => {
      let parsed
      try {
        parsed = parseArgs({
          args: [...args],
          options: { ...spec.options, help: { type: 'boolean', short: 'h' } },
          allowPositionals: true
        })
      } catch (error) {
        return refuse(io, name, error instanceof Error ? error.message : String(error))
      }
      const values = parsed.values as Values
      if (values['help'] === true) {
        io.stdout.write(`${usage}\n`)
        return EXIT_OK
      }
      const problem = findProblem(spec.positionals, parsed.positionals)
      if (problem !== undefined) return refuse(io, name, problem)
      return guard(io, name, () => spec.act(parsed.positionals, values, io))
    }
  }
}

export interface CommandGroupSpec {
  readonly name: string
  readonly summary: string
  readonly usage: string
  readonly actions: ReadonlyMap<string, Command>
}

/** A command whose first word says what to do: `onset keys list`. */
export function defineCommandGroup({ name, summary, usage, actions }: CommandGroupSpec): Command {
  return {
    name,
    summary,
    usage,
    run: async ([action, ...rest], io) => {
      if (action === '--help' || action === '-h') {
        io.stdout.write(`${usage}\n`)
        return EXIT_OK
      }
      const command = actions.get(action ?? '')
      if (command !== undefined) return command.run(rest, io)
      const problem = action === undefined ? 'no action given' : `unknown action ${action}`
      return refuse(io, name, `${problem}; expected ${listChoices([...actions.keys()])}`)
    }
  }
}

/** `a, b or c`. */
export function listChoices(names: readonly string[]): string {
  return `${names.slice(0, -1).join(', ')} or ${names.at(-1) ?? ''}`
}

function findProblem(names: readonly string[], given: readonly string[]): string | undefined {
  const missing = names.find((_, index) => (given[index] ?? '').trim() === '')
  if (missing !== undefined) {
    const isEmpty = given[names.indexOf(missing)] !== undefined
    return isEmpty ? `<${missing}> is empty` : `<${missing}> is missing`
  }
  const extra = given[names.length]
  if (extra === undefined) return undefined
  const taken = names.map((name) => `<${name}>`).join(' ')
  const takes = taken === '' ? 'takes no arguments' : `takes only ${taken}`
  return `${takes}; unexpected argument ${JSON.stringify(extra)}`
}

async function guard(io: CommandIo, name: string, act: () => Promise<number>): Promise<number> {
  try {
    return await act()
  } catch (error) {
    if (!(error instanceof OnsetApiError)) throw error
    io.stderr.write(`onset ${name}: ${error.message}\n`)
    return error.status === BAD_REQUEST ? EXIT_USAGE : EXIT_FAILED
  }
}

function refuse(io: CommandIo, name: string, message: string): number {
  io.stderr.write(`onset ${name}: ${message}\nSee "onset ${name} --help".\n`)
  return EXIT_USAGE
}

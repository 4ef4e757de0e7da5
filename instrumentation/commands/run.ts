// `onset run -- <command>`: runs an agent with its telemetry set up.

import { constants } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import {
  launch,
  type LaunchEnd,
  type LaunchRequest,
  type LaunchServices
} from '../launcher/index.ts'
import { EXIT_OK, EXIT_USAGE, type Command, type CommandIo } from './command.ts'

const WAIT_MS = 30_000
const WAIT_MS_MAX = 60 * 60 * 1000

/** As shells count an end by a signal. */
const SIGNAL_EXIT_BASE = 128

/** Signals we end by ourselves when the agent did; others would only leave a core of ours beside its own. */
const RAISED: readonly NodeJS.Signals[] = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGKILL']

/** A signal arrives within a turn of the event loop. */
const RAISE_TIME_MAX_MS = 2_000

const UNITS_MS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000 }

const USAGE = `onset run [options] -- <command> [arguments]

Runs an agent with its telemetry sent to Onset. Claude Code, Codex, Gemini CLI, Copilot CLI, OpenHands, Python
and Node agents are recognized; other commands get OpenTelemetry's standard variables. It sets only environment
variables and arguments, and changes no file; variables you have already set win. Streams, signals and the exit
code are the agent's. When the agent ends, the run is named on standard error, with the step where it went wrong
if it failed.

  --name NAME              the agent's name (default: the command's)
  --task TEXT              what the agent was asked
  --outcome-from COMMAND   a shell command run afterwards: exit code 0 means ok, any other means error.
                           ONSET_RUN_ID in its environment names the run
  --exit-with agent|check  whose exit code to return (default: agent)
  --wait TIME              how long to wait for the analysis, for example 30s, 500ms, 2m (default 30s)
  --no-wait                do not wait
  --print-env              print what would be set, and run nothing

ONSET_URL: where Onset runs (http://127.0.0.1:4318). ONSET_API_KEY: a key with the scope ingest, plus read to
show the result.
Exit codes: the agent's; 126 or 127 if it cannot be started; 2 wrong usage. If SIGINT, SIGTERM, SIGHUP or SIGKILL
ended the agent, this command ends by the same signal; any other signal gives 128 plus its number.`

export interface RunCommandServices extends LaunchServices {
  /** Ends this process by the signal. */
  readonly raise: (signal: NodeJS.Signals) => void
}

export function createRunCommand(services: RunCommandServices): Command {
  return {
    name: 'run',
    summary: 'run an agent with its telemetry set up',
    usage: USAGE,
    run: async (args, io) => {
      const at = args.indexOf('--')
      const own = at === -1 ? args : args.slice(0, at)
      const command = at === -1 ? [] : args.slice(at + 1)
      let request
      try {
        request = readRequest(own, command)
      } catch (error) {
        return refuse(io, error instanceof Error ? error.message : String(error))
      }
      if (request === undefined) {
        io.stdout.write(`${USAGE}\n`)
        return EXIT_OK
      }
      return toExitCode(await launch(request, services, io), request, services)
    }
  }
}

/** Undefined when help is wanted. */
function readRequest(
  args: readonly string[],
  command: readonly string[]
): LaunchRequest | undefined {
  const { values } = parseArgs({
    args: [...args],
    options: {
      name: { type: 'string' },
      task: { type: 'string' },
      'outcome-from': { type: 'string' },
      'exit-with': { type: 'string', default: 'agent' },
      wait: { type: 'string' },
      'no-wait': { type: 'boolean' },
      'print-env': { type: 'boolean' },
      help: { type: 'boolean', short: 'h' }
    }
  })
  if (values.help === true) return undefined
  if (command.length === 0) throw new Error('no command given: onset run -- <command>')
  const exitWith = values['exit-with']
  if (exitWith !== 'agent' && exitWith !== 'check')
    throw new Error('--exit-with must be agent or check')
  if (exitWith === 'check' && values['outcome-from'] === undefined) {
    throw new Error('--exit-with check needs --outcome-from')
  }
  return {
    command,
    name: values.name,
    task: values.task,
    check: values['outcome-from'],
    exitWith,
    waitMs: values['no-wait'] === true ? 0 : readWait(values.wait),
    printsEnvironment: values['print-env'] === true
  }
}

function readWait(text: string | undefined): number {
  if (text === undefined) return WAIT_MS
  const [, number = '', unit = 's'] = /^(\d{1,7})(ms|s|m)?$/.exec(text) ?? []
  const ms = Number(number) * (UNITS_MS[unit] ?? 0)
  if (number === '' || ms > WAIT_MS_MAX) {
    throw new Error(`--wait is ${JSON.stringify(text)}; expected a time such as 30s, 500ms or 2m`)
  }
  return ms
}

async function toExitCode(
  { agent, check }: LaunchEnd,
  request: LaunchRequest,
  { raise }: RunCommandServices
): Promise<number> {
  if (request.exitWith === 'check' && check !== undefined) return check.exitCode
  if (agent.kind === 'exit') return agent.code
  if (RAISED.includes(agent.signal)) {
    raise(agent.signal)
    // Delivered by the event loop, where the telemetry notices it first; ending now would outrun it.
    await sleep(RAISE_TIME_MAX_MS)
  }
  return SIGNAL_EXIT_BASE + constants.signals[agent.signal]
}

function refuse(io: CommandIo, message: string): number {
  io.stderr.write(`onset run: ${message}\nSee "onset run --help".\n`)
  return EXIT_USAGE
}

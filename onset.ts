// The `onset` command: composes the small command files of the rooms and does nothing itself.

import { spawnSync } from 'node:child_process'
import { basename, delimiter, dirname, join, relative } from 'node:path'
import {
  alertsCommand,
  auditCommand,
  backupCommand,
  createExplainCommand,
  EXIT_FAILED,
  EXIT_OK,
  EXIT_USAGE,
  exportCommand,
  feedbackCommand,
  keysCommand,
  localizeCommand,
  renormalizeCommand,
  patternsCommand,
  outcomeCommand,
  precisionCommand,
  runsCommand,
  showCommand,
  type Command
} from '@onset/instrumentation/commands'
import { buildRunCommand } from '@onset/instrumentation/launch-command'
import { createRestoreCommand, explainFile } from '@onset/collector/commands'
import { classifyStep } from '@onset/collector/effects'
import { dialectsCommand } from '@onset/collector/normalizer'
import { assembleRun } from '@onset/processors/assembler'
import { createEvalCommand } from '@onset/processors/evaluation'
import { fitLocalizer, localizeOnset } from '@onset/processors/localizer'
import manifest from './package.json' with { type: 'json' }

// Loaded when it is needed: the whole collector would make every other command wait.
const readSettings = async (env: Readonly<Record<string, string | undefined>>) =>
  (await import('@onset/collector')).readSettings(env)

const evalCommand = createEvalCommand(
  { classifyStep, assembleRun, localize: (tree) => localizeOnset(tree), fitLocalizer },
  { readJudgeSettings: async (env) => (await readSettings(env)).judge }
)

const restoreCommand = createRestoreCommand({ readSettings })

const runCommand = buildRunCommand({
  now: Date.now,
  raise: (signal) => process.kill(process.pid, signal)
})

const explainCommand = createExplainCommand({
  explainFile: (path) => explainFile(path, Date.now)
})

const allDialectsCommand: Command = {
  ...dialectsCommand,
  run: ([action, ...rest], io) =>
    action === 'explain'
      ? explainCommand.run(rest, io)
      : dialectsCommand.run(action === undefined ? [] : [action, ...rest], io)
}

const COMMANDS: readonly Command[] = [
  runCommand,
  runsCommand,
  showCommand,
  localizeCommand,
  patternsCommand,
  feedbackCommand,
  outcomeCommand,
  precisionCommand,
  exportCommand,
  evalCommand,
  allDialectsCommand,
  renormalizeCommand,
  alertsCommand,
  backupCommand,
  restoreCommand,
  keysCommand,
  auditCommand
]

const NAME_CHARS = Math.max(...COMMANDS.map(({ name }) => name.length)) + 1

const USAGE = `onset finds the step where an AI agent went wrong. Run it as "npm run onset -- <command>".

${COMMANDS.map(({ name, summary }) => `  onset ${name.padEnd(NAME_CHARS)} ${summary}`).join('\n')}

"onset <command> --help" shows details. Exit codes: 0 done, 1 failed, 2 wrong usage.
`

async function main(args: readonly string[]): Promise<number> {
  const [name, ...rest] = args
  if (name === '--version') {
    process.stdout.write(`${manifest.version}\n`)
    return EXIT_OK
  }
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
    process.stdout.write(USAGE)
    return name === undefined ? EXIT_USAGE : EXIT_OK
  }
  const command = COMMANDS.find((candidate) => candidate.name === name)
  if (command === undefined) {
    process.stderr.write(`onset: unknown command ${name}\n\n${USAGE}`)
    return EXIT_USAGE
  }
  return command.run(rest, process)
}

/**
 * npm runs a script in the folder of its package, with that package's programs first in `PATH`. The agent, its
 * programs and the paths given are its caller's.
 */
function goWhereNpmWasStarted(): void {
  const { INIT_CWD: startedIn, npm_package_json: scriptOf } = process.env
  if (startedIn === undefined || scriptOf !== join(import.meta.dirname, 'package.json')) return
  // What an agent starts inherits the variables, and is where it is.
  if (process.cwd() !== import.meta.dirname) return
  process.env['PATH'] = withNodeForUs(withoutNpmsFolders(process.env['PATH'] ?? ''))
  try {
    process.chdir(startedIn)
    process.env['PWD'] = startedIn
  } catch {
    // It went in the meantime: here is as good as anywhere.
  }
}

/**
 * npm puts `node_modules/.bin` of the package and of every folder above it in front, then its own `node-gyp-bin`;
 * what follows is the caller's, whatever it names.
 */
function withoutNpmsFolders(path: string): string {
  const folders = path.split(delimiter)
  const bin = join('node_modules', '.bin')
  const isNpms = (folder: string): boolean =>
    basename(folder) === 'node-gyp-bin' ||
    (folder.endsWith(bin) &&
      !relative(folder.slice(0, -bin.length), import.meta.dirname).startsWith('..'))
  const last = folders.findIndex((folder) => !isNpms(folder) || basename(folder) === 'node-gyp-bin')
  const own = folders[last]
  if (last === -1 || own === undefined) return path
  return folders.slice(isNpms(own) ? last + 1 : last).join(delimiter)
}

/**
 * The instrumentation of a checkout is TypeScript, at which a Node before 22.18 stops and the agent with it: in front
 * of such a one stands the Node that runs this.
 */
function withNodeForUs(path: string): string {
  const asked = ['-p', 'process.features.typescript']
  const options = { encoding: 'utf8', timeout: NODE_ANSWER_MS, env: { PATH: path } } as const
  const { stdout } = spawnSync('node', asked, options)
  const isReader = /^(?:strip|transform)$/m.test(stdout ?? '')
  return isReader ? path : [dirname(process.execPath), path].join(delimiter)
}

/** It takes 40 ms, on a busy machine a second. */
const NODE_ANSWER_MS = 5_000

// A reader that closes the pipe early (`onset runs | head`) is not an error; a full disk behind it is one.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(EXIT_OK)
  process.stderr.write(`onset: the output cannot be written: ${error.message}\n`)
  process.exit(EXIT_FAILED)
})

goWhereNpmWasStarted()
process.exitCode = await main(process.argv.slice(2))

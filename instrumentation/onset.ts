#!/usr/bin/env node
// The `onset` command of the published package: everything that needs an Onset's API
// alone, without a server or a database here.

import { readFileSync } from 'node:fs'
import {
  alertsCommand,
  auditCommand,
  backupCommand,
  EXIT_FAILED,
  EXIT_OK,
  EXIT_USAGE,
  exportCommand,
  feedbackCommand,
  keysCommand,
  localizeCommand,
  outcomeCommand,
  patternsCommand,
  precisionCommand,
  renormalizeCommand,
  runsCommand,
  showCommand,
  type Command
} from './commands/index.ts'
import { buildRunCommand } from './launch-command.ts'

const COMMANDS: readonly Command[] = [
  buildRunCommand({ now: Date.now, raise: (signal) => process.kill(process.pid, signal) }),
  runsCommand,
  showCommand,
  localizeCommand,
  patternsCommand,
  feedbackCommand,
  outcomeCommand,
  precisionCommand,
  exportCommand,
  renormalizeCommand,
  alertsCommand,
  backupCommand,
  keysCommand,
  auditCommand
]

const NAME_CHARS = Math.max(...COMMANDS.map(({ name }) => name.length)) + 1

const USAGE = `onset runs AI agents under observation and shows where they went wrong.

${COMMANDS.map(({ name, summary }) => `  onset ${name.padEnd(NAME_CHARS)} ${summary}`).join('\n')}

"onset <command> --help" shows details. Exit codes: 0 done, 1 failed, 2 wrong usage; of "run" the agent's.
`

async function main([name, ...rest]: readonly string[]): Promise<number> {
  if (name === '--version') {
    process.stdout.write(`${readVersion()}\n`)
    return EXIT_OK
  }
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
    process.stdout.write(USAGE)
    return name === undefined ? EXIT_USAGE : EXIT_OK
  }
  const command = COMMANDS.find((candidate) => candidate.name === name)
  if (command !== undefined) return command.run(rest, process)
  process.stderr.write(`onset: unknown command ${name}\n\n${USAGE}`)
  return EXIT_USAGE
}

function readVersion(): string {
  const manifest: unknown = JSON.parse(
    readFileSync(new URL('package.json', import.meta.url), 'utf8')
  )
  const isManifest = typeof manifest === 'object' && manifest !== null && 'version' in manifest
  return isManifest ? String(manifest.version) : ''
}

// A reader that closes the pipe early (`onset runs | head`) is not an error; a full disk behind it is one.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(EXIT_OK)
  process.stderr.write(`onset: the output cannot be written: ${error.message}\n`)
  process.exit(EXIT_FAILED)
})

process.exitCode = await main(process.argv.slice(2))

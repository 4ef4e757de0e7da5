// What is said of an id that no run has.

import { ownCommandOf } from '../terminal/index.ts'
import { EXIT_FAILED, type CommandIo } from './command.ts'

/** Onset looks for the run that begins so from this length on. */
const BEGINNING_CHARS_MIN = 4

export function refuseUnknownRun(command: string, given: string, io: CommandIo): number {
  io.stderr.write(`onset ${command}: ${describeUnknownRun(given, io)}\n`)
  return EXIT_FAILED
}

function describeUnknownRun(given: string, { env }: CommandIo): string {
  const list = `"${ownCommandOf(env)('runs')}" lists the runs`
  return given.length < BEGINNING_CHARS_MIN
    ? `there is no run ${given}; a prefix needs at least four characters. ${list}`
    : `there is no run ${given}. ${list}`
}

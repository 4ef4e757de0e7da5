// `onset dialects`: which producers' spans are understood, in the order in which they are asked. Reads the
// list and nothing else.

import { DIALECTS } from './dialects/index.ts'

const EXIT_OK = 0
const EXIT_USAGE = 2

/** The shape that the root composes; each room declares what it uses of it. */
interface DialectsCommand {
  readonly name: string
  readonly summary: string
  readonly usage: string
  run(args: readonly string[], io: CommandIo): Promise<number>
}

interface CommandIo {
  readonly stdout: { write(text: string): unknown }
  readonly stderr: { write(text: string): unknown }
}

const USAGE = `Usage: onset dialects [--json]
       onset dialects explain <trace id | file of OTLP JSON> [--json]

Lists the dialects of spans in the order in which they are asked: name and version, as on a step, and what
a span is recognized by. The first that recognizes a span reads it. --json prints one object a line.
`

export const dialectsCommand: DialectsCommand = {
  name: 'dialects',
  summary: 'which producers\u2019 spans are understood, and by what',
  usage: USAGE,
  async run(args, { stdout, stderr }) {
    if (args.includes('--help')) {
      stdout.write(USAGE)
      return EXIT_OK
    }
    const unknown = args.find((arg) => arg !== '--json')
    if (unknown !== undefined) {
      stderr.write(`onset dialects: there is no option ${unknown}\n\n${USAGE}`)
      return EXIT_USAGE
    }
    stdout.write(args.includes('--json') ? asJson() : asTable())
    return EXIT_OK
  }
}

function asJson(): string {
  return DIALECTS.map(
    ({ name, version, recognizedBy }) => `${JSON.stringify({ name, version, recognizedBy })}\n`
  ).join('')
}

function asTable(): string {
  const width = Math.max(...DIALECTS.map(({ name }) => name.length)) + 4
  return DIALECTS.map(
    ({ name, version, recognizedBy }) => `${`${name}@${version}`.padEnd(width)} ${recognizedBy}\n`
  ).join('')
}

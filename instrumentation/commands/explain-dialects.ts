// `onset dialects explain`: which dialect takes each span of a trace, which attributes it reads and which are
// left; of a trace that a running Onset has stored, or of a file of OTLP JSON without any server.

import { createApiClient, type TraceDialectsJson } from '../api-client/index.ts'
import { EXIT_FAILED, EXIT_OK, type Command } from './command.ts'
import { defineCommand } from './run-command.ts'

export interface ExplainOptions {
  /** A text says what is wrong with the file. */
  readonly explainFile: (path: string) => Promise<TraceDialectsJson | string>
}

const TRACE_ID = /^[0-9a-f]{32}$/i

export function createExplainCommand({ explainFile }: ExplainOptions): Command {
  return defineCommand({
    name: 'dialects explain',
    summary: 'show which attributes of a trace are read',
    usage: `onset dialects explain <trace id | file of OTLP JSON> [--json]

Shows for each span which dialect reads it, how much of it is known, and the attributes that nothing reads.
An attribute counts as known if it is read, or would be if a preferred one were absent.
A trace id is looked up in the Onset at ONSET_URL (http://127.0.0.1:4318; ONSET_API_KEY: a key); a file is read
here, without a server.

  --json    print the answer as JSON

Exit codes: 0 shown, 1 unknown trace, no answer or no such file, 2 wrong usage.`,
    options: { json: { type: 'boolean' } },
    positionals: ['file'],
    act: async ([of = ''], values, io) => {
      const explained = TRACE_ID.test(of)
        ? await createApiClient(io.env).explainTrace(of)
        : await explainFile(of)
      if (typeof explained === 'string') {
        io.stderr.write(`onset dialects explain: ${explained}\n`)
        return EXIT_FAILED
      }
      io.stdout.write(
        values['json'] === true ? `${JSON.stringify(explained)}\n` : render(explained)
      )
      return EXIT_OK
    }
  })
}

function render({ spans, coverage }: TraceDialectsJson): string {
  const lines = spans.map(({ name, dialect, coverage: share, left }) => {
    const head = `${dialect.padEnd(18)} ${toPercent(share)}  ${printable(name)}\n`
    return left.length === 0 ? head : `${head}    left: ${left.map(printable).join(', ')}\n`
  })
  return `${lines.join('')}${spans.length} spans, ${toPercent(coverage).trim()} of their attributes known\n`
}

function toPercent(share: number): string {
  return `${Math.round(share * 100)} %`.padStart(5)
}

/** Names are anybody's, and a terminal obeys control characters. */
function printable(name: string): string {
  return name.replaceAll(/\p{C}/gu, '\u{fffd}')
}

// `onset outcome <run> <outcome>`: what a verifier or CI found, from a script.

import { createApiClient, type OutcomeRequestJson } from '../api-client/index.ts'
import { EXIT_OK, EXIT_USAGE } from './command.ts'
import { defineCommand } from './run-command.ts'

/** A name may hold anything but `=`; what follows the status is the message. */
const CHECK = /^([^=]+)=(passed|failed|skipped|error)(?::([^]*))?$/

type Check = NonNullable<OutcomeRequestJson['checks']>[number]

export const outcomeCommand = defineCommand({
  name: 'outcome',
  summary: 'report what a verifier or CI found about a run',
  usage: `onset outcome <run> ok|error|cancelled [--check NAME=STATUS[:MESSAGE]]... [--source S] [--output TEXT]

  --check NAME=STATUS[:MESSAGE]    once for each check; passed, failed, skipped, error
  --source S                       who reports; a second report of one source replaces its first (cli)
  --output TEXT                    what the verifier printed
  --json                           the API's own answer

ONSET_URL says where Onset runs (http://127.0.0.1:4318), ONSET_API_KEY carries a key of scope ingest.
Exit codes: 0 stored, 1 Onset did not answer, 2 wrong usage.`,
  options: {
    check: { type: 'string', multiple: true },
    source: { type: 'string', default: 'cli' },
    output: { type: 'string' },
    json: { type: 'boolean' }
  },
  positionals: 2,
  act: async ([run = '', outcome = ''], values, io) => {
    const given = Array.isArray(values['check']) ? values['check'].map(String) : []
    const checks: Check[] = []
    for (const text of given) {
      const check = readCheck(text)
      if (check === undefined) {
        const problem = `--check is ${JSON.stringify(text)}; NAME=failed:MESSAGE is right`
        io.stderr.write(`onset outcome: ${problem}\nSee "onset outcome --help".\n`)
        return EXIT_USAGE
      }
      checks.push(check)
    }
    const { source, output } = values
    const client = createApiClient(io.env)
    const accepted = await client.reportOutcome(await client.expandRunId(run), {
      outcome,
      source: typeof source === 'string' ? source : 'cli',
      ...(checks.length === 0 ? {} : { checks }),
      ...(typeof output === 'string' ? { output } : {})
    })
    io.stdout.write(
      values['json'] === true
        ? `${JSON.stringify(accepted)}\n`
        : `stored with ${accepted.checksKept} checks; the next revision of the run counts it\n`
    )
    return EXIT_OK
  }
})

function readCheck(text: string): Check | undefined {
  const [, name, status, message] = CHECK.exec(text) ?? []
  if (name === undefined || status === undefined) return undefined
  return { name, status, ...(message === undefined ? {} : { message }) }
}

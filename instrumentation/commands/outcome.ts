// `onset outcome <run> <outcome>`: what a verifier or CI found, from a script.

import { createApiClient, type OutcomeRequestJson } from '../api-client/index.ts'
import { formatCount } from '../terminal/index.ts'
import { EXIT_OK, EXIT_USAGE } from './command.ts'
import { defineCommand } from './run-command.ts'

/** A name may hold anything but `=`; what follows the status is the message. */
const CHECK = /^([^=]+)=(passed|failed|skipped|error)(?::([^]*))?$/

type Check = NonNullable<OutcomeRequestJson['checks']>[number]

export const outcomeCommand = defineCommand({
  name: 'outcome',
  summary: 'report what a verifier or CI found about a run',
  usage: `onset outcome <run> ok|error|cancelled [--check NAME=STATUS[:MESSAGE]]... [--source S] [--output TEXT]

  --check NAME=STATUS[:MESSAGE]    repeatable; STATUS is passed, failed, skipped or error
  --source S                       who reports (default cli); a later report from the same source replaces the
                                   earlier one
  --output TEXT                    what the verifier printed
  --json                           print the API's JSON answer

ONSET_URL: where Onset runs (http://127.0.0.1:4318). ONSET_API_KEY: a key with the scope ingest.
Exit codes: 0 stored, 1 Onset did not answer, 2 wrong usage.`,
  options: {
    check: { type: 'string', multiple: true },
    source: { type: 'string', default: 'cli' },
    output: { type: 'string' },
    json: { type: 'boolean' }
  },
  positionals: ['run', 'outcome'],
  act: async ([run = '', outcome = ''], values, io) => {
    const given = Array.isArray(values['check']) ? values['check'].map(String) : []
    const checks: Check[] = []
    for (const text of given) {
      const check = readCheck(text)
      if (check === undefined) {
        const problem = `--check is ${JSON.stringify(text)}; expected NAME=STATUS[:MESSAGE]`
        io.stderr.write(`onset outcome: ${problem}\nSee "onset outcome --help".\n`)
        return EXIT_USAGE
      }
      checks.push(check)
    }
    const { source, output } = values
    const client = createApiClient(io.env)
    const { id, isKnown } = await client.lookUpRun(run)
    const accepted = await client.reportOutcome(id, {
      outcome,
      source: typeof source === 'string' ? source : 'cli',
      ...(checks.length === 0 ? {} : { checks }),
      ...(typeof output === 'string' ? { output } : {})
    })
    io.stdout.write(
      values['json'] === true
        ? `${JSON.stringify(accepted)}\n`
        : `stored with ${formatCount(accepted.checksKept, 'check')}; ${whenItCounts(id, isKnown)}\n`
    )
    return EXIT_OK
  }
})

/** A verifier may be through before the spans are there. */
function whenItCounts(id: string, isKnown: boolean | undefined): string {
  return isKnown === false
    ? `run ${id} is not known yet; it counts once the run arrives`
    : "it counts in the run's next revision"
}

function readCheck(text: string): Check | undefined {
  const [, name, status, message] = CHECK.exec(text) ?? []
  if (name === undefined || status === undefined) return undefined
  return { name, status, ...(message === undefined ? {} : { message }) }
}

// `onset show <run>` and `onset localize <run>`: one run as a tree, as stored or analyzed anew.

import { createApiClient, type ApiClient, type RunDetail } from '../api-client/index.ts'
import { renderRunTree } from '../terminal/index.ts'
import { EXIT_OK, type CommandIo } from './command.ts'
import { defineCommand } from './run-command.ts'
import { refuseUnknownRun } from './unknown-run.ts'

const OPTIONS = { json: { type: 'boolean' }, all: { type: 'boolean' } } as const

const COMMON_USAGE = `
  <run>    run id, or a unique prefix of at least four characters
  --all    show every step; by default long runs show only the parts that matter
  --json   print the API's JSON answer, with all pages of steps joined

ONSET_URL: where Onset runs (http://127.0.0.1:4318). ONSET_API_KEY: a key.
Exit codes: 0 shown, 1 unknown run or no answer, 2 wrong usage.`

export const showCommand = defineCommand({
  name: 'show',
  summary: 'show one run as a tree with its onset',
  usage: `onset show <run> [--all] [--json]
${COMMON_USAGE}`,
  options: OPTIONS,
  positionals: ['run'],
  act: async ([given = ''], values, io) => {
    const client = createApiClient(io.env)
    const detail = await client.findRun(await client.expandRunId(given))
    if (detail === undefined) return refuseUnknownRun('show', given, io)
    return print(client, detail, values, io)
  }
})

export const localizeCommand = defineCommand({
  name: 'localize',
  summary: 'analyze one run again now, and show it',
  usage: `onset localize <run> [--all] [--json]

Assembles and localizes the stored steps again with the current localizer. A different answer
becomes a new revision of the run.
${COMMON_USAGE}`,
  options: OPTIONS,
  positionals: ['run'],
  act: async ([given = ''], values, io) => {
    const client = createApiClient(io.env)
    const detail = await client.localizeRun(await client.expandRunId(given))
    if (detail === undefined) return refuseUnknownRun('localize', given, io)
    return print(client, detail, values, io)
  }
})

async function print(
  client: ApiClient,
  detail: RunDetail,
  values: Readonly<Record<string, unknown>>,
  io: CommandIo
): Promise<number> {
  if (values['json'] === true) {
    io.stdout.write(`${JSON.stringify(detail)}\n`)
    return EXIT_OK
  }
  const feedback = await client.readFeedback(detail.run.id)
  const color = io.stdout.isTTY === true && io.env['NO_COLOR'] === undefined
  const width = io.stdout.columns
  const all = values['all'] === true
  const options = { color, all, feedback, ...(width === undefined ? {} : { width }) }
  io.stdout.write(renderRunTree(detail, options))
  return EXIT_OK
}

// `onset show <run>` and `onset localize <run>`: one run as a tree, as stored or analyzed anew.

import { createApiClient, type RunDetail } from '../api-client/index.ts'
import { renderRunTree } from '../terminal/index.ts'
import { EXIT_FAILED, EXIT_OK, type CommandIo } from './command.ts'
import { defineCommand } from './run-command.ts'

const options = { json: { type: 'boolean' }, all: { type: 'boolean' } } as const

const COMMON_USAGE = `
  <run>    its id, or so much of its beginning that no other run begins so
  --all    every step; long runs are otherwise shown around what matters
  --json   the API's own answer, all pages of steps joined

ONSET_URL says where Onset runs (http://127.0.0.1:4318), ONSET_API_KEY carries a key.
Exit codes: 0 shown, 1 unknown run or no answer, 2 wrong usage.`

export const showCommand = defineCommand({
  name: 'show',
  summary: 'one run as a tree with its onset',
  usage: `onset show <run> [--all] [--json]
${COMMON_USAGE}`,
  options,
  positionals: 1,
  act: async ([given = ''], values, io) => {
    const client = createApiClient(io.env)
    const runId = await client.expandRunId(given)
    return print(runId, await client.findRun(runId), values, io)
  }
})

export const localizeCommand = defineCommand({
  name: 'localize',
  summary: 'analyze one run again, now, and show it',
  usage: `onset localize <run> [--all] [--json]

Assembles and localizes the stored steps anew, with the localizer that runs now; an answer
that differs is a new revision of the run.
${COMMON_USAGE}`,
  options,
  positionals: 1,
  act: async ([given = ''], values, io) => {
    const client = createApiClient(io.env)
    const runId = await client.expandRunId(given)
    return print(runId, await client.localizeRun(runId), values, io)
  }
})

function print(
  runId: string,
  detail: RunDetail | undefined,
  values: Readonly<Record<string, unknown>>,
  io: CommandIo
): number {
  if (detail === undefined) {
    io.stderr.write(`onset: there is no run ${runId}. "onset runs" lists those there are.\n`)
    return EXIT_FAILED
  }
  if (values['json'] === true) {
    io.stdout.write(`${JSON.stringify(detail)}\n`)
    return EXIT_OK
  }
  const color = io.stdout.isTTY === true && io.env['NO_COLOR'] === undefined
  const width = io.stdout.columns
  const all = values['all'] === true
  io.stdout.write(renderRunTree(detail, { color, all, ...(width === undefined ? {} : { width }) }))
  return EXIT_OK
}

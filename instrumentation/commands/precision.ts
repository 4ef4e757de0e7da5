// `onset precision`: how often people found each localizer version right.

import { createApiClient } from '../api-client/index.ts'
import { renderPrecision } from '../terminal/index.ts'
import { EXIT_OK } from './command.ts'
import { defineCommand } from './run-command.ts'

export const precisionCommand = defineCommand({
  name: 'precision',
  summary: 'how often people found the localizer right',
  usage: `onset precision [--since TIME] [--until TIME] [--json]

exact, top 3 and missed cover runs in which people blame a step; accused covers runs in which they blame none.
Brackets are 95 % intervals. Runs on which authors disagree are in none of them.

  --since TIME --until TIME     feedback given in this range; ISO 8601
  --json                        print the API's JSON answer

ONSET_URL: where Onset runs (http://127.0.0.1:4318). ONSET_API_KEY: a key.
Exit codes: 0 shown (also when there is none), 1 Onset did not answer, 2 wrong usage.`,
  options: { since: { type: 'string' }, until: { type: 'string' }, json: { type: 'boolean' } },
  positionals: [],
  act: async (_, values, io) => {
    const query: Record<string, string> = {}
    for (const name of ['since', 'until']) {
      const value = values[name]
      if (typeof value === 'string') query[name] = value
    }
    const precision = await createApiClient(io.env).readPrecision(query)
    if (values['json'] === true) io.stdout.write(`${JSON.stringify(precision)}\n`)
    else if (precision.items.length > 0) io.stdout.write(renderPrecision(precision.items))
    else io.stdout.write('no feedback yet: give some with "onset feedback <run> --onset <step>"\n')
    return EXIT_OK
  }
})

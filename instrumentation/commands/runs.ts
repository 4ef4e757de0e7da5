// `onset runs`: which runs there are, newest first.

import { createApiClient } from '../api-client/index.ts'
import { ownCommandOf, renderRunList } from '../terminal/index.ts'
import { EXIT_OK } from './command.ts'
import { defineCommand } from './run-command.ts'

const FILTERS = [
  'since',
  'until',
  'service',
  'agent',
  'model',
  'outcome',
  'category',
  'session',
  'launch'
]

export const runsCommand = defineCommand({
  name: 'runs',
  summary: 'list runs, newest first',
  usage: `onset runs [filters] [--limit N] [--cursor C] [--json]

  --since TIME --until TIME     runs that started in this range; ISO 8601
  --service S --agent A --model M --session S
  --outcome ok|error|cancelled|unknown
  --category C                  of the best suspected onset
  --launch ID                   runs started by one "onset run", in the last day or since --since
  --limit N                     default 20
  --cursor C                    continue where an earlier list ended
  --json                        print the API's JSON answer

ONSET_URL: where Onset runs (http://127.0.0.1:4318). ONSET_API_KEY: a key.
Exit codes: 0 listed (also when there are none), 1 Onset did not answer, 2 wrong usage.`,
  options: {
    ...Object.fromEntries(FILTERS.map((name) => [name, { type: 'string' as const }])),
    limit: { type: 'string', default: '20' },
    cursor: { type: 'string' },
    json: { type: 'boolean' }
  },
  positionals: [],
  act: async (_, values, io) => {
    const query: Record<string, string> = {}
    for (const name of [...FILTERS, 'limit', 'cursor']) {
      const value = values[name]
      if (typeof value === 'string') query[name] = value
    }
    const page = await createApiClient(io.env).listRuns(query)
    if (values['json'] === true) {
      io.stdout.write(`${JSON.stringify(page)}\n`)
      return EXIT_OK
    }
    if (page.items.length === 0) {
      io.stdout.write('no runs match. Point an agent at Onset, or try "npm run demo".\n')
      return EXIT_OK
    }
    io.stdout.write(renderRunList(page.items))
    if (page.nextCursor !== undefined) {
      io.stdout.write(`more: ${ownCommandOf(io.env)(`runs --cursor ${page.nextCursor}`)}\n`)
    }
    return EXIT_OK
  }
})

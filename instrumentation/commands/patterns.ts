// `onset patterns`: how agents fail again and again.

import { createApiClient } from '../api-client/index.ts'
import { renderPatterns } from '../terminal/index.ts'
import { EXIT_OK } from './command.ts'
import { defineCommand } from './run-command.ts'

const FILTERS = ['since', 'service', 'agent', 'model', 'tool', 'category', 'limit']

export const patternsCommand = defineCommand({
  name: 'patterns',
  summary: 'list failure patterns by agent, model and tool',
  usage: `onset patterns [filters] [--limit N] [--json]

  --since TIME                  hits of runs that ended since; ISO 8601
  --service S --agent A --model M --tool T --category C
  --limit N                     default 20
  --json                        print the API's JSON answer

Strongest first: hits, halved per half-life since the run ended, times how often people agreed.

ONSET_URL: where Onset runs (http://127.0.0.1:4318). ONSET_API_KEY: a key.
Exit codes: 0 listed (also when there are none), 1 Onset did not answer, 2 wrong usage.`,
  options: {
    ...Object.fromEntries(FILTERS.map((name) => [name, { type: 'string' as const }])),
    limit: { type: 'string', default: '20' },
    json: { type: 'boolean' }
  },
  positionals: [],
  act: async (_, values, io) => {
    const query: Record<string, string> = {}
    for (const name of FILTERS) {
      const value = values[name]
      if (typeof value === 'string') query[name] = value
    }
    const answer = await createApiClient(io.env).listPatterns(query)
    if (values['json'] === true) io.stdout.write(`${JSON.stringify(answer)}\n`)
    else if (answer.items.length === 0) io.stdout.write('no patterns match.\n')
    else io.stdout.write(renderPatterns(answer.items))
    return EXIT_OK
  }
})

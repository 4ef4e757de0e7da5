// `onset alerts`: which alerts were told, wait or were given up, and telling one again.

import { createApiClient } from '../api-client/index.ts'
import { ownCommandOf, renderAlertList } from '../terminal/index.ts'
import { EXIT_OK, type Command } from './command.ts'
import { defineCommand, defineCommandGroup } from './run-command.ts'

const ENVIRONMENT = `ONSET_URL: where Onset runs (http://127.0.0.1:4318). ONSET_API_KEY: a key with the scope read to list,
an admin key to resend.
Exit codes: 0 done, 1 no answer or unknown alert, 2 wrong usage.`

const USAGE = `onset alerts list [--state dead] [--destination D] [--limit N] [--cursor C] [--json]
onset alerts resend <id> [--json]

list    list alerts, most recently changed first
resend  retry an alert that was given up

  --state held|waiting|delivered|grouped|withdrawn|dead    dead means given up
  --destination D               a destination's name in the rules
  --limit N                     default 20
  --cursor C                    continue where an earlier list ended
  --json                        print the API's JSON answer

${ENVIRONMENT}`

const FILTERS = ['state', 'destination', 'limit', 'cursor']

const listCommand = defineCommand({
  name: 'alerts list',
  summary: 'list alerts',
  usage: USAGE,
  options: {
    state: { type: 'string' },
    destination: { type: 'string' },
    limit: { type: 'string', default: '20' },
    cursor: { type: 'string' },
    json: { type: 'boolean' }
  },
  positionals: [],
  act: async (_, values, io) => {
    const query: Record<string, string> = {}
    for (const name of FILTERS) {
      const value = values[name]
      if (typeof value === 'string') query[name] = value
    }
    const page = await createApiClient(io.env).listAlerts(query)
    if (values['json'] === true) io.stdout.write(`${JSON.stringify(page)}\n`)
    else if (page.items.length === 0) io.stdout.write('no alerts match.\n')
    else {
      io.stdout.write(renderAlertList(page.items))
      if (page.nextCursor !== undefined) {
        const next = ownCommandOf(io.env)(`alerts list --cursor ${page.nextCursor}`)
        io.stdout.write(`more: ${next}\n`)
      }
    }
    return EXIT_OK
  }
})

const resendCommand = defineCommand({
  name: 'alerts resend',
  summary: 'retry an alert that was given up',
  usage: USAGE,
  options: { json: { type: 'boolean' } },
  positionals: ['id'],
  act: async ([id = ''], values, io) => {
    const alert = await createApiClient(io.env).resendAlert(id)
    io.stdout.write(
      values['json'] === true ? `${JSON.stringify(alert)}\n` : renderAlertList([alert])
    )
    return EXIT_OK
  }
})

const ACTIONS: ReadonlyMap<string, Command> = new Map([
  ['list', listCommand],
  ['resend', resendCommand]
])

export const alertsCommand = defineCommandGroup({
  name: 'alerts',
  summary: 'list alerts, and retry those that were given up',
  usage: USAGE,
  actions: ACTIONS
})

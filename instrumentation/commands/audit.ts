// `onset audit`: who did what, newest first.

import { createApiClient } from '../api-client/index.ts'
import { ownCommandOf, renderAudit } from '../terminal/index.ts'
import { EXIT_OK } from './command.ts'
import { defineCommand } from './run-command.ts'

const PARAMETERS = ['since', 'until', 'action', 'actor', 'target', 'limit', 'cursor']

export const auditCommand = defineCommand({
  name: 'audit',
  summary: 'list the audit trail: keys, feedback, outcomes, backups',
  usage: `onset audit [filters] [--limit N] [--cursor C] [--json]

  --since TIME --until TIME     in this range; ISO 8601
  --action A                    key_created, key_revoked, run_localized, outcome_reported, feedback_given,
                                alert_resent, backup_started, renormalization_started
  --actor ID                    id of a key; settings-1 for the first of ONSET_API_KEYS; local if there were no keys
  --target ID                   id of a key, run or alert; name of a backup; all
  --limit N                     default 20
  --cursor C                    continue where an earlier list ended
  --json                        print the API's JSON answer

ONSET_URL: where Onset runs (http://127.0.0.1:4318). If there are keys, ONSET_API_KEY must be an admin key.
Exit codes: 0 listed (also when there is nothing), 1 Onset did not answer, 2 wrong usage.`,
  options: {
    ...Object.fromEntries(PARAMETERS.map((name) => [name, { type: 'string' as const }])),
    limit: { type: 'string', default: '20' },
    json: { type: 'boolean' }
  },
  positionals: [],
  act: async (_, values, io) => {
    const query: Record<string, string> = {}
    for (const name of PARAMETERS) {
      const value = values[name]
      if (typeof value === 'string') query[name] = value
    }
    const page = await createApiClient(io.env).listAuditEvents(query)
    if (values['json'] === true) {
      io.stdout.write(`${JSON.stringify(page)}\n`)
      return EXIT_OK
    }
    if (page.items.length === 0) io.stdout.write('no matching entries.\n')
    else io.stdout.write(renderAudit(page.items))
    if (page.nextCursor !== undefined) {
      io.stdout.write(`more: ${ownCommandOf(io.env)(`audit --cursor ${page.nextCursor}`)}\n`)
    }
    return EXIT_OK
  }
})

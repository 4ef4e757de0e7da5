// `onset keys`: makes, lists and revokes keys of a running Onset. The secret of a new key goes to standard
// output alone, so that it can be put where it belongs without being seen.

import { createApiClient, type KeyJson } from '../api-client/index.ts'
import { renderKeys } from '../terminal/index.ts'
import { EXIT_OK, EXIT_USAGE, type Command } from './command.ts'
import { defineCommand, defineCommandGroup } from './run-command.ts'

const SECONDS_OF_UNIT: Readonly<Record<string, number>> = { m: 60, h: 3_600, d: 86_400 }

const USAGE = `onset keys create --name NAME --scope SCOPE[,SCOPE] [--expires 90d] [--json]
onset keys list [--json]
onset keys revoke ID [--json]

Manages keys made at run time of the Onset at ONSET_URL (http://127.0.0.1:4318). If there are keys, ONSET_API_KEY
must be an admin key. The first key is made without one, on the machine Onset runs on; it must be an admin key
that does not expire. From then on every request needs a key.

  --name NAME       who or what uses it: letters, digits, spaces and ._@/:-
  --scope SCOPE     ingest: send spans, outcomes and feedback; read: runs and metrics; admin: everything
  --expires TIME    30m, 12h or 90d from now (default: never)
  --json            print the API's JSON answer

"create" prints the secret to standard output, once. A revoked key stops working at once where it was
revoked, and within 15 seconds in every other process on the same store.

Exit codes: 0 done, 1 failed or no answer, 2 wrong usage.`

const createCommand = defineCommand({
  name: 'keys create',
  summary: 'make a key',
  usage: USAGE,
  options: {
    name: { type: 'string' },
    scope: { type: 'string' },
    expires: { type: 'string' },
    json: { type: 'boolean' }
  },
  positionals: [],
  act: async (_, values, io) => {
    const { name, scope, expires, json } = values
    const seconds = typeof expires === 'string' ? readSeconds(expires) : undefined
    const problem =
      typeof name !== 'string'
        ? '--name is missing'
        : typeof scope !== 'string'
          ? '--scope is missing; expected ingest, read or admin'
          : expires !== undefined && seconds === undefined
            ? `--expires is ${JSON.stringify(expires)}; expected a time such as 30m, 12h or 90d`
            : undefined
    if (problem !== undefined || typeof name !== 'string' || typeof scope !== 'string') {
      io.stderr.write(`onset keys create: ${problem}\nSee "onset keys --help".\n`)
      return EXIT_USAGE
    }
    const created = await createApiClient(io.env).createKey({
      name,
      scopes: scope.split(',').map((word) => word.trim()),
      ...(seconds === undefined ? {} : { expiresInSeconds: seconds })
    })
    if (json === true) io.stdout.write(`${JSON.stringify(created)}\n`)
    else {
      io.stdout.write(`${created.secret}\n`)
      io.stderr.write(
        `${describe(created.key)}. Standard output has its secret, which cannot be shown again.\n`
      )
    }
    return EXIT_OK
  }
})

const listCommand = defineCommand({
  name: 'keys list',
  summary: 'list keys',
  usage: USAGE,
  options: { json: { type: 'boolean' } },
  positionals: [],
  act: async (_, values, io) => {
    const keys = await createApiClient(io.env).listKeys()
    if (values['json'] === true) io.stdout.write(`${JSON.stringify(keys)}\n`)
    else if (keys.items.length + keys.configured.length > 0) io.stdout.write(renderKeys(keys))
    else io.stdout.write('no keys: anyone on this machine may do everything\n')
    return EXIT_OK
  }
})

const revokeCommand = defineCommand({
  name: 'keys revoke',
  summary: 'revoke a key',
  usage: USAGE,
  options: { json: { type: 'boolean' } },
  positionals: ['id'],
  act: async ([keyId = ''], values, io) => {
    const key = await createApiClient(io.env).revokeKey(keyId)
    io.stdout.write(values['json'] === true ? `${JSON.stringify(key)}\n` : `${describe(key)}\n`)
    return EXIT_OK
  }
})

const ACTIONS: ReadonlyMap<string, Command> = new Map([
  ['create', createCommand],
  ['list', listCommand],
  ['revoke', revokeCommand]
])

export const keysCommand = defineCommandGroup({
  name: 'keys',
  summary: 'make, list and revoke keys of a running Onset',
  usage: USAGE,
  actions: ACTIONS
})

function describe({ id, name, scopes, state, expiresAt }: KeyJson): string {
  const until = expiresAt === undefined ? '' : ` until ${expiresAt}`
  return `key ${id} (${name}) with the scope ${scopes.join(', ')} is ${state}${state === 'active' ? until : ''}`
}

/** Undefined for what is no time. */
function readSeconds(text: string): number | undefined {
  const [, count, unit = ''] = /^(\d{1,9})([mhd])$/.exec(text) ?? []
  const seconds = SECONDS_OF_UNIT[unit]
  return count === undefined || seconds === undefined ? undefined : Number(count) * seconds
}

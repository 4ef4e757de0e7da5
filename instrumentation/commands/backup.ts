// `onset backup`: has a running Onset back up its store, and waits until the backup is complete.

import { setTimeout as sleep } from 'node:timers/promises'
import { createApiClient, type BackupJson } from '../api-client/index.ts'
import { EXIT_FAILED, EXIT_OK } from './command.ts'
import { defineCommand } from './run-command.ts'

/** Often enough for a person who watches, seldom enough for a backup of an hour. */
const POLL_INTERVAL_MS = 500

const BYTES_PER_MEBIBYTE = 1_048_576

export const backupCommand = defineCommand({
  name: 'backup',
  summary: 'back up the store of a running Onset',
  usage: `onset backup <name> [--json]

Has the Onset at ONSET_URL (http://127.0.0.1:4318) back up its embedded ClickHouse into the folder <name> in its
ONSET_BACKUP_DIR, and waits until the backup is complete. Ingest and reads continue; everything acknowledged
before is in it. If there are keys, ONSET_API_KEY must be an admin key. Restore it with "onset restore".

  --json    print the API's JSON answer

Exit codes: 0 done, 1 failed or no answer, 2 wrong usage.`,
  options: { json: { type: 'boolean' } },
  positionals: ['name'],
  act: async ([name = ''], values, io) => {
    const api = createApiClient(io.env)
    let backup = await api.startBackup(name)
    while (backup.state === 'running') {
      await sleep(POLL_INTERVAL_MS)
      backup = await api.readBackup()
    }
    if (values['json'] === true) io.stdout.write(`${JSON.stringify(backup)}\n`)
    if (backup.state === 'failed') {
      io.stderr.write(`onset backup: ${backup.problem ?? 'failed'}\n`)
      return EXIT_FAILED
    }
    if (values['json'] !== true) io.stdout.write(describe(backup))
    return EXIT_OK
  }
})

function describe({ folder, bytes = 0 }: BackupJson): string {
  return `backed up ${(bytes / BYTES_PER_MEBIBYTE).toFixed(1)} MiB to ${folder}\n`
}

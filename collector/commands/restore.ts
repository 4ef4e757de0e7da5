// `onset restore`: a backup into a new data folder, while no Onset uses it.

import { parseArgs } from 'node:util'
import { CollectorError } from '../model/index.ts'
import { restoreBackup } from '../store/index.ts'

/** Exit codes, the same for every command. */
const EXIT_OK = 0
const EXIT_FAILED = 1
const EXIT_USAGE = 2

export interface RestoreCommandOptions {
  /** What the settings in the environment say of the store. */
  readonly readSettings: (env: Readonly<Record<string, string | undefined>>) => Promise<{
    readonly dataDir: string
    readonly clickhouseUrl: string | undefined
    readonly clickhouseDatabase: string
  }>
}

interface Io {
  readonly stdout: { write(text: string): unknown }
  readonly stderr: { write(text: string): unknown }
  readonly env: Readonly<Record<string, string | undefined>>
}

interface Command {
  readonly name: string
  readonly summary: string
  readonly usage: string
  run(args: readonly string[], io: Io): Promise<number>
}

const USAGE = `onset restore <folder>

Puts a backup, as "onset backup" made it, into the data folder of the embedded ClickHouse: ONSET_DATA_DIR
(./data), which must be absent or empty. Start Onset on it afterwards. A ClickHouse server restores with its
own RESTORE DATABASE.

Exit codes: 0 restored, 1 not (the data folder is as it was), 2 wrong usage or settings.`

export function createRestoreCommand({ readSettings }: RestoreCommandOptions): Command {
  return {
    name: 'restore',
    summary: 'put a backup into a new data folder',
    usage: USAGE,
    run: async (args, io) => {
      const refuse = (code: number, message: string): number => {
        io.stderr.write(`onset restore: ${message}\n`)
        return code
      }
      const parsed = parse(args)
      if (parsed === 'help') {
        io.stdout.write(`${USAGE}\n`)
        return EXIT_OK
      }
      if (parsed === undefined) {
        return refuse(
          EXIT_USAGE,
          'takes 1 argument, the folder of a backup. See "onset restore --help".'
        )
      }
      try {
        const { dataDir, clickhouseUrl, clickhouseDatabase: database } = await readSettings(io.env)
        if (clickhouseUrl !== undefined) {
          return refuse(
            EXIT_USAGE,
            'ONSET_CLICKHOUSE_URL is set; a server restores by RESTORE DATABASE'
          )
        }
        const restored = await restoreBackup({ folder: parsed.folder, dataDir, database })
        io.stdout.write(
          `restored ${restored.tables.length} tables into ${dataDir}: everything acknowledged before ${restored.startedAt}\n`
        )
        return EXIT_OK
      } catch (error) {
        if (!(error instanceof CollectorError)) throw error
        return refuse(error.code === 'SETTINGS_INVALID' ? EXIT_USAGE : EXIT_FAILED, error.message)
      }
    }
  }
}

function parse(args: readonly string[]): { readonly folder: string } | 'help' | undefined {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      options: { help: { type: 'boolean', short: 'h' } },
      allowPositionals: true
    })
    if (values.help === true) return 'help'
    const [folder, ...rest] = positionals
    return folder === undefined || rest.length > 0 ? undefined : { folder }
  } catch {
    return undefined
  }
}

// What the gate must know of the engine that runs: a later version may have functions that the lists
// here do not know, and those are refused until somebody has looked at them.

import type { ReadOnlyQueries } from '../model/index.ts'
import { TABLE_FUNCTIONS_ALLOWED, type RefusedNames } from './sql/names.ts'

export interface Catalog {
  /** As `26.7.2.1`. */
  readonly version: string
  readonly timezone: string
  readonly displayName: string
  readonly refused: RefusedNames
  readonly settingNames: ReadonlySet<string>
}

/** A handful of rows of the engine's own tables; slower means that it does not answer at all. */
const READ_MS_MAX = 30_000

const ENGINE_SQL = 'SELECT version() AS version, timezone() AS timezone, displayName() AS name'

const TABLE_FUNCTIONS_SQL = 'SELECT lower(name) AS name FROM system.table_functions'

/** AI functions ask the network, introspection shows the inside of the process. */
const SCALARS_SQL = `
SELECT lower(name) AS name FROM system.functions WHERE categories IN ('AI', 'Introspection')`

const SETTINGS_SQL = 'SELECT name FROM system.settings'

export async function readCatalog(queries: ReadOnlyQueries): Promise<Catalog> {
  const [engine = [], tableFunctions, scalars, settings] = await Promise.all([
    readTable(queries, ENGINE_SQL).then((rows) => rows[0]),
    readTable(queries, TABLE_FUNCTIONS_SQL),
    readTable(queries, SCALARS_SQL),
    readTable(queries, SETTINGS_SQL)
  ])
  const [version = '', timezone = '', displayName = ''] = engine
  return {
    version,
    timezone,
    displayName,
    refused: {
      tableFunctions: new Set(
        tableFunctions
          .map(([name = '']) => name)
          .filter((name) => !TABLE_FUNCTIONS_ALLOWED.has(name))
      ),
      scalars: new Set(scalars.map(([name = '']) => name))
    },
    settingNames: new Set(settings.map(([name = '']) => name))
  }
}

/** Texts without tabs and line breaks. */
async function readTable(
  queries: ReadOnlyQueries,
  statement: string
): Promise<readonly (readonly string[])[]> {
  const { bytes } = await queries.query({
    statement,
    format: 'TabSeparatedRaw',
    database: 'system',
    settings: new Map(),
    parameters: new Map(),
    signal: AbortSignal.timeout(READ_MS_MAX)
  })
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8')
  const lines = text.split('\n').filter((line) => line !== '')
  return lines.map((line) => line.split('\t'))
}

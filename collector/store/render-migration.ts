// Fills the placeholders of a migration file. The engine clause is what differs between one machine and a
// cluster; the statements are the same, so that nothing works on one and fails on the other.

export interface MigrationTarget {
  readonly database: string
  /** Name of the cluster in the server's configuration; its tables are then replicated. */
  readonly cluster?: string | undefined
}

/** `{{engine:ReplacingMergeTree(Revision)}}` with its arguments. */
const ENGINE = /\{\{engine:(\w*MergeTree)\((.*?)\)\}\}/g

/** {shard}, {replica}, {database} and {table} are macros that the server fills. */
const REPLICA = "'/clickhouse/tables/{shard}/{database}/{table}', '{replica}'"

export function renderMigration(text: string, { database, cluster }: MigrationTarget): string {
  return text
    .replaceAll('{{database}}', database)
    .replaceAll(' {{onCluster}}', cluster === undefined ? '' : ` ON CLUSTER '${cluster}'`)
    .replaceAll(ENGINE, (_, name: string, parameters: string) =>
      cluster === undefined ? `${name}(${parameters})` : replicated(name, parameters)
    )
}

function replicated(name: string, parameters: string): string {
  return `Replicated${name}(${[REPLICA, parameters].filter((part) => part !== '').join(', ')})`
}

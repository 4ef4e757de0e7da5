// Statements that must not do what they are for, and traps that tell when one did: a folder that stays
// empty, a file whose content no answer may hold, an address that nobody may call, and the tables.

import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { join } from 'node:path'

export interface Traps {
  /** Where a file would appear. */
  readonly outDir: string
  /** What no statement may read. */
  readonly secretPath: string
  /** What no statement may call, `127.0.0.1:port`. */
  readonly address: string
  /** What went into a trap since the last call. */
  sprung(): readonly string[]
  close(): Promise<void>
}

/** Not in any statement, so an answer that holds it has read the file. */
const SECRET = 'canary-7f3a91'

export async function setTraps(dir: string): Promise<Traps> {
  const outDir = join(dir, 'out')
  mkdirSync(outDir, { recursive: true })
  const secretPath = join(dir, 'secret.csv')
  writeFileSync(secretPath, `a,b\n1,${SECRET}\n`)
  let calls = 0
  const server: Server = createServer((_request, response) => response.end(SECRET))
  server.on('connection', () => {
    calls += 1
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const bound = server.address()
  const port = typeof bound === 'object' && bound !== null ? bound.port : 0
  return {
    outDir,
    secretPath,
    address: `127.0.0.1:${port}`,
    sprung: () => {
      const files = readdirSync(outDir)
      for (const name of files) rmSync(join(outDir, name))
      const found = files.map((name) => `the file ${name} appeared`)
      if (calls > 0) found.push(`${calls} calls over the network`)
      calls = 0
      return found
    },
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections()
        server.close(() => resolve())
      })
  }
}

export function tellsSecret(text: string): boolean {
  return text.includes(SECRET)
}

/** Statements that write, read files, call, change the session or show the server's inside. All must be refused. */
export function attacks({
  outDir,
  secretPath,
  address
}: Pick<Traps, 'outDir' | 'secretPath' | 'address'>): readonly string[] {
  const out = join(outDir, 'o')
  return [
    ...writes(out),
    ...fileReads(secretPath),
    ...networkCalls(address),
    ...sessionChanges(),
    ...secretReads(),
    ...disguises(out, secretPath)
  ]
}

function writes(out: string): readonly string[] {
  return [
    `SELECT 1 INTO OUTFILE '${out}1'`,
    `SELECT 1 INTO OUTFILE '${out}2' FORMAT CSV`,
    `SELECT 1 INTO OUTFILE '${out}3' TRUNCATE`,
    `SHOW TABLES INTO OUTFILE '${out}4'`,
    `EXPLAIN SELECT 1 INTO OUTFILE '${out}5'`,
    `DESCRIBE otel.otel_traces INTO OUTFILE '${out}6'`,
    `EXISTS TABLE otel.otel_traces INTO OUTFILE '${out}7'`,
    `(SELECT 1) INTO OUTFILE '${out}8'`,
    `SELECT 1 UNION ALL SELECT 2 INTO OUTFILE '${out}9'`,
    `SELECT 1; SELECT 1 INTO OUTFILE '${out}10'`,
    'INSERT INTO otel.agent_feedback VALUES ()',
    'WITH 1 AS x INSERT INTO otel.agent_feedback SELECT x',
    'CREATE TABLE otel.evil (a Int8) ENGINE = Memory',
    'CREATE TEMPORARY TABLE evil (a Int8)',
    'CREATE FUNCTION evil AS x -> x + 1',
    'CREATE DATABASE evil',
    'CREATE USER evil',
    'ATTACH TABLE otel.evil (a Int8) ENGINE = Memory',
    'DETACH TABLE otel.otel_traces',
    'DROP TABLE otel.otel_traces',
    'TRUNCATE TABLE otel.otel_traces',
    'RENAME TABLE otel.otel_traces TO otel.gone',
    'EXCHANGE TABLES otel.otel_traces AND otel.agent_steps',
    'ALTER TABLE otel.otel_traces DELETE WHERE 1',
    'DELETE FROM otel.otel_traces WHERE 1',
    'UPDATE otel.otel_traces SET TraceId = 1 WHERE 1',
    'OPTIMIZE TABLE otel.otel_traces FINAL',
    'GRANT ALL ON *.* TO default',
    `BACKUP TABLE otel.otel_traces TO File('${out}b')`,
    `RESTORE TABLE otel.otel_traces FROM File('${out}b')`,
    'SYSTEM SHUTDOWN',
    'SYSTEM DROP MARK CACHE',
    'KILL QUERY WHERE 1',
    'EXPLAIN INSERT INTO otel.agent_feedback SELECT 1',
    'EXPLAIN CREATE TABLE otel.evil (a Int8) ENGINE = Memory',
    'EXPLAIN ANALYZE SELECT 1',
    'BEGIN TRANSACTION',
    'UNDROP TABLE otel.otel_traces',
    'MOVE USER default TO x',
    'CHECK TABLE otel.otel_traces',
    'EXECUTE AS default SELECT 1',
    'SELECT 1 PARALLEL WITH SELECT 2'
  ]
}

function fileReads(path: string): readonly string[] {
  const scalar = [
    `SELECT file('${path}')`,
    `SELECT FILE('${path}')`,
    `SELECT \`file\`('${path}')`,
    `SELECT "file" ('${path}')`,
    `SELECT file/* */('${path}')`,
    `SELECT file--\n('${path}')`,
    `SELECT file # x\n('${path}')`,
    `SELECT arrayMap(x -> file(x), ['${path}'])`,
    `WITH x -> file(x) AS f SELECT f('${path}')`,
    `SELECT arrayMap(file, ['${path}'])`,
    `SELECT arrayMap(FILE, ['${path}'])`,
    `SELECT arrayMap(\`file\`, ['${path}'])`,
    `SELECT arrayMap("file", ['${path}'])`,
    `SELECT arrayMap((file), ['${path}'])`,
    `SELECT arrayMap(file /**/, ['${path}'])`,
    `SELECT arrayFilter(file, ['${path}'])`,
    `SELECT arrayFirst(file, ['${path}'])`,
    `WITH file AS f SELECT arrayMap(f, ['${path}'])`,
    `SELECT arrayMap(f, ['${path}']) FROM (SELECT 1 AS a) WHERE (file AS f) != ''`,
    `SELECT arrayMap(t.file, ['${path}']) FROM (SELECT 1 AS a) AS t`,
    `SELECT * APPLY(file) FROM (SELECT '${path}' AS a)`,
    `SELECT * APPLY file FROM (SELECT '${path}' AS a)`,
    `SELECT * APPLY(\`file\`) FROM (SELECT '${path}' AS a)`,
    `SELECT * APPLY/**/((file)) FROM (SELECT '${path}' AS a)`,
    `SELECT COLUMNS('a') APPLY(x -> file(x)) FROM (SELECT '${path}' AS a)`,
    `SELECT 1 WHERE file('${path}') != ''`,
    `SELECT throwIf(1, file('${path}'))`,
    `EXPLAIN SELECT file('${path}')`,
    `EXPLAIN SYNTAX SELECT file('${path}')`,
    `DESCRIBE (SELECT file('${path}'))`,
    `SELECT catboostEvaluate('${path}', 1)`,
    `SELECT hasColumnInTable('default', '${path}', 'a')`
  ]
  const tables = [
    `SELECT * FROM file('${path}')`,
    `SELECT * FROM file('${path}', 'CSVWithNames')`,
    `SELECT * FROM fileCluster('c', '${path}')`,
    `SELECT * FROM \`${path}\``,
    `SELECT * FROM default.\`${path}\``,
    `SELECT * FROM "default"."${path}"`,
    `EXISTS TABLE default.\`${path}\``,
    `DESCRIBE TABLE default.\`${path}\``,
    `DESCRIBE TABLE file('${path}')`,
    `SELECT 1 IN default.\`${path}\``,
    `SELECT * FROM '${path}'`,
    `SELECT * FROM sqlite('${path}', 't')`,
    `SELECT * FROM executable('cat ${path}', TSV, 'a String')`,
    `SELECT * FROM filesystem('${path}')`,
    `SELECT * FROM icebergLocal('${path}')`,
    `SELECT * FROM deltaLakeLocal('${path}')`,
    `SELECT * FROM dictionary('${path}')`,
    `SELECT * FROM input('a String')`,
    `SELECT * FROM view(SELECT * FROM file('${path}'))`,
    `SELECT * FROM eval('SELECT file(''${path}'')')`,
    `SELECT * FROM otel.otel_traces SETTINGS additional_table_filters = {'otel.otel_traces' : 'file(\\'${path}\\') != \\'\\''}`,
    `SELECT 1 FROM system.one SETTINGS additional_table_filters = {'system.one' : 'throwIf(1, file(\\'${path}\\'))'}`
  ]
  return [...scalar, ...tables]
}

function networkCalls(address: string): readonly string[] {
  return [
    `SELECT * FROM url('http://${address}/x.csv', CSV, 'a String')`,
    `SELECT * FROM urlCluster('c', 'http://${address}/x.csv', CSV)`,
    `SELECT * FROM s3('http://${address}/b/x.csv')`,
    `SELECT * FROM s3Cluster('c', 'http://${address}/b/x.csv')`,
    `SELECT * FROM gcs('http://${address}/b/x.csv')`,
    `SELECT * FROM remote('${address}', system.one)`,
    `SELECT * FROM remoteSecure('${address}', system.one)`,
    `SELECT * FROM cluster('default', system.one)`,
    `SELECT * FROM clusterAllReplicas('default', system, one)`,
    `SELECT * FROM mysql('${address}', 'd', 't', 'u', 'p')`,
    `SELECT * FROM postgresql('${address}', 'd', 't', 'u', 'p')`,
    `SELECT * FROM mongodb('${address}', 'd', 'c', 'u', 'p', 'a String')`,
    `SELECT * FROM redis('${address}', 'k', 'k String')`,
    `SELECT * FROM hdfs('hdfs://${address}/x', 'CSV')`,
    `SELECT * FROM azureBlobStorage('http://${address}/', 'c', 'b')`,
    `SELECT * FROM iceberg('http://${address}/b')`,
    `SELECT * FROM deltaLake('http://${address}/b')`,
    `SELECT * FROM hudi('http://${address}/b')`,
    `SELECT * FROM odbc('DSN=x', 'd', 't')`,
    `SELECT * FROM jdbc('jdbc:x://${address}', 'd', 't')`,
    `DESCRIBE TABLE url('http://${address}/x.csv', CSV)`,
    `SELECT * FROM \`http://${address}/x.csv\``,
    `SELECT aiGenerate('x')`,
    `SELECT reverseDNSQuery('127.0.0.1')`,
    `SELECT 1 FROM system.one FORMAT AvroConfluent SETTINGS format_avro_schema_registry_url = 'http://${address}'`
  ]
}

function sessionChanges(): readonly string[] {
  return [
    'SET readonly = 0',
    'SET max_execution_time = 0',
    'USE system',
    'SELECT 1 SETTINGS readonly = 0',
    'SELECT 1 SETTINGS readonly = 0 FORMAT CSV',
    'SELECT 1 FORMAT CSV SETTINGS readonly = 0',
    'SELECT 1 SETTINGS allow_ddl = 1',
    'SELECT 1 SETTINGS allow_introspection_functions = 1',
    "SELECT 1 SETTINGS log_comment = 'x'",
    "SELECT 1 SETTINGS output_format_schema = 'x'",
    "SELECT 1 SETTINGS dialect = 'prql'",
    "SELECT 1 SETTINGS profile = 'x'",
    'SELECT 1 SETTINGS max_query_size = 1',
    'SELECT * FROM (SELECT 1 SETTINGS max_threads = 64)',
    'SELECT * FROM (SELECT 1 SETTINGS readonly = 0)',
    'SELECT * FROM (SELECT 1 SETTINGS/**/`max_execution_time`= 0) FORMAT CSV',
    'SELECT 1 SETTINGS max_threads = 64 UNION ALL SELECT 2',
    'SELECT 1 SETTINGS `readonly` = 0',
    'SELECT 1 SETTINGS no_such_setting = 1',
    'SELECT 1; SELECT 2',
    'SELECT 1;; SELECT 2',
    ';',
    ''
  ]
}

function secretReads(): readonly string[] {
  const tables = `settings server_settings merge_tree_settings processes user_processes users
    user_directories disks storage_policies parts detached_parts named_collections macros stack_trace errors
    warnings certificates build_options query_cache mutations merges metrics events grants privileges
    remote_data_paths filesystem_cache asynchronous_inserts backups symbols completions`
  return [
    ...tables.split(/\s+/).map((table) => `SELECT * FROM system.${table}`),
    'SELECT * FROM `system`.`processes`',
    'SELECT * FROM "system" . /* */ "processes"',
    'SELECT * FROM system.\nprocesses',
    'SELECT * FROM SYSTEM.processes',
    'DESCRIBE TABLE system.processes',
    'SELECT 1 IN (SELECT query FROM system.processes)',
    'WITH p AS (SELECT * FROM system.processes) SELECT * FROM p',
    'SELECT x FROM system.one JOIN system.settings ON 1',
    "SELECT * FROM merge('system', '^processes$')",
    'SELECT * FROM loop(system.one) LIMIT 1',
    'SELECT * FROM view(SELECT * FROM system.settings)',
    "SELECT 1 FROM system.one SETTINGS additional_table_filters = {'system.one' : '1 IN (SELECT 1 FROM system.settings)'}",
    'SHOW PROCESSLIST',
    "SHOW SETTINGS LIKE 'max%'",
    'SHOW GRANTS',
    'SHOW USERS',
    'SHOW ACCESS',
    'SHOW CREATE USER default',
    'SHOW SETTING max_threads',
    'SHOW CLUSTERS',
    'SHOW ENGINES',
    'SHOW FILESYSTEM CACHES',
    "SELECT getServerSetting('max_server_memory_usage')",
    "SELECT getMacro('x')",
    "SELECT getServerPort('tcp_port')",
    'SELECT showCertificate()',
    "SELECT getClientHTTPHeader('x')",
    'SELECT addressToLine(1)'
  ]
}

/** The same again in clothes: what a reader that is not the engine's lexer may take for something else. */
function disguises(out: string, secretPath: string): readonly string[] {
  return [
    `SELECT 1 INTO/**/OUTFILE '${out}d1'`,
    `SELECT 1 INTO--\nOUTFILE '${out}d2'`,
    `SELECT 1 INTO # x\nOUTFILE '${out}d3'`,
    `SELECT 1 INTO // x\nOUTFILE '${out}d4'`,
    `SELECT 1 /* /* */ INTO OUTFILE '${out}d5' /* */`,
    `SELECT 1 -- '\nINTO OUTFILE '${out}d6'`,
    `SELECT 1 // '\nINTO OUTFILE '${out}d7'`,
    `SELECT 1 #! '\nINTO OUTFILE '${out}d8'`,
    `SELECT 1 /* ' */ INTO OUTFILE '${out}d9' -- '`,
    `SELECT '\\'' INTO OUTFILE '${out}d10'`,
    `SELECT '\\\\' INTO OUTFILE '${out}d11'`,
    `SELECT '''' INTO OUTFILE '${out}d12'`,
    `SELECT "'" FROM (SELECT 1 AS "'") INTO OUTFILE '${out}d13'`,
    `SELECT 1 AS \`'\` INTO OUTFILE '${out}d14'`,
    `SELECT 1 AS "a\\"" INTO OUTFILE '${out}d15'`,
    `SELECT 1\u00a0INTO\u00a0OUTFILE '${out}d16'`,
    `SELECT 1 INTO\u2003OUTFILE '${out}d17'`,
    `SELECT 1 INTO\u200bOUTFILE '${out}d18'`,
    `SELECT \u2018 \u2019 INTO OUTFILE '${out}d19'`,
    `SELECT $$ ' $$ INTO OUTFILE '${out}d20' -- '`,
    `SELECT $x$ ' $x$, $x$ $x$ INTO OUTFILE '${out}d21' -- '`,
    `SELECT 1 \0 INTO OUTFILE '${out}d22'`,
    `SELECT 1 INTO OUTFILE '${out}d23'\0`,
    `SELECT 1\f\vINTO\r\nOUTFILE '${out}d24'`,
    `\ufeffSELECT 1 INTO OUTFILE '${out}d25'`,
    `SELECT 1 \u0130NTO OUTFILE '${out}d26'`,
    `SELECT 1 int\u03bf outfile '${out}d27'`,
    `SELECT fi\u217ce('${secretPath}')`,
    `SELECT \uff46ile('${secretPath}')`,
    `SELECT "fil\\x65"('${secretPath}')`,
    `SELECT \`fil\\x65\`('${secretPath}')`,
    `SELECT {f:Identifier}('${secretPath}')`,
    `SELECT 1 FORMAT Template`,
    `SELECT 1 FORMAT CapnProto`,
    `SELECT 1 FORMAT Protobuf SETTINGS format_schema = '${secretPath}:x'`,
    `SELECT 1 FORMAT CSV INTO OUTFILE '${out}d28'`,
    `SELECT 1 INTO OUTFILE '${out}d29' FORMAT CSV SETTINGS max_threads = 1`,
    `SELECT 1 SETTINGS max_threads = 1 INTO OUTFILE '${out}d30'`,
    `SELECT (1 /* ; */); /* ; */ SELECT 2`,
    `SELECT ';'; SELECT 1 INTO OUTFILE '${out}d31'`
  ]
}

/** What must be the same before and after: the schema of everything, and the rows of every table. */
export async function fingerprint(read: (sql: string) => Promise<string>): Promise<string> {
  const schema = await read(
    `SELECT database, name, engine, create_table_query FROM system.tables
     WHERE database NOT IN ('system', 'information_schema', 'INFORMATION_SCHEMA') ORDER BY ALL`
  )
  const databases = await read('SELECT name FROM system.databases ORDER BY name')
  const functions = await read("SELECT name FROM system.functions WHERE origin != 'System'")
  const tables = await read(
    "SELECT name FROM system.tables WHERE database = 'otel' AND engine LIKE '%MergeTree' ORDER BY name"
  )
  const rows = await Promise.all(
    tables
      .split('\n')
      .filter((table) => table !== '')
      .map((table) => read(`SELECT '${table}', count(), sum(cityHash64(*)) FROM otel.${table}`))
  )
  return [schema, databases, functions, ...rows].join('\n')
}

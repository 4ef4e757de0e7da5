// Which names a statement may not use. The engine's read-only mode lets through what this list is for:
// the scalar function `file` reads any file, `system.processes` shows what others ask. Table functions
// are the other way round: only those named here may be called, whatever the engine has besides.

/** They make rows out of nothing, or of what stands in the statement. */
export const TABLE_FUNCTIONS_ALLOWED: ReadonlySet<string> = new Set([
  'format', // also a scalar function, much used; as a table function the engine refuses it
  'generate_series',
  'generaterandom',
  'generateseries',
  'null',
  'numbers',
  'numbers_mt',
  'primes',
  'sqlstandardvalues',
  'values',
  'view',
  'zeros',
  'zeros_mt'
])

/**
 * Table functions of the engine this was written for, so that nothing depends on asking it; those of the
 * engine that runs are added (`gateway/catalog.ts`). Lower case.
 */
const TABLE_FUNCTIONS_REFUSED = `arrowstream azureblobstorage azureblobstoragecluster cluster
  clusterallreplicas cosn deltalake deltalakeazure deltalakeazurecluster deltalakecluster deltalakelocal
  deltalakes3 deltalakes3cluster dictionary eval executable file filecluster filesystem fuzzjson fuzzquery
  gcs hdfs hdfscluster hudi hudicluster iceberg icebergazure icebergazurecluster icebergcluster iceberghdfs
  iceberghdfscluster iceberglocal iceberglocalcluster icebergs3 icebergs3cluster input jdbc loop merge
  mergetreeanalyzeindexes mergetreeanalyzeindexesuuid mergetreeindex mergetreeprojection
  mergetreetextindex mongodb mysql odbc oss paimon paimonazure paimonazurecluster paimoncluster paimonhdfs
  paimonhdfscluster paimonlocal paimons3 paimons3cluster postgresql prometheusquery prometheusqueryrange
  redis remote remotesecure s3 s3cluster sqlite timeseriesdata timeseriesmetrics timeseriessamples
  timeseriesselector timeseriestags url urlcluster viewexplain viewifpermitted ytsaurus`

/**
 * Scalar functions that read files, tell whether there is one (`hasColumnInTable('default', '/etc/…')`), ask the
 * network, show the server's inside or write to its log.
 */
const FUNCTIONS_REFUSED = `addresstoline addresstolinewithinlines addresstosymbol aiclassify aiembed
  aiextract aigenerate aitranslate buildid catboostevaluate demangle file filesystemavailable
  filesystemcapacity filesystemunreserved getclienthttpheader getmacro getmaxtablenamelengthfordatabase
  getserverport getserversetting generateserialid hascolumnintable hasthreadfuzzer logtrace reversednsquery
  serveruuid showcertificate tcpport tid`

/** What the running engine has besides the lists here, in lower case. */
export interface RefusedNames {
  readonly tableFunctions: ReadonlySet<string>
  readonly scalars: ReadonlySet<string>
}

/**
 * Refused wherever they stand, not only before a parenthesis: a function may be handed to another by its name,
 * `arrayMap(file, ['/etc/passwd'])`.
 */
export const SCALARS_REFUSED: ReadonlySet<string> = new Set(words(FUNCTIONS_REFUSED))

/** Rows are made by a call only; as names of columns (`sum(input)`) these are common. */
export const TABLE_CALLS_REFUSED: ReadonlySet<string> = new Set(words(TABLE_FUNCTIONS_REFUSED))

/** What clients and data sources read to show a schema; configuration, processes and files are not among it. */
export const SYSTEM_TABLES_ALLOWED: ReadonlySet<string> = new Set(
  words(`aggregate_function_combinators codecs collations columns contributors data_skipping_indices
    data_type_families databases dictionaries formats functions keywords licenses numbers numbers_mt one
    primes projections table_engines table_functions tables time_zones zeros zeros_mt`)
)

/** Of this store, but for admins: a key with the scope read may not read who else has keys, and did what. */
export const TABLES_SECLUDED: ReadonlySet<string> = new Set(
  words('agent_keys agent_key_uses agent_audit')
)

/** The engine's own database would show files of the machine as its tables; no table of ours is in it. */
export const OVERLAY_DATABASE = 'default'
export const SYSTEM_DATABASE = 'system'

/** These words begin what writes or reads a file, wherever they stand; a column of that name needs quotes. */
export const WORDS_REFUSED: ReadonlyMap<string, string> = new Map([
  ['OUTFILE', 'INTO OUTFILE writes a file'],
  ['INFILE', 'FROM INFILE reads a file'],
  ['INTO', 'INTO writes']
])

function words(text: string): readonly string[] {
  return text.trim().split(/\s+/)
}

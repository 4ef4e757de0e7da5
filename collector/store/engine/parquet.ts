// How the engine writes Parquet files, and what it may take for one. https://parquet.apache.org/docs/file-format/

import { PINNED_SETTINGS } from './pinned-settings.ts'

/** Each sorts and compresses as hard as it can; ingest and pages need the engine too. */
export const PARQUET_FILES_MAX = 2

/** Seconds: below the silence of 120 s after which connections are cut, because the first byte may come last. */
const SECONDS_MAX = 100

/** Bytes one file may hold in the engine, and after which a sort goes on on disk. */
const MEMORY_BYTES_MAX = 1_073_741_824
const SORT_MEMORY_BYTES = 268_435_456

/** Rows of a block: each carries the texts of its run, 100 MB of the longest ones. */
const BLOCK_ROWS = 512

/** What a reader has to hold of a file: its metadata and one group of rows. */
const ROW_GROUP_ROWS = 20_000
const ROW_GROUP_BYTES = 33_554_432

/** A thousand ids of 256 characters, three times over. */
export const PARQUET_STATEMENT_BYTES_MAX = 4_194_304

/** Behind a SELECT. */
export const PARQUET_ENDING = `FORMAT Parquet SETTINGS ${[
  ...PINNED_SETTINGS,
  `max_execution_time = ${SECONDS_MAX}`,
  `max_memory_usage = ${MEMORY_BYTES_MAX}`,
  `max_bytes_before_external_sort = ${SORT_MEMORY_BYTES}`,
  `max_block_size = ${BLOCK_ROWS}`,
  'max_threads = 2',
  `output_format_parquet_row_group_size = ${ROW_GROUP_ROWS}`,
  `output_format_parquet_row_group_size_bytes = ${ROW_GROUP_BYTES}`,
  "output_format_parquet_compression_method = 'zstd'",
  'output_format_parquet_string_as_string = 1'
].join(', ')}`

/** What a Parquet file begins and ends with. */
export const PARQUET_MAGIC = 'PAR1'

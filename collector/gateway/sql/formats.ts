// Output formats and their media types. Formats that read a schema or a template from a file, run a
// program or speak to a registry are not among them.

import { refusal } from './refusal.ts'

const JSON_TYPE = 'application/json; charset=UTF-8'
const LINES_TYPE = 'application/x-ndjson; charset=UTF-8'
const TEXT_TYPE = 'text/plain; charset=UTF-8'
const TSV_TYPE = 'text/tab-separated-values; charset=UTF-8'
const BINARY_TYPE = 'application/octet-stream'

const TYPES: readonly (readonly [mediaType: string, formats: string])[] = [
  [
    JSON_TYPE,
    `JSON JSONStrings JSONCompact JSONCompactStrings JSONColumns JSONCompactColumns
    JSONColumnsWithMetadata JSONObjectEachRow`
  ],
  [
    LINES_TYPE,
    `JSONEachRow JSONLines JSONL NDJSON JSONStringsEachRow JSONCompactEachRow JSONCompactEachRowWithNames
    JSONCompactEachRowWithNamesAndTypes JSONCompactStringsEachRow JSONCompactStringsEachRowWithNames
    JSONCompactStringsEachRowWithNamesAndTypes JSONEachRowWithProgress JSONStringsEachRowWithProgress
    JSONCompactEachRowWithProgress JSONCompactStringsEachRowWithProgress PrettyJSONEachRow PrettyJSONLines PrettyNDJSON`
  ],
  ['text/csv; charset=UTF-8; header=absent', 'CSV'],
  ['text/csv; charset=UTF-8; header=present', 'CSVWithNames CSVWithNamesAndTypes'],
  [
    TSV_TYPE,
    `TabSeparated TSV TabSeparatedWithNames TSVWithNames TabSeparatedWithNamesAndTypes
    TSVWithNamesAndTypes TabSeparatedRaw TSVRaw TabSeparatedRawWithNames TSVRawWithNames
    TabSeparatedRawWithNamesAndTypes TSVRawWithNamesAndTypes`
  ],
  [
    TEXT_TYPE,
    `Pretty PrettyCompact PrettyCompactMonoBlock PrettyCompactNoEscapes PrettyCompactNoEscapesMonoBlock
    PrettyMonoBlock PrettyNoEscapes PrettyNoEscapesMonoBlock PrettySpace PrettySpaceMonoBlock
    PrettySpaceNoEscapes PrettySpaceNoEscapesMonoBlock Vertical Values TSKV SQLInsert LineAsString Null`
  ],
  ['text/markdown; charset=UTF-8', 'Markdown MD'],
  ['application/xml; charset=UTF-8', 'XML'],
  ['application/geo+json; charset=UTF-8', 'GeoJSON'],
  [
    BINARY_TYPE,
    'Native RowBinary RowBinaryWithNames RowBinaryWithNamesAndTypes RawBLOB BSONEachRow MsgPack Parquet ORC Avro Arrow Npy Buffers'
  ],
  ['application/vnd.apache.arrow.stream', 'ArrowStream']
]

/** Format → media type. */
export const FORMATS: ReadonlyMap<string, string> = new Map(
  TYPES.flatMap(([mediaType, formats]) =>
    formats.split(/\s+/).map((format) => [format, mediaType] as const)
  )
)

/** @throws QueryError UNKNOWN_FORMAT */
export function checkFormat(format: string): string {
  if (!FORMATS.has(format)) {
    throw refusal(
      'UNKNOWN_FORMAT',
      `The format ${JSON.stringify(format.slice(0, 64))} is not offered here`
    )
  }
  return format
}

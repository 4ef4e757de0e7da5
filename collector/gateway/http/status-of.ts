// HTTP statuses of the engine's codes, as a server has them
// (https://github.com/ClickHouse/ClickHouse/blob/master/src/Server/HTTP/exceptionCodeToHTTPStatus.cpp).

const STATUSES: readonly (readonly [status: number, codes: readonly number[]])[] = [
  [401, [194]],
  [403, [192, 193, 497, 512, 516]],
  [
    400,
    [
      6, 8, 15, 25, 26, 27, 36, 37, 38, 41, 44, 53, 62, 72, 117, 123, 167, 168, 223, 321, 376, 427,
      441, 456, 675, 676
    ]
  ],
  [404, [46, 47, 50, 56, 60, 63, 73, 78, 81, 115, 152, 336, 511]],
  [408, [159]],
  [411, [381]],
  [413, [229]],
  [415, [779]],
  [501, [48]],
  // 202: a server says 500, which tells a client nothing about trying again.
  [503, [76, 202, 209, 439]]
]

const STATUS_OF: ReadonlyMap<number, number> = new Map(
  STATUSES.flatMap(([status, codes]) => codes.map((code) => [code, status] as const))
)

export function statusOf(engineCode: number): number {
  return STATUS_OF.get(engineCode) ?? 500
}

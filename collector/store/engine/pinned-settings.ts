// Settings that decide what our statements mean. A user's profile on a ClickHouse server may have them otherwise
// (https://clickhouse.com/docs/operations/settings/settings-profiles), so each read names them.

export const PINNED_SETTINGS: readonly string[] = [
  // What has no partner in a LEFT JOIN, or no rows in an aggregate, is 0 or '' and never NULL.
  'join_use_nulls = 0',
  'aggregate_functions_null_for_empty = 0',
  'transform_null_in = 0',
  // Where all revisions of a row are looked at, there is no FINAL on purpose.
  'final = 0',
  // A limit that is reached is an error. With `break` a part would pass for the whole.
  "timeout_overflow_mode = 'throw'",
  "read_overflow_mode = 'throw'",
  "result_overflow_mode = 'throw'"
]

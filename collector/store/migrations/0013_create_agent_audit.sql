-- Who did what to keys and to judgements of runs, from where, when, and what came of it. Version is 0 for an
-- action as it begins and 1 for one that has ended, which replaces it.
CREATE TABLE IF NOT EXISTS {{database}}.agent_audit {{onCluster}}
(
    At DateTime64(9) CODEC(Delta(8), ZSTD(1)),
    EventId String CODEC(ZSTD(1)),
    Version UInt8 CODEC(ZSTD(1)),
    Actor String CODEC(ZSTD(1)),
    ActorName String CODEC(ZSTD(1)),
    Address String CODEC(ZSTD(1)),
    Action LowCardinality(String) CODEC(ZSTD(1)),
    Target String CODEC(ZSTD(1)),
    Result LowCardinality(String) CODEC(ZSTD(1)),
    Details Map(LowCardinality(String), String) CODEC(ZSTD(1))
)
ENGINE = {{engine:ReplacingMergeTree(Version)}}
ORDER BY (At, EventId)
SETTINGS index_granularity = 1024,
    min_bytes_for_wide_part = 536870912, min_rows_for_wide_part = 1000000,
    fsync_after_insert = 1, fsync_part_directory = 1, non_replicated_deduplication_window = 1000

-- People's corrections of onsets, each kept; the same one sent twice is one. OnsetStepIndex NULL says that no
-- step of the run is to blame.
CREATE TABLE IF NOT EXISTS {{database}}.agent_feedback {{onCluster}}
(
    RunId String CODEC(ZSTD(1)),
    CreatedAt DateTime64(9) CODEC(Delta(8), ZSTD(1)),
    Author String CODEC(ZSTD(1)),
    IngestedAt DateTime64(9) CODEC(Delta(8), ZSTD(1)),
    OnsetStepIndex Nullable(UInt32) CODEC(ZSTD(1)),
    Category LowCardinality(String) CODEC(ZSTD(1)),
    Comment String CODEC(ZSTD(1))
)
ENGINE = {{engine:ReplacingMergeTree(IngestedAt)}}
ORDER BY (RunId, CreatedAt, Author)
SETTINGS index_granularity = 1024,
    min_bytes_for_wide_part = 536870912, min_rows_for_wide_part = 1000000,
    fsync_after_insert = 1, fsync_part_directory = 1, non_replicated_deduplication_window = 1000

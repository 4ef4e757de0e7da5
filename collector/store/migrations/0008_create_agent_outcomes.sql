-- What verifiers reported about runs, whether or not the run has arrived. A second report of one source
-- replaces the first. Not partitioned: nothing about a report's time is the same in its replacement.
CREATE TABLE IF NOT EXISTS {{database}}.agent_outcomes {{onCluster}}
(
    RunId String CODEC(ZSTD(1)),
    Source String CODEC(ZSTD(1)),
    IngestedAt DateTime64(9) CODEC(Delta(8), ZSTD(1)),
    ReportedAt DateTime64(9) CODEC(Delta(8), ZSTD(1)),
    Outcome LowCardinality(String) CODEC(ZSTD(1)),
    Checks Nested (
        Name String,
        Status LowCardinality(String),
        Message String
    ) CODEC(ZSTD(1)),
    Output String CODEC(ZSTD(1)),
    TextChars UInt32 CODEC(ZSTD(1)),
    INDEX idx_ingested_at IngestedAt TYPE minmax GRANULARITY 1
)
ENGINE = {{engine:ReplacingMergeTree(IngestedAt)}}
ORDER BY (RunId, Source)
SETTINGS index_granularity = 1024,
    min_bytes_for_wide_part = 536870912, min_rows_for_wide_part = 1000000,
    fsync_after_insert = 1, fsync_part_directory = 1, non_replicated_deduplication_window = 1000

-- What judges have said and spent: one row a judgement, so that spending is summed and never kept as a counter,
-- and a process that starts anew neither asks again nor has its budget back. A judgement is written when it begins,
-- with all that it may cost, and again when it ends; one that a crash cut off stays as it began. Localization is
-- JSON of what is to be saved of the run. Read with FINAL.
CREATE TABLE IF NOT EXISTS {{database}}.agent_judgements {{onCluster}}
(
    RunId String CODEC(ZSTD(1)),
    BegunAt DateTime64(9) CODEC(Delta(8), ZSTD(1)),
    Revision UInt32 CODEC(ZSTD(1)),
    Fingerprint String CODEC(ZSTD(1)),
    Judge LowCardinality(String) CODEC(ZSTD(1)),
    LocalizerVersion LowCardinality(String) CODEC(ZSTD(1)),
    State LowCardinality(String) CODEC(ZSTD(1)),
    InputTokens UInt64 CODEC(ZSTD(1)),
    OutputTokens UInt64 CODEC(ZSTD(1)),
    CostUsd Nullable(Float64) CODEC(ZSTD(1)),
    Localization String CODEC(ZSTD(1)),
    INDEX idx_begun_at BegunAt TYPE minmax GRANULARITY 1
)
ENGINE = {{engine:ReplacingMergeTree(Revision)}}
ORDER BY (RunId, BegunAt)
SETTINGS index_granularity = 1024, index_granularity_bytes = 1048576,
    min_bytes_for_wide_part = 536870912, min_rows_for_wide_part = 1000000,
    fsync_after_insert = 1, fsync_part_directory = 1, non_replicated_deduplication_window = 1000

-- Final stages of analysed runs. A stage that the newest revision no longer has is written once more with
-- IsDeleted = 1, which FINAL hides.
CREATE TABLE IF NOT EXISTS {{database}}.agent_stages {{onCluster}}
(
    RunId String CODEC(ZSTD(1)),
    StageIndex UInt32 CODEC(ZSTD(1)),
    Revision UInt32 CODEC(ZSTD(1)),
    IsDeleted UInt8 CODEC(ZSTD(1)),
    PartitionTime DateTime CODEC(Delta(4), ZSTD(1)),
    AnalyzedAt DateTime64(9) CODEC(Delta(8), ZSTD(1)),
    Service LowCardinality(String) CODEC(ZSTD(1)),
    Agent LowCardinality(String) CODEC(ZSTD(1)),
    Stage LowCardinality(String) CODEC(ZSTD(1)),
    FirstStepIndex UInt32 CODEC(ZSTD(1)),
    LastStepIndex UInt32 CODEC(ZSTD(1)),
    StartTime DateTime64(9) CODEC(Delta(8), ZSTD(1)),
    EndTime DateTime64(9) CODEC(Delta(8), ZSTD(1)),
    DurationMs Float64 ALIAS (toUnixTimestamp64Nano(EndTime) - toUnixTimestamp64Nano(StartTime)) / 1e6,
    InputTokens Nullable(UInt64) CODEC(ZSTD(1)),
    OutputTokens Nullable(UInt64) CODEC(ZSTD(1)),
    CacheReadTokens Nullable(UInt64) CODEC(ZSTD(1)),
    CacheWriteTokens Nullable(UInt64) CODEC(ZSTD(1)),
    ReasoningTokens Nullable(UInt64) CODEC(ZSTD(1)),
    CostUsd Nullable(Float64) CODEC(ZSTD(1)),
    ErrorCount UInt32 CODEC(ZSTD(1)),
    INDEX idx_start_time StartTime TYPE minmax GRANULARITY 1
)
ENGINE = {{engine:ReplacingMergeTree(Revision, IsDeleted)}}
PARTITION BY toStartOfMonth(PartitionTime)
ORDER BY (RunId, StageIndex)
SETTINGS index_granularity = 1024, ttl_only_drop_parts = 1,
    min_bytes_for_wide_part = 536870912, min_rows_for_wide_part = 1000000,
    fsync_after_insert = 1, fsync_part_directory = 1, non_replicated_deduplication_window = 1000

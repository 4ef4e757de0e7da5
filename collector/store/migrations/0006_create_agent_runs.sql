-- Analysed runs. The row of a revision is written last: what is here is whole in the other tables. A run whose
-- steps have a higher revision than its row was cut off while being saved, and is analysed again.
-- OnsetCategory and its neighbours repeat the best suspect of agent_onsets, so that lists filter without a join.
CREATE TABLE IF NOT EXISTS {{database}}.agent_runs {{onCluster}}
(
    RunId String CODEC(ZSTD(1)),
    Revision UInt32 CODEC(ZSTD(1)),
    PartitionTime DateTime CODEC(Delta(4), ZSTD(1)),
    AnalyzedAt DateTime64(9) CODEC(Delta(8), ZSTD(1)),
    IngestedThrough DateTime64(9) CODEC(Delta(8), ZSTD(1)),
    ContentHash String CODEC(ZSTD(1)),
    State LowCardinality(String) CODEC(ZSTD(1)),
    Partial Bool CODEC(ZSTD(1)),
    Capped Bool CODEC(ZSTD(1)),
    TraceIds Array(String) CODEC(ZSTD(1)),
    SessionId String CODEC(ZSTD(1)),
    Service LowCardinality(String) CODEC(ZSTD(1)),
    Agent LowCardinality(String) CODEC(ZSTD(1)),
    AgentVersion LowCardinality(String) CODEC(ZSTD(1)),
    Models Array(LowCardinality(String)) CODEC(ZSTD(1)),
    Task String CODEC(ZSTD(1)),
    FinalMessage String CODEC(ZSTD(1)),
    Outcome LowCardinality(String) CODEC(ZSTD(1)),
    OutcomeSource LowCardinality(String) CODEC(ZSTD(1)),
    Checks Nested (
        Name String,
        Status LowCardinality(String),
        Message String
    ) CODEC(ZSTD(1)),
    VerifierOutput String CODEC(ZSTD(1)),
    StartTime DateTime64(9) CODEC(Delta(8), ZSTD(1)),
    EndTime DateTime64(9) CODEC(Delta(8), ZSTD(1)),
    DurationMs Float64 ALIAS (toUnixTimestamp64Nano(EndTime) - toUnixTimestamp64Nano(StartTime)) / 1e6,
    StepCount UInt32 CODEC(ZSTD(1)),
    SpanCount UInt32 CODEC(ZSTD(1)),
    ErrorCount UInt32 CODEC(ZSTD(1)),
    InputTokens Nullable(UInt64) CODEC(ZSTD(1)),
    OutputTokens Nullable(UInt64) CODEC(ZSTD(1)),
    CacheReadTokens Nullable(UInt64) CODEC(ZSTD(1)),
    CacheWriteTokens Nullable(UInt64) CODEC(ZSTD(1)),
    ReasoningTokens Nullable(UInt64) CODEC(ZSTD(1)),
    CostUsd Nullable(Float64) CODEC(ZSTD(1)),
    Completeness Float64 CODEC(ZSTD(1)),
    IncompleteReasons Array(String) CODEC(ZSTD(1)),
    TextChars UInt32 CODEC(ZSTD(1)),
    Abstention String CODEC(ZSTD(1)),
    OnsetStepIndex UInt32 CODEC(ZSTD(1)),
    OnsetStage LowCardinality(String) CODEC(ZSTD(1)),
    OnsetCategory LowCardinality(String) CODEC(ZSTD(1)),
    OnsetConfidence Float64 CODEC(ZSTD(1)),
    OnsetSummary String CODEC(ZSTD(1)),
    INDEX idx_start_time StartTime TYPE minmax GRANULARITY 1
)
ENGINE = {{engine:ReplacingMergeTree(Revision)}}
PARTITION BY toStartOfMonth(PartitionTime)
ORDER BY (RunId)
SETTINGS index_granularity = 1024, ttl_only_drop_parts = 1,
    min_bytes_for_wide_part = 536870912, min_rows_for_wide_part = 1000000,
    fsync_after_insert = 1, fsync_part_directory = 1, non_replicated_deduplication_window = 1000

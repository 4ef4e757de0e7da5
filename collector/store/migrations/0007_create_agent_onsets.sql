-- Ranked onsets of analysed runs. A rank that the newest revision no longer has is written once more with
-- IsDeleted = 1, which FINAL hides. DetectedAt is when this suspect was first named with this category and
-- certainty: it survives analyses that say the same again, so that alerts on it fire once.
CREATE TABLE IF NOT EXISTS {{database}}.agent_onsets {{onCluster}}
(
    RunId String CODEC(ZSTD(1)),
    Rank UInt32 CODEC(ZSTD(1)),
    Revision UInt32 CODEC(ZSTD(1)),
    IsDeleted UInt8 CODEC(ZSTD(1)),
    PartitionTime DateTime CODEC(Delta(4), ZSTD(1)),
    AnalyzedAt DateTime64(9) CODEC(Delta(8), ZSTD(1)),
    DetectedAt DateTime64(9) CODEC(Delta(8), ZSTD(1)),
    RunStart DateTime64(9) CODEC(Delta(8), ZSTD(1)),
    OnsetTime DateTime64(9) CODEC(Delta(8), ZSTD(1)),
    Service LowCardinality(String) CODEC(ZSTD(1)),
    Agent LowCardinality(String) CODEC(ZSTD(1)),
    TraceId String CODEC(ZSTD(1)),
    SpanId String CODEC(ZSTD(1)),
    StepId String CODEC(ZSTD(1)),
    StepIndex UInt32 CODEC(ZSTD(1)),
    Stage LowCardinality(String) CODEC(ZSTD(1)),
    Category LowCardinality(String) CODEC(ZSTD(1)),
    Confidence Float64 CODEC(ZSTD(1)),
    Summary String CODEC(ZSTD(1)),
    Chain Array(UInt32) CODEC(ZSTD(1)),
    SymptomStepIndex UInt32 CODEC(ZSTD(1)),
    Evidence Nested (
        StepIndex UInt32,
        Detector LowCardinality(String),
        Quote String,
        Weight Float64
    ) CODEC(ZSTD(1)),
    Caveats Array(String) CODEC(ZSTD(1)),
    WasteSteps UInt32 CODEC(ZSTD(1)),
    WasteInputTokens Nullable(UInt64) CODEC(ZSTD(1)),
    WasteOutputTokens Nullable(UInt64) CODEC(ZSTD(1)),
    WasteCacheReadTokens Nullable(UInt64) CODEC(ZSTD(1)),
    WasteCacheWriteTokens Nullable(UInt64) CODEC(ZSTD(1)),
    WasteReasoningTokens Nullable(UInt64) CODEC(ZSTD(1)),
    WasteTokens UInt64 ALIAS ifNull(WasteInputTokens, 0) + ifNull(WasteOutputTokens, 0),
    WasteCostUsd Nullable(Float64) CODEC(ZSTD(1)),
    WasteMs Float64 CODEC(ZSTD(1)),
    Method LowCardinality(String) CODEC(ZSTD(1)),
    LocalizerVersion LowCardinality(String) CODEC(ZSTD(1)),
    Provisional Bool CODEC(ZSTD(1)),
    INDEX idx_detected_at DetectedAt TYPE minmax GRANULARITY 1
)
ENGINE = {{engine:ReplacingMergeTree(Revision, IsDeleted)}}
PARTITION BY toStartOfMonth(PartitionTime)
ORDER BY (RunId, Rank)
SETTINGS index_granularity = 1024, ttl_only_drop_parts = 1,
    min_bytes_for_wide_part = 536870912, min_rows_for_wide_part = 1000000,
    fsync_after_insert = 1, fsync_part_directory = 1, non_replicated_deduplication_window = 1000

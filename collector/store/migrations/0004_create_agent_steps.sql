-- Steps. Revision 0 is the step as it came; analysis n writes the same key again with revision n, the step's
-- number and what assembly made of it (see docs/adr/0004-one-step-row-per-span.md). Read with FINAL.
-- Numbered steps have StepIndex > 0. A row that was folded into a step keeps number 0, and its tokens and
-- cost are NULL because they are counted in that step: sums over all rows of analysed runs are right.
-- An empty text means absent, as in the exporter's tables. PartitionTime (start as first seen) and IngestedAt
-- are carried from revision to revision: the partition of a row never changes, and rows expire by when they
-- came, not by when the run says it was. Ingested holds, as JSON, the cells that analysis wrote over: reading
-- them back gives the step as it came. Small granules, because one granule is what reading a short run costs.
CREATE TABLE IF NOT EXISTS {{database}}.agent_steps {{onCluster}}
(
    RunId String CODEC(ZSTD(1)),
    StepId String CODEC(ZSTD(1)),
    Revision UInt32 CODEC(ZSTD(1)),
    PartitionTime DateTime CODEC(Delta(4), ZSTD(1)),
    IngestedAt DateTime64(9) CODEC(Delta(8), ZSTD(1)),
    TraceId String CODEC(ZSTD(1)),
    SpanId String CODEC(ZSTD(1)),
    ParentSpanId String CODEC(ZSTD(1)),
    SessionId String CODEC(ZSTD(1)),
    Kind LowCardinality(String) CODEC(ZSTD(1)),
    Name LowCardinality(String) CODEC(ZSTD(1)),
    Service LowCardinality(String) CODEC(ZSTD(1)),
    Agent LowCardinality(String) CODEC(ZSTD(1)),
    AgentVersion LowCardinality(String) CODEC(ZSTD(1)),
    Provider LowCardinality(String) CODEC(ZSTD(1)),
    Model LowCardinality(String) CODEC(ZSTD(1)),
    Tool LowCardinality(String) CODEC(ZSTD(1)),
    ToolCallId String CODEC(ZSTD(1)),
    Action String CODEC(ZSTD(1)),
    Arguments String CODEC(ZSTD(1)),
    Thought String CODEC(ZSTD(1)),
    Observation String CODEC(ZSTD(1)),
    Input String CODEC(ZSTD(1)),
    RequestedToolCalls Nested (
        Id String,
        Name LowCardinality(String),
        Arguments String
    ) CODEC(ZSTD(1)),
    FinishReason LowCardinality(String) CODEC(ZSTD(1)),
    Outcome LowCardinality(String) CODEC(ZSTD(1)),
    Error String CODEC(ZSTD(1)),
    ExitCode Nullable(Int64) CODEC(ZSTD(1)),
    StartTime DateTime64(9) CODEC(Delta(8), ZSTD(1)),
    EndTime DateTime64(9) CODEC(Delta(8), ZSTD(1)),
    DurationMs Float64 ALIAS (toUnixTimestamp64Nano(EndTime) - toUnixTimestamp64Nano(StartTime)) / 1e6,
    InputTokens Nullable(UInt64) CODEC(ZSTD(1)),
    OutputTokens Nullable(UInt64) CODEC(ZSTD(1)),
    CacheReadTokens Nullable(UInt64) CODEC(ZSTD(1)),
    CacheWriteTokens Nullable(UInt64) CODEC(ZSTD(1)),
    ReasoningTokens Nullable(UInt64) CODEC(ZSTD(1)),
    CostUsd Nullable(Float64) CODEC(ZSTD(1)),
    DeclaredRunOutcome LowCardinality(String) CODEC(ZSTD(1)),
    Checks Nested (
        Name String,
        Status LowCardinality(String),
        Message String
    ) CODEC(ZSTD(1)),
    Dialect LowCardinality(String) CODEC(ZSTD(1)),
    Truncated Bool CODEC(ZSTD(1)),
    DroppedCount UInt64 CODEC(ZSTD(1)),
    TextChars UInt32 CODEC(ZSTD(1)),

    Effect LowCardinality(String) CODEC(ZSTD(1)),
    ProvisionalStage LowCardinality(String) CODEC(ZSTD(1)),
    FilesRead Array(String) CODEC(ZSTD(1)),
    FilesWritten Array(String) CODEC(ZSTD(1)),
    WrittenText String CODEC(ZSTD(1)),
    Verifies Bool CODEC(ZSTD(1)),
    ObservedExitCode Nullable(Int64) CODEC(ZSTD(1)),
    ObservedError String CODEC(ZSTD(1)),

    StepIndex UInt32 CODEC(ZSTD(1)),
    ParentIndex UInt32 CODEC(ZSTD(1)),
    Stage LowCardinality(String) CODEC(ZSTD(1)),
    StageIndex UInt32 CODEC(ZSTD(1)),
    StateIndex UInt32 CODEC(ZSTD(1)),
    Verdict LowCardinality(String) CODEC(ZSTD(1)),
    FoldedInto UInt32 CODEC(ZSTD(1)),
    FoldedSpanIds Array(String) CODEC(ZSTD(1)),
    Orphan Bool CODEC(ZSTD(1)),
    Ingested String CODEC(ZSTD(1)),

    INDEX idx_ingested_at IngestedAt TYPE minmax GRANULARITY 1,
    INDEX idx_start_time StartTime TYPE minmax GRANULARITY 1
)
ENGINE = {{engine:ReplacingMergeTree(Revision)}}
PARTITION BY toMonday(PartitionTime)
ORDER BY (RunId, StepId)
SETTINGS index_granularity = 512, index_granularity_bytes = 1048576, ttl_only_drop_parts = 1,
    min_bytes_for_wide_part = 536870912, min_rows_for_wide_part = 1000000,
    fsync_after_insert = 1, fsync_part_directory = 1, non_replicated_deduplication_window = 1000

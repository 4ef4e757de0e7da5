-- What each failed run adds to the failure patterns: one row a run, so that a pattern's hits are counted and
-- never kept as a counter, and analysing a run again counts nothing twice. A run that has no onset any more is
-- written once more with IsDeleted = 1, which FINAL hides. Diverged says where the run left the way of a
-- successful run of the same task; 0 when there is none to compare with.
CREATE TABLE IF NOT EXISTS {{database}}.agent_patterns {{onCluster}}
(
    RunId String CODEC(ZSTD(1)),
    Revision UInt32 CODEC(ZSTD(1)),
    IsDeleted UInt8 CODEC(ZSTD(1)),
    RememberedAt DateTime64(9) CODEC(Delta(8), ZSTD(1)),
    SeenAt DateTime64(9) CODEC(Delta(8), ZSTD(1)),
    ContentHash String CODEC(ZSTD(1)),
    Service LowCardinality(String) CODEC(ZSTD(1)),
    PatternId String CODEC(ZSTD(1)),
    Agent LowCardinality(String) CODEC(ZSTD(1)),
    Model LowCardinality(String) CODEC(ZSTD(1)),
    Tool LowCardinality(String) CODEC(ZSTD(1)),
    Category LowCardinality(String) CODEC(ZSTD(1)),
    Stage LowCardinality(String) CODEC(ZSTD(1)),
    Family LowCardinality(String) CODEC(ZSTD(1)),
    Sign String CODEC(ZSTD(1)),
    OnsetStepIndex UInt32 CODEC(ZSTD(1)),
    DivergedStepIndex UInt32 CODEC(ZSTD(1)),
    DivergedQuote String CODEC(ZSTD(1)),
    SuccessRunId String CODEC(ZSTD(1)),
    SuccessStepIndex UInt32 CODEC(ZSTD(1))
)
ENGINE = {{engine:ReplacingMergeTree(Revision, IsDeleted)}}
ORDER BY RunId
SETTINGS index_granularity = 1024,
    min_bytes_for_wide_part = 536870912, min_rows_for_wide_part = 1000000,
    fsync_after_insert = 1, fsync_part_directory = 1, non_replicated_deduplication_window = 1000

-- Re-normalizations, each as it stands: a process that was stopped in the middle goes on where the row says. Few
-- and small, so they are kept for as long as the store.
CREATE TABLE IF NOT EXISTS {{database}}.agent_renormalizations {{onCluster}}
(
    Id String,
    State LowCardinality(String),
    Since DateTime64(9),
    Until DateTime64(9),
    RunId String,
    Day DateTime64(9),
    TraceId String,
    DaysDone UInt32,
    DaysTotal UInt32,
    Spans UInt64,
    StepsRewritten UInt64,
    StepsHidden UInt64,
    RunsAnalyzed UInt64,
    StartedAt DateTime64(9),
    UpdatedAt DateTime64(9),
    Problem String
)
ENGINE = {{engine:ReplacingMergeTree(UpdatedAt)}}
ORDER BY Id
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1, non_replicated_deduplication_window = 1000

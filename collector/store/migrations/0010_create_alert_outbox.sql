-- Alerts to deliver, one row a rule and destination; RunId is empty for a summary of many. Not partitioned:
-- the deliveries of one verdict change together, and an INSERT is all or none only within a partition.
-- What was given up: SELECT * FROM alert_outbox FINAL WHERE Status = 'dead'.
CREATE TABLE IF NOT EXISTS {{database}}.alert_outbox {{onCluster}}
(
    RunId String CODEC(ZSTD(1)),
    DeliveryId String CODEC(ZSTD(1)),
    Revision UInt32 CODEC(ZSTD(1)),
    AlertKey String CODEC(ZSTD(1)),
    Rule LowCardinality(String) CODEC(ZSTD(1)),
    Destination LowCardinality(String) CODEC(ZSTD(1)),
    GroupKey String CODEC(ZSTD(1)),
    Event LowCardinality(String) CODEC(ZSTD(1)),
    Sequence UInt32 CODEC(ZSTD(1)),
    Status LowCardinality(String) CODEC(ZSTD(1)),
    Confirmed LowCardinality(String) CODEC(ZSTD(1)),
    Attempts UInt32 CODEC(ZSTD(1)),
    NextAttemptAt DateTime64(9) CODEC(Delta(8), ZSTD(1)),
    NotificationId String CODEC(ZSTD(1)),
    Error String CODEC(ZSTD(1)),
    StartsAt DateTime64(9) CODEC(Delta(8), ZSTD(1)),
    EndsAt DateTime64(9) CODEC(Delta(8), ZSTD(1)),
    UpdatedAt DateTime64(9) CODEC(Delta(8), ZSTD(1)),
    Payload String CODEC(ZSTD(1))
)
ENGINE = {{engine:ReplacingMergeTree(Revision)}}
ORDER BY (RunId, DeliveryId)
SETTINGS index_granularity = 1024,
    min_bytes_for_wide_part = 536870912, min_rows_for_wide_part = 1000000,
    fsync_after_insert = 1, fsync_part_directory = 1, non_replicated_deduplication_window = 1000

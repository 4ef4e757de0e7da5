-- First and last start of the spans of a trace: what Grafana and the Collector's users read first, to bound
-- the time of a look-up by trace id. Filled by otel_traces_trace_id_ts_mv; same shape as the exporter's.
CREATE TABLE IF NOT EXISTS {{database}}.otel_traces_trace_id_ts {{onCluster}}
(
    TraceId String CODEC(ZSTD(1)),
    Start SimpleAggregateFunction(min, DateTime) CODEC(ZSTD(1)),
    End SimpleAggregateFunction(max, DateTime) CODEC(ZSTD(1)),
    IngestedAt SimpleAggregateFunction(max, DateTime) MATERIALIZED now() CODEC(ZSTD(1))
)
ENGINE = {{engine:AggregatingMergeTree()}}
PARTITION BY toStartOfWeek(Start)
ORDER BY (TraceId)
SETTINGS index_granularity = 8192, ttl_only_drop_parts = 1,
    min_bytes_for_wide_part = 536870912, min_rows_for_wide_part = 1000000,
    fsync_after_insert = 1, fsync_part_directory = 1, non_replicated_deduplication_window = 1000

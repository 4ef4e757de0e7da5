-- Processes that could analyse this store, one row each after merges: by them they agree on which one does.
-- Times are the server's, so that no process's clock counts. No TTL: a row a start of a process is little, and
-- one that expired early would change who came first.
CREATE TABLE IF NOT EXISTS {{database}}.agent_processors {{onCluster}}
(
    ProcessId String,
    Host SimpleAggregateFunction(anyLast, String),
    FirstBeatAt SimpleAggregateFunction(min, DateTime64(3)) DEFAULT now64(3),
    LastBeatAt SimpleAggregateFunction(max, DateTime64(3)) DEFAULT now64(3),
    HasLeft SimpleAggregateFunction(max, UInt8)
)
ENGINE = {{engine:AggregatingMergeTree()}}
ORDER BY ProcessId
SETTINGS index_granularity = 1024, non_replicated_deduplication_window = 1000

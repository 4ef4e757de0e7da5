-- When a key was last used, one row a key. Apart from agent_keys: noting a use writes over nothing there.
CREATE TABLE IF NOT EXISTS {{database}}.agent_key_uses {{onCluster}}
(
    KeyId String CODEC(ZSTD(1)),
    UsedAt DateTime64(9) CODEC(Delta(8), ZSTD(1))
)
ENGINE = {{engine:ReplacingMergeTree(UsedAt)}}
ORDER BY KeyId
SETTINGS index_granularity = 1024,
    min_bytes_for_wide_part = 536870912, min_rows_for_wide_part = 1000000,
    non_replicated_deduplication_window = 1000

-- Keys made at run time, by the digest of their secret. Version is 0 for a key as it was made and 1 for one
-- that was revoked: no write of the first kind undoes one of the second. Never expires, so that a store that
-- once had keys is known to have had them.
CREATE TABLE IF NOT EXISTS {{database}}.agent_keys {{onCluster}}
(
    KeyId String CODEC(ZSTD(1)),
    Version UInt8 CODEC(ZSTD(1)),
    Name String CODEC(ZSTD(1)),
    Scopes Array(LowCardinality(String)) CODEC(ZSTD(1)),
    Digest String CODEC(ZSTD(1)),
    CreatedAt DateTime64(9) CODEC(Delta(8), ZSTD(1)),
    CreatedBy String CODEC(ZSTD(1)),
    ExpiresAt DateTime64(9) COMMENT '0: never' CODEC(Delta(8), ZSTD(1)),
    RevokedAt DateTime64(9) COMMENT '0: not revoked' CODEC(Delta(8), ZSTD(1)),
    RevokedBy String CODEC(ZSTD(1))
)
ENGINE = {{engine:ReplacingMergeTree(Version)}}
ORDER BY KeyId
SETTINGS index_granularity = 1024,
    min_bytes_for_wide_part = 536870912, min_rows_for_wide_part = 1000000,
    fsync_after_insert = 1, fsync_part_directory = 1, non_replicated_deduplication_window = 1000

-- Where a step's cost comes from: given by its span, computed by the prices of a day, or mixed; empty in rows of
-- before. Hidden: a step that re-normalization no longer makes of its span; no reader sees it.
ALTER TABLE {{database}}.agent_steps {{onCluster}}
    ADD COLUMN IF NOT EXISTS CostSource LowCardinality(String) CODEC(ZSTD(1)) AFTER CostUsd,
    ADD COLUMN IF NOT EXISTS Hidden Bool CODEC(ZSTD(1)) AFTER Ingested

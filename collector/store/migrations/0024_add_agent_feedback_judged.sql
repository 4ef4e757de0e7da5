-- What a correction judged: the version of the localizer, the revision of the run, and the suspects that it
-- named, best first. Kept here because the next analysis replaces them. Empty and 0 when there was no analysis.
ALTER TABLE {{database}}.agent_feedback {{onCluster}}
    ADD COLUMN IF NOT EXISTS LocalizerVersion LowCardinality(String) CODEC(ZSTD(1)) AFTER Comment,
    ADD COLUMN IF NOT EXISTS Revision UInt32 CODEC(ZSTD(1)) AFTER LocalizerVersion,
    ADD COLUMN IF NOT EXISTS SuspectStepIndexes Array(UInt32) CODEC(ZSTD(1)) AFTER Revision,
    ADD COLUMN IF NOT EXISTS SuspectCategory LowCardinality(String) CODEC(ZSTD(1)) AFTER SuspectStepIndexes

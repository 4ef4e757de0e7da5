-- What the task asks for and what became of it, which localizer looked (also when it named no onset), and how
-- likely each step that it calls incorrect is one. Rows of before have none of it until their next analysis.
ALTER TABLE {{database}}.agent_runs {{onCluster}}
    ADD COLUMN IF NOT EXISTS `Requirements.Kind` Array(LowCardinality(String)) CODEC(ZSTD(1)) AFTER OnsetSummary,
    ADD COLUMN IF NOT EXISTS `Requirements.Text` Array(String) CODEC(ZSTD(1)) AFTER `Requirements.Kind`,
    ADD COLUMN IF NOT EXISTS `Requirements.Status` Array(LowCardinality(String)) CODEC(ZSTD(1)) AFTER `Requirements.Text`,
    ADD COLUMN IF NOT EXISTS `Requirements.StepIndexes` Array(Array(UInt32)) CODEC(ZSTD(1)) AFTER `Requirements.Status`,
    ADD COLUMN IF NOT EXISTS IncorrectStepIndexes Array(UInt32) CODEC(ZSTD(1)) AFTER `Requirements.StepIndexes`,
    ADD COLUMN IF NOT EXISTS IncorrectProbabilities Array(Float64) CODEC(ZSTD(1)) AFTER IncorrectStepIndexes,
    ADD COLUMN IF NOT EXISTS LocalizerVersion LowCardinality(String) CODEC(ZSTD(1)) AFTER IncorrectProbabilities

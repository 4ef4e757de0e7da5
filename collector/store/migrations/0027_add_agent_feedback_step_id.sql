-- The step that a correction blames, by its identity: the next analysis may number it otherwise. Empty where no step
-- is to blame, in rows of older collectors, and for runs that had not been analysed.
ALTER TABLE {{database}}.agent_feedback {{onCluster}}
    ADD COLUMN IF NOT EXISTS OnsetStepId String CODEC(ZSTD(1)) AFTER OnsetStepIndex

-- The stage that a program gives a span and all below it (onset.stage.name); empty where it gives none, and in rows
-- of before. Beside ProvisionalStage, which is what is read from the step itself: analysis needs both.
ALTER TABLE {{database}}.agent_steps {{onCluster}}
    ADD COLUMN IF NOT EXISTS DeclaredStage LowCardinality(String) CODEC(LZ4) AFTER DeclaredRunOutcome

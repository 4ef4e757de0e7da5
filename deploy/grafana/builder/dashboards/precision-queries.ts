// How often people agree with each version of the localizer, of agent_feedback.

// As collector/store/read/precision-reader.ts counts it: the newest word of each author on a run, and runs on
// which authors contradict each other only as disputed. 0 is "no step". The interval is Wilson's.
export const PRECISION = `
WITH 3.841459 AS z2
SELECT
    LocalizerVersion AS version,
    count() AS runs,
    countIf(Opinions > 1) AS disputed,
    countIf(Opinions = 1 AND TrueStep > 0) AS blamed,
    countIf(Opinions = 1 AND TrueStep > 0 AND Suspects[1] = TrueStep) / nullIf(blamed, 0) AS exact,
    (exact + z2 / (2 * blamed) - sqrt(z2 * (exact * (1 - exact) + z2 / (4 * blamed)) / blamed)) / (1 + z2 / blamed) AS "exact from",
    (exact + z2 / (2 * blamed) + sqrt(z2 * (exact * (1 - exact) + z2 / (4 * blamed)) / blamed)) / (1 + z2 / blamed) AS "exact to",
    countIf(Opinions = 1 AND TrueStep > 0 AND has(arraySlice(Suspects, 1, 3), TrueStep)) / nullIf(blamed, 0) AS "top 3",
    countIf(Opinions = 1 AND TrueStep > 0 AND NOT has(Suspects, TrueStep)) / nullIf(blamed, 0) AS missed,
    countIf(Opinions = 1 AND TrueStep = 0) AS cleared,
    countIf(Opinions = 1 AND TrueStep = 0 AND notEmpty(Suspects)) / nullIf(cleared, 0) AS accused
FROM
(
    SELECT
        LocalizerVersion,
        RunId,
        uniqExact(SaidIdentity) AS Opinions,
        argMax(SaidStep, LastAt) AS TrueStep,
        argMax(SaidOf, LastAt) AS Suspects,
        max(LastAt) AS SaidAt
    FROM
    (
        SELECT
            LocalizerVersion,
            RunId,
            Author,
            argMax(ifNull(OnsetStepIndex, 0), (CreatedAt, IngestedAt)) AS SaidStep,
            argMax(if(OnsetStepId = '', toString(ifNull(OnsetStepIndex, 0)), OnsetStepId), (CreatedAt, IngestedAt)) AS SaidIdentity,
            argMax(SuspectStepIndexes, (CreatedAt, IngestedAt)) AS SaidOf,
            max(CreatedAt) AS LastAt
        FROM agent_feedback FINAL
        WHERE LocalizerVersion != ''
            AND $__timeFilter(CreatedAt)
        GROUP BY LocalizerVersion, RunId, Author
    )
    GROUP BY LocalizerVersion, RunId
)
GROUP BY LocalizerVersion
ORDER BY max(SaidAt) DESC
LIMIT 100`

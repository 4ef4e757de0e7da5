// How much is remembered and compared, with the reason for each bound.

/** Patterns an agent can have; a run that would add one more is counted under the sign `other`. */
export const PATTERNS_PER_AGENT_MAX = 500

/** Names of agents, models and tools; longer ones were never seen. */
export const NAME_CHARS_MAX = 128

/** A line that says what failed. The same line longer is the same line. */
export const SIGN_CHARS_MAX = 160

/** Successful runs of the same agent that a failed one is compared with, newest first. */
export const CANDIDATE_RUNS_MAX = 200

/** Of a run, from its beginning: where ways part is seldom later, and reading more costs. */
export const STEPS_COMPARED_MAX = 500

/** Insertions and deletions that an alignment may need; beyond, the runs have nothing in common. */
export const EDITS_MAX = 400

/** A success older than this was of another agent under the same name. */
export const SUCCESS_DAYS_MAX = 90

/** Share of words that two tasks have in common when they are taken for the same: their numbers may differ. */
export const TASK_SIMILARITY_MIN = 0.8

/** Words of a task that are compared. */
export const TASK_WORDS_MAX = 512

/** What memory may add to one analysis; a store that takes longer is treated as one that failed. */
export const MEMORY_TIMEOUT_MS = 5_000

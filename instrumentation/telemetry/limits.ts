// The bounds of the telemetry room in one place: each with its unit and its reason.

/** Spans go in requests of about this size: below the 4 MiB that many proxies take at most. */
export const SEGMENT_BYTES_MAX = 2 * 1024 * 1024

/** Bytes of ended spans that wait in memory beside the disk, until they are sent: one request's worth. */
export const KEPT_BYTES_MAX = 2 * 1024 * 1024

/** Characters of spans in a process that has no folder for them: some minutes of an agent's work. */
export const MEMORY_SPOOL_CHARS_MAX = 8 * 1024 * 1024

/** What only the memory holds goes with a helper that the exit waits for, whatever the settings say. */
export const MEMORY_EXIT_WAIT_MS = 2_000

/** The file of open spans is rewritten with what is still open when it has grown to this. */
export const OPEN_FILE_BYTES_MAX = 1024 * 1024

/** A start record is there to show what was under way, not to hold a conversation: longer values are cut. */
export const OPEN_VALUE_CHARS_MAX = 4_096

/** Spans that were started and not ended: an agent has tens; a leak stops being followed here. */
export const OPEN_SPANS_MAX = 10_000

/** Spools of dead processes are kept this long for a destination that does not answer. */
export const SPOOL_AGE_MAX_MS = 7 * 24 * 60 * 60 * 1000

/** Without a sign of life for this long, a spool of another machine or container counts as left behind. */
export const FOREIGN_IDLE_MAX_MS = 15 * 60 * 1000

/** After the first span: an agent that lives for a second only is still to learn that nobody takes its spans. */
export const FIRST_UPLOAD_DELAY_MS = 100

/** First and longest pause after a failed request; the pauses double. */
export const RETRY_PAUSE_MIN_MS = 500
export const RETRY_PAUSE_MAX_MS = 30_000

/** A destination may ask for patience; more than this is for the next start. */
export const RETRY_AFTER_MAX_MS = 5 * 60 * 1000

/** A destination that refuses the key, the path or the method may be put right: look again then. */
export const MISCONFIGURED_PAUSE_MS = 30_000

/** The exit helper gives up then; the next start takes over. */
export const LAST_UPLOAD_LIFE_MAX_MS = 30_000

/** An answer holds a count and a sentence; more of it is not read. */
export const ANSWER_BYTES_MAX = 64 * 1024

/** Texts beyond this are masked in their first part and cut: masking is linear, yet not free. */
export const REDACTED_CHARS_MAX = 4 * 1024 * 1024

/** No secret is shorter. */
export const MASKED_CHARS_MIN = 4

/** Characters of texts whose masked form is remembered: some calls' worth of conversation. */
export const REMEMBERED_CHARS_MAX = 1024 * 1024
/** Longer texts come once, such as a whole conversation: of its messages the ones that fit in it come again. */
export const REMEMBERED_TEXT_CHARS_MAX = 12 * 1024

/** Values of the environment shorter than this are words, not secrets. */
export const SECRET_VALUE_CHARS_MIN = 8

/** Secret-looking values of the environment that are looked for in every text. */
export const SECRET_VALUES_MAX = 200

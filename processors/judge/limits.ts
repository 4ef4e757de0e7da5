// Every bound of the judge with its unit and reason, and what an operator may set.

/** What an operator may set; the rest is fixed below. */
export interface JudgeLimits {
  /** Suspects the judge chooses among, from the best down. */
  readonly suspects: number
  /** Independent answers of one run; their agreement is how sure the judge is. */
  readonly samples: number
  /** Runs whose best suspect is at least this sure, 0..1, are not judged. */
  readonly belowConfidence: number
  /** Input and output of all requests about one run. */
  readonly tokensPerRun: number
  /** By the clock hour and the day of UTC. */
  readonly tokensPerHour: number
  readonly tokensPerDay: number
  /** Undefined: not bounded; needs prices. */
  readonly usdPerDay: number | undefined
  /** Of one request, its answer included. */
  readonly requestTimeoutMs: number
}

/**
 * Below a confidence of 0.8 the best suspect is right in about half of the labelled runs, above it in nine
 * of ten (docs/localization.md). Three samples are the fewest that can have a majority.
 */
export const JUDGE_DEFAULTS: JudgeLimits = {
  suspects: 5,
  samples: 3,
  belowConfidence: 0.8,
  tokensPerRun: 30_000,
  tokensPerHour: 600_000,
  tokensPerDay: 3_000_000,
  usdPerDay: undefined,
  requestTimeoutMs: 60_000
}

/** US dollars for a million tokens. */
export interface TokenPrices {
  readonly input: number
  readonly output: number
}

/** Its own runs are never judged: judging what judging left behind would not end. */
export const JUDGE_AGENT = 'onset-judge'

/** Changes whenever the same answers of a model could lead to another ranking. */
export const JUDGE_VERSION = 'judge-1'

/** Three requests of the longest time each. */
export const RUN_TIMEOUT_REQUESTS = 3

/** A rate limit or a restart passes within seconds; what lasts longer is for the circuit breaker. */
export const ATTEMPTS_MAX = 3
export const RETRY_MIN_MS = 500
/** A server that asks for a longer wait gets none: the deterministic answer stands. */
export const RETRY_AFTER_MS_MAX = 20_000

/** 256 Ki bytes: an answer has a few hundred tokens; nothing longer is an answer. */
export const ANSWER_BYTES_MAX = 262_144

/** Characters of one answer's text that are parsed. */
export const ANSWER_CHARS_MAX = 65_536

/** Reads between question and answer; each sends the whole conversation again. */
export const TOOL_ROUNDS_MAX = 3
/** Of one reply; further ones are told to wait. */
export const TOOL_CALLS_MAX = 3
/** Results of one round together, shared by its calls. */
export const TOOL_RESULT_CHARS_MAX = 3_000
/** Arguments longer than this are refused unread. */
export const TOOL_ARGUMENT_CHARS_MAX = 2_000
/** Characters of a run that one search looks through: about 10 ms. */
export const SEARCH_CHARS_MAX = 4_000_000

export const CLAIMS_MAX = 12
export const RANKING_MAX = 20
/** Shorter ones are in many steps and prove nothing. */
export const QUOTE_CHARS_MIN = 8
/** Longer ones are refused: nobody needs more to point at a place. */
export const JUDGE_QUOTE_CHARS_MAX = 400
/** Of all samples, for people; a detector's quotes keep most of the room. */
export const JUDGE_EVIDENCE_MAX = 4

/** Tokens an answer may take: ranking, category and three or four claims need about 400. */
export const OUTPUT_TOKENS_MAX = 1_000
/** Hidden reasoning counts as output, so a larger budget leaves room for it. */
export const OUTPUT_TOKENS_SHARE = 0.1

/** Share of one sample's budget that the question may take: the rest is for reading and the answer. */
export const QUESTION_TOKENS_SHARE = 0.36
/** 40 thousand characters hold everything five suspects need. */
export const QUESTION_CHARS_MAX = 40_000
/** Below this not even the suspects can be told. */
export const QUESTION_CHARS_MIN = 2_500

/** Bytes of UTF-8 a token has at least on average in code, logs and prose: above what was seen for English, so estimates are high. */
export const BYTES_PER_TOKEN = 3
/** A server that counts less than one token in so many bytes miscounts; it is charged this. */
export const BYTES_PER_TOKEN_MAX = 12

/** Endpoint failures in a row after which it is left alone. */
export const BREAKER_FAILURES = 3
export const BREAKER_MIN_MS = 60_000
export const BREAKER_MAX_MS = 1_800_000

/** Run ids that wait; one is about 100 bytes. */
export const QUEUE_MAX = 1_000
/** Verdicts kept so that analysing a run again does not ask again, about 20 KB each at most. */
export const REMEMBERED_MAX = 1_000
/** A run that goes on after each of its ends would be paid for each time. */
export const JUDGED_PER_RUN_MAX = 3
/** A failure is not asked again before this; a verdict is kept. */
export const FAILURE_REMEMBERED_MS = 600_000

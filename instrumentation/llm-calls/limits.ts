// Every bound of the room, so that a model that answers a gigabyte, or a program that opens a thousand
// calls and reads none, costs the program that is watched a known amount of memory.

export interface LlmCallLimits {
  /** Bytes of a request's body that are kept to be read; a longer one is recorded without content. */
  readonly requestBytesMax: number
  /** Bytes of an unstreamed answer that are kept to be parsed at its end. */
  readonly answerBytesMax: number
  /** Characters of one server-sent event or line; a longer one is skipped. */
  readonly eventCharsMax: number
  /** Characters of text, thinking and arguments that are put together from one streamed answer. */
  readonly answerCharsMax: number
  /** Characters of one part of a message on a span; the middle of a longer one is left out. */
  readonly partCharsMax: number
  /** Characters of a conversation on one span, the newest messages first. */
  readonly messagesCharsMax: number
  /** Model calls that are watched at the same time. */
  readonly openCallsMax: number
  /** Tool calls that were asked for and not answered yet. */
  readonly openToolsMax: number
  /** Milliseconds after which an answer that nobody reads is taken for abandoned. */
  readonly unreadMsMax: number
  /** Milliseconds after which a call is given up, whatever it waits for. */
  readonly callMsMax: number
}

const KIB = 1024
const MIB = 1024 * KIB
const MINUTE_MS = 60_000

export const LLM_CALL_LIMITS: LlmCallLimits = {
  // A window of a million tokens is about 4 MB of text; images come on top.
  requestBytesMax: 16 * MIB,
  // 128,000 output tokens, the most that any model gives, are below 1 MB.
  answerBytesMax: 4 * MIB,
  // `response.completed` repeats the instructions, the tools and the whole answer in one event.
  eventCharsMax: 4 * MIB,
  answerCharsMax: MIB,
  // A file of 400 lines; what is longer tells nothing more about where a run went wrong.
  partCharsMax: 16 * KIB,
  // See docs/instrumentation-llm-calls.md for what other bounds cost over a run of 200 calls.
  messagesCharsMax: 16 * KIB,
  openCallsMax: 1024,
  openToolsMax: 1024,
  unreadMsMax: MINUTE_MS,
  callMsMax: 60 * MINUTE_MS
}

/** How often abandoned calls are looked for. */
export const SWEEP_INTERVAL_MS_MAX = 5_000

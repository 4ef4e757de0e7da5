// What one request may cost. The body is already bounded in bytes; these bound what those bytes can
// become, because two bytes of protobuf are a span and four are an object of two hundred bytes.

/** OTLP's recommended limit, before and after decompression: https://opentelemetry.io/docs/specs/otlp/#otlphttp-request */
export const BODY_BYTES_MAX = 64 * 1024 * 1024

/** Spans, log records or points: 8 × the default batch of the Collector (8,192), 128 × that of the SDKs (512). */
export const ITEMS_PER_REQUEST_MAX = 65_536

/**
 * Of one span, event, link, resource or scope. Conventions that flatten a conversation write about six
 * attributes a message, so this holds a history of some 680 messages; SDKs stop at 128 unless told.
 */
export const ATTRIBUTES_MAX = 4_096

/** 8 × the default of the SDKs. */
export const EVENTS_PER_SPAN_MAX = 1_024

/** 8 × the default of the SDKs. */
export const LINKS_PER_SPAN_MAX = 1_024

/** Explicit buckets of one point; the SDKs' default is 16, exponential histograms have at most 160. */
export const BUCKETS_PER_POINT_MAX = 4_096

/** SDKs keep one exemplar a bucket, or as many as there are cores. */
export const EXEMPLARS_PER_POINT_MAX = 1_024

/** Arrays and maps inside one attribute. JSON schemas of tools, the deepest seen, stay under 16. */
export const NESTING_DEPTH_MAX = 32

/**
 * Attribute values, events and links of one request, at every depth. Each may become an object, about
 * 200 bytes, so a request holds at most some 200 MB beside its texts.
 */
export const VALUES_PER_REQUEST_MAX = 1_000_000

/**
 * UTF-16 units of resource and scope, summed over the spans that share them: a store writes them with
 * every span, so one long resource under many spans would multiply. 65,536 spans of 4 Ki each fit.
 */
export const REPLICATED_CHARS_PER_REQUEST_MAX = 256 * 1024 * 1024

/**
 * Values and separators in a JSON body. `JSON.parse` makes up to 64 bytes of each, and it runs before
 * any other bound can; 4 KB spans have about 150, so a body of 64 MiB stays under three million.
 */
export const JSON_TOKENS_MAX = 4_000_000

/** A span name is a low-cardinality label; longer ones hold content that belongs in attributes. */
export const SPAN_NAME_CHARS_MAX = 1_024

/** The same holds for what names a kind of event. */
export const EVENT_NAME_CHARS_MAX = 1_024

/** Rejections kept one by one; beyond, they are only counted. A sender shows a few at best. */
export const REJECTIONS_LISTED_MAX = 1_000

/** `error_message` of a partial success. SDKs print it as one log line. */
export const PARTIAL_SUCCESS_CHARS_MAX = 1_024

/** `message` of an error answer. */
export const STATUS_MESSAGE_CHARS_MAX = 2_048

/** 2000-01-01T00:00:00Z. Earlier times are a wrong unit or a clock that was never set. */
export const TIME_NANO_MIN = 946_684_800_000_000_000n

/** Clocks of senders run ahead by hours when a time zone is taken for UTC, by days when they are broken. */
export const FUTURE_SKEW_MS_MAX = 86_400_000

// The receiver's door: decodes OTLP traces from bytes that anyone may send, and serves them over HTTP.
// Knows nothing of what becomes of a span.

export {
  decodeTraceRequest,
  type DecodeOptions,
  type DecodeResult,
  type TraceEncoding
} from './decode/decode-trace-request.ts'
export {
  BODY_BYTES_MAX,
  ATTRIBUTES_MAX,
  EVENTS_PER_SPAN_MAX,
  LINKS_PER_SPAN_MAX,
  NESTING_DEPTH_MAX,
  SPANS_PER_REQUEST_MAX
} from './limits.ts'
export type { HttpStatus } from './http/error-answer.ts'
export { receiverPlugin, type ReceiverOptions } from './http/receiver-plugin.ts'
export { REJECT_REASONS, type RejectedSpan, type RejectReason } from './decode/rejection.ts'

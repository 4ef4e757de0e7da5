// The receiver's door: decodes OTLP traces from bytes that anyone may send, and serves them over HTTP.
// Knows nothing of what becomes of a span.

export {
  type DecodeOptions,
  type DecodeResult,
  decodeTraceRequest,
  type TraceEncoding
} from './decode/decode-trace-request.ts'
export type { RejectedSpan, RejectReason } from './decode/rejection.ts'
export type { HttpStatus } from './http/error-answer.ts'
export { receiverPlugin, type ReceiverOptions } from './http/receiver-plugin.ts'
export { BODY_BYTES_MAX, SPANS_PER_REQUEST_MAX } from './limits.ts'

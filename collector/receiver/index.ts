// The receiver's door: decodes OTLP from bytes that anyone may send, and serves it over HTTP and gRPC.
// Knows nothing of what becomes of a span, a log record or a data point.

export { decodeLogsRequest } from './decode/decode-logs-request.ts'
export { decodeMetricsRequest } from './decode/decode-metrics-request.ts'
export type { DecodedItems, DecodeOptions, OtlpEncoding } from './decode/decode-request.ts'
export { type DecodeResult, decodeTraceRequest } from './decode/decode-trace-request.ts'
export type { RejectedItem, RejectReason } from './decode/rejection.ts'
export type { AdmitCaller, GrpcCaller } from './grpc/call-guard.ts'
export {
  type GrpcReceiver,
  type GrpcReceiverOptions,
  startGrpcReceiver
} from './grpc/grpc-receiver.ts'
export { receiverPlugin, type ReceiverPluginOptions } from './http/receiver-plugin.ts'
export { BODY_BYTES_MAX, ITEMS_PER_REQUEST_MAX } from './limits.ts'
export { createReceiver, type HttpStatus, type Receiver, type ReceiverOptions } from './receiver.ts'

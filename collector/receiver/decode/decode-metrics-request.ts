// ExportMetricsServiceRequest: bytes in, data points out.

import type { DecodedMetricPoint } from '../../model/index.ts'
import {
  type DecodedItems,
  type DecodeOptions,
  decodeRequest,
  type OtlpEncoding,
  type RequestFormat
} from './decode-request.ts'
import { METRIC_KEYS, readJsonMetrics } from './json-metrics.ts'
import { openMetricIntake } from './metric-draft.ts'
import { readProtobufMetrics } from './protobuf-metrics.ts'

const METRICS: RequestFormat<DecodedMetricPoint> = {
  signal: 'metrics',
  keys: METRIC_KEYS,
  openIntake: openMetricIntake,
  readProtobuf: readProtobufMetrics,
  readJson: readJsonMetrics
}

/** @throws CollectorError MALFORMED_REQUEST, REQUEST_TOO_LARGE */
export function decodeMetricsRequest(
  body: Uint8Array,
  encoding: OtlpEncoding,
  options: DecodeOptions
): DecodedItems<DecodedMetricPoint> {
  return decodeRequest(METRICS, body, encoding, options)
}

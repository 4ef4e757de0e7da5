// What happens to data points of metrics before they are acknowledged: sanitize and write. Points that cannot
// be searched for secrets are left out and counted: a number without its attributes would be another number.

import type { Meter } from '@opentelemetry/api'
import type { Logger } from 'pino'
import type { DecodedMetricPoint, MetricWriter } from './model/index.ts'
import { sanitizeMetricPoints } from './normalizer/index.ts'

export interface MetricPipelineOptions {
  readonly store: MetricWriter
  readonly meter: Meter
  readonly logger: Logger
}

/** Resolves when the points are durable; rejects with what the store rejects with. */
export type AcceptMetrics = (points: readonly DecodedMetricPoint[]) => Promise<void>

export function createMetricPipeline(options: MetricPipelineOptions): AcceptMetrics {
  const { store, meter, logger } = options
  const stored = meter.createCounter('onset_pipeline_data_points', {
    description: 'Data points of metrics stored and acknowledged.'
  })
  const dropped = meter.createCounter('onset_pipeline_data_points_dropped', {
    description: 'Data points that the sanitizer failed on; not stored.'
  })
  return async (points) => {
    if (points.length === 0) return
    const reasons: string[] = []
    const sanitized = sanitize(points, reasons)
    if (reasons.length > 0) {
      dropped.add(reasons.length)
      const fields = { count: reasons.length, reason: reasons[0] }
      logger.error(fields, 'data points dropped because of a defect')
    }
    await store.writeMetrics(sanitized)
    stored.add(sanitized.length)
  }
}

function sanitize(
  points: readonly DecodedMetricPoint[],
  reasons: string[]
): readonly DecodedMetricPoint[] {
  try {
    return sanitizeMetricPoints(points)
  } catch {
    return points.flatMap((point) => sanitizeAlone(point, reasons))
  }
}

function sanitizeAlone(
  point: DecodedMetricPoint,
  reasons: string[]
): readonly DecodedMetricPoint[] {
  try {
    return sanitizeMetricPoints([point])
  } catch (error) {
    reasons.push(String(error))
    return []
  }
}

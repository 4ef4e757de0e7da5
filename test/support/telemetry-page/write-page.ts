// docs/telemetry.md from what was registered and what is listed.

import { LOG_EVENTS } from './log-events.ts'
import { METRIC_NOTES } from './metric-labels.ts'
import type { PrintedMetric } from './recorded-instruments.ts'

const ENDINGS: Readonly<Record<string, string>> = {
  usd: 'US dollars',
  points: 'points',
  records: 'log records',
  streams: 'streams'
}

export function writePage(metrics: readonly PrintedMetric[]): string {
  const rows = metrics
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .map((metric) => {
      const { name, type, description } = metric
      return `| \`${name}\` | ${type} | ${unitOf(name)} | ${labelsOf(name)} | ${description} |`
    })
  const events = LOG_EVENTS.map(
    ({ event, level, fields, meaning, action }) =>
      `| ${event} | ${level} | ${fields.map((field) => `\`${field}\``).join(', ')} | ${meaning} | ${action} |`
  )
  return `# What Onset tells of itself

Metrics at \`GET /metrics\` in Prometheus' text format, with a key for \`read\` where keys are required; the collector and the
processors each have their own. Log lines are JSON on standard error, \`ONSET_LOG_LEVEL\` and above.
\`deploy/prometheus/rules.yml\` alerts on these metrics, [deploy/runbook.md](../deploy/runbook.md) says what to do, and the
dashboard "Onset itself" shows them ([grafana.md](grafana.md)).

| question | metrics |
|---|---|
| what comes in, and what is rejected, by reason | \`onset_receiver_spans_total\`, \`onset_receiver_log_records_total\`, \`onset_receiver_data_points_total\`, \`onset_receiver_requests_total\` |
| what is stored without a part of it | \`onset_pipeline_incomplete_spans_total\`, \`onset_pipeline_defects_total\` |
| what is dropped | \`onset_store_dropped_partitions_total\`, \`onset_pipeline_data_points_dropped_total\` |
| how much waits | \`onset_store_queue_rows\`, \`onset_store_queue_bytes\`, \`onset_store_telemetry_queue_rows\`, \`onset_receiver_inflight_bytes\` |
| how large a write is, and how long it takes | \`onset_store_group_rows\`, \`onset_store_write_seconds\`, \`onset_store_telemetry_write_seconds\` |
| how long a sender waits | \`onset_receiver_acknowledgement_seconds\` |
| whether merges keep up | \`onset_store_parts\` |
| memory | \`process_resident_memory_bytes\`, \`nodejs_heap_used_bytes\`, \`nodejs_external_memory_bytes\` |
| whether analyses keep up | \`onset_processors_lag_seconds\`, \`onset_completion_waiting_runs\` |

## Metrics

A histogram \`x\` is printed as \`x_bucket\`, \`x_sum\` and \`x_count\`. A counter that has counted nothing yet is not printed, unless it is
one that an alert looks at.

| metric | type | unit | labels | what it is |
|---|---|---|---|---|
${rows.join('\n')}

## Log events

The name of an event is its message, \`msg\`; where a message holds something that differs it is \`…\` here. Each line has \`level\` (30 info, 40
warn, 50 error), \`time\` in milliseconds and, when it belongs to a request, \`reqId\`, which the answer has as \`x-request-id\`. \`err\` is an
error with its stack. Fastify adds \`Server listening at …\` (info) for each port.

| event | level | fields | what it means | what to do |
|---|---|---|---|---|
${events.join('\n')}

What ends the process is no log event but a line of plain text on standard error; exit code 2 when a setting is wrong, 1 otherwise.

This file is made by \`npm run telemetry\` from the instruments that a started Onset registers and from \`test/support/telemetry-page\`.
`
}

function unitOf(name: string): string {
  const { unit } = METRIC_NOTES[name] ?? {}
  if (unit !== undefined) return unit
  const ending =
    name
      .replace(/_total$/, '')
      .split('_')
      .at(-1) ?? ''
  return ENDINGS[ending] ?? ending
}

function labelsOf(name: string): string {
  return Object.entries(METRIC_NOTES[name]?.labels ?? {})
    .map(([label, values]) => `\`${label}\`: ${values}`)
    .join('; ')
}

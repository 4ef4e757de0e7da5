// Onset itself: does what agents send arrive, is it analysed in time, and what fails?

import type { Dashboard } from '../dashboard.ts'
import { COLORED_TEXT, column, thresholds, wordColors } from '../fields.ts'
import { lines, stackedBars, stats, table } from '../panels.ts'
import { askPrometheus, askSeries, askTable } from '../queries.ts'
import { ITSELF_DASHBOARD } from '../uids.ts'
import {
  ANALYSIS_LAG,
  DELIVERIES,
  INCOMPLETE,
  quantileOf,
  rateOf,
  SPANS_STORED,
  TABLES,
  WAITING
} from './itself-queries.ts'
import { understood } from './itself-understood.ts'

const NO_METRICS =
  'No metrics. Have Prometheus scrape /metrics of Onset, and give its data source the uid "prometheus"'
const HALF = { width: 12, height: 8 }
const THIRD = { width: 8, height: 8 }

/** A run settles within seconds of its end; minutes mean that analyses queue. */
const UNSEEN_MS_WARNING = 60_000
const UNSEEN_MS_CRITICAL = 600_000

export const itself: Dashboard = {
  uid: ITSELF_DASHBOARD,
  title: 'Onset: itself',
  description: 'Whether spans arrive, analyses keep up, and what fails in Onset.',
  variables: [],
  from: 'now-3h',
  refresh: '30s',
  rows: [
    {
      title: 'Arriving',
      panels: [
        stackedBars({
          title: 'Spans stored',
          description: 'From the store: spans by when they came in.',
          empty:
            'No spans came in. Point OTEL_EXPORTER_OTLP_ENDPOINT of your agent at Onset, or try npm run demo',
          ...HALF,
          queries: [askSeries(SPANS_STORED)],
          fields: { unit: 'short' }
        }),
        lines({
          title: 'Spans received, per second',
          description:
            'Rejected spans are refused with notice to the sender; the reason is in the legend.',
          empty: NO_METRICS,
          ...HALF,
          queries: [
            askPrometheus(
              'sum by (outcome, reason) (rate(onset_receiver_spans_total[$__rate_interval]))',
              '{{outcome}} {{reason}}'
            )
          ],
          fields: { unit: 'short', min: 0 }
        }),
        lines({
          title: 'Requests, per second',
          description: 'OTLP requests by outcome.',
          empty: NO_METRICS,
          ...THIRD,
          queries: [
            askPrometheus(rateOf('onset_receiver_requests_total', 'outcome'), '{{outcome}}')
          ],
          fields: { unit: 'reqps', min: 0 }
        }),
        lines({
          title: 'Queue',
          description:
            'Rows accepted and not yet written. A queue that only grows ends in 429 answers: the disk or ClickHouse is too slow.',
          empty: NO_METRICS,
          ...THIRD,
          queries: [askPrometheus('sum(onset_store_queue_rows)', 'rows')],
          fields: { unit: 'short', min: 0 }
        }),
        lines({
          title: 'Bytes in flight',
          description: 'Bodies of requests being received and decoded.',
          empty: NO_METRICS,
          ...THIRD,
          queries: [askPrometheus('sum(onset_receiver_inflight_bytes)', 'bytes')],
          fields: { unit: 'bytes', min: 0 }
        })
      ]
    },
    {
      title: 'Analysed',
      panels: [
        lines({
          title: 'Lag of analysis',
          description:
            'From the last span of a run to its analysis. A few seconds are the wait for late spans.',
          empty: 'No analyses in this time range. If spans arrive, look at Failures below',
          ...HALF,
          queries: [askSeries(ANALYSIS_LAG)],
          fields: { unit: 'ms', min: 0 }
        }),
        stats({
          title: 'Runs of the last hour',
          description:
            'Open: still going on. Unseen: with steps that no analysis has seen, and since when.',
          empty: 'No steps came in during the last hour of this time range',
          ...HALF,
          queries: [askTable(WAITING)],
          overrides: [
            column('oldest unseen', {
              unit: 'ms',
              thresholds: {
                mode: 'absolute',
                steps: thresholds(UNSEEN_MS_WARNING, UNSEEN_MS_CRITICAL)
              }
            })
          ]
        }),
        lines({
          title: 'Analyses, per second',
          description:
            'Provisional while a run is open, final at its end; failed ones are tried again.',
          empty: NO_METRICS,
          ...THIRD,
          queries: [
            askPrometheus(
              'sum by (kind, result) (rate(onset_completion_analyses_total[$__rate_interval]))',
              '{{kind}} {{result}}'
            )
          ],
          fields: { unit: 'short', min: 0 }
        }),
        lines({
          title: 'Runs tracked and waiting',
          description: 'Waiting: settled, and their analysis has not begun.',
          empty: NO_METRICS,
          ...THIRD,
          queries: [
            askPrometheus('sum by (state) (onset_completion_tracked_runs)', '{{state}}'),
            askPrometheus('sum(onset_completion_waiting_runs)', 'waiting', 'B')
          ],
          fields: { unit: 'short', min: 0 }
        }),
        lines({
          title: 'Time of an analysis',
          description: 'Reading the run, assembly, localization and saving.',
          empty: NO_METRICS,
          ...THIRD,
          queries: [
            askPrometheus(quantileOf(0.5, 'onset_completion_analysis_seconds'), 'p50'),
            askPrometheus(quantileOf(0.95, 'onset_completion_analysis_seconds'), 'p95', 'B')
          ],
          fields: { unit: 's', min: 0 }
        })
      ]
    },
    understood,
    {
      title: 'Failures',
      panels: [
        lines({
          title: 'Errors of the store, per second',
          description: 'By code; docs/errors.md says what each means and what to do.',
          empty: 'No errors since Onset started, or no metrics: see Spans received',
          ...THIRD,
          queries: [askPrometheus(rateOf('onset_store_errors_total', 'code'), '{{code}}')],
          fields: { unit: 'short', min: 0 }
        }),
        lines({
          title: 'Refused requests, per second',
          description: 'By code; docs/errors.md says what each means and what to do.',
          empty: 'No refusals since Onset started, or no metrics: see Spans received',
          ...THIRD,
          queries: [askPrometheus(rateOf('onset_server_refusals_total', 'code'), '{{code}}')],
          fields: { unit: 'short', min: 0 }
        }),
        lines({
          title: 'Spans that no room understood, per second',
          description: 'A defect of Onset: the span is stored and makes no step.',
          empty: 'None since Onset started, or no metrics: see Spans received',
          ...THIRD,
          queries: [askPrometheus(rateOf('onset_pipeline_defects_total', 'room'), '{{room}}')],
          fields: { unit: 'short', min: 0 }
        }),
        table({
          title: 'Incomplete runs',
          description:
            'Why runs are not whole. What is missing was not sent, or cut by the sender.',
          empty: 'All runs of this time range are complete, or there are none',
          ...HALF,
          queries: [askTable(INCOMPLETE)]
        }),
        table({
          title: 'Alert deliveries',
          description: 'Of the alerter. Dead: given up, for the reason in the last column.',
          empty: 'Nothing was delivered in this time range, or no alert rules are set',
          ...HALF,
          queries: [askTable(DELIVERIES)],
          overrides: [
            column('status', {
              mappings: wordColors({
                dead: 'red',
                waiting: 'orange',
                held: 'orange',
                delivered: 'green'
              }),
              ...COLORED_TEXT
            })
          ]
        })
      ]
    },
    {
      title: 'Resources',
      panels: [
        lines({
          title: 'Time of a write',
          description: 'Until the group of rows is durable; senders wait for it.',
          empty: NO_METRICS,
          ...THIRD,
          queries: [
            askPrometheus(quantileOf(0.5, 'onset_store_write_seconds'), 'p50'),
            askPrometheus(quantileOf(0.95, 'onset_store_write_seconds'), 'p95', 'B')
          ],
          fields: { unit: 's', min: 0 }
        }),
        lines({
          title: 'Memory',
          description: 'Of the process. The embedded engine is most of it.',
          empty: NO_METRICS,
          ...THIRD,
          queries: [
            askPrometheus(
              'sum(process_resident_memory_bytes and on (instance) onset_store_queue_rows)',
              'resident'
            ),
            askPrometheus(
              'sum(nodejs_heap_used_bytes and on (instance) onset_store_queue_rows)',
              'heap',
              'B'
            )
          ],
          fields: { unit: 'bytes', min: 0 }
        }),
        lines({
          title: 'Disk',
          description:
            'Free space of the disk that holds the data folder. Without any, Onset answers 503 and loses nothing.',
          empty: NO_METRICS,
          ...THIRD,
          queries: [
            askPrometheus('min(onset_store_disk_free_bytes)', 'free'),
            askPrometheus('max(onset_store_disk_size_bytes)', 'size', 'B')
          ],
          fields: { unit: 'bytes', min: 0 }
        }),
        lines({
          title: 'Statements of others, per second',
          description:
            'Answered by the read-only ClickHouse interface, Grafana among them, by result.',
          empty:
            'None since Onset started, a ClickHouse server is the store, or no metrics: see Spans received',
          ...THIRD,
          queries: [askPrometheus(rateOf('onset_gateway_queries_total', 'result'), '{{result}}')],
          fields: { unit: 'short', min: 0 }
        }),
        lines({
          title: 'Oldest alert that waits',
          description: 'Of the alerter: grows while a destination does not answer.',
          empty: 'No alert rules are set, or no metrics: see Spans received',
          ...THIRD,
          queries: [askPrometheus('max(onset_alerter_oldest_waiting_seconds)', 'age')],
          fields: { unit: 's', min: 0 }
        }),
        table({
          title: 'Tables',
          description: 'Rows and disk, replaced rows included until they are merged.',
          empty:
            'No tables: the data source points at another database, or its user may not see system.tables',
          ...THIRD,
          queries: [askTable(TABLES)],
          overrides: [column('rows', { unit: 'short' }), column('bytes', { unit: 'bytes' })]
        })
      ]
    }
  ]
}
